# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Every history of an OpenSpiel game, as flat arrays, depth first."""

from typing import Any, NamedTuple

import numpy as np
import pyspiel
from jaxtyping import Float, Int
from open_spiel.python import observation

CHANCE = int(pyspiel.PlayerId.CHANCE)
TERMINAL = int(pyspiel.PlayerId.TERMINAL)
MAX_HISTORIES = 1_000_000


class HistoryTree(NamedTuple):
  """The histories of a two-player game with turns, depth first.

  So a history comes before all that follow it, and these are a range.

  Attributes:
    game: OpenSpiel's, whose histories these are.
    parent: `[h]`, the history before, -1 for the first.
    end: `[h]`, one past the last history that follows.
    action: `[h]`, of a player or chance, that led here; -1 for the first.
    actor: `[h]`, 0, 1, `CHANCE` or `TERMINAL`.
    chance: `[h]`, the product of the probabilities of chance so far.
    returns: `[h, 2]`, of terminal histories, elsewhere 0.
    time: `[h]`, how many decisions were taken before.
    legal: for each history its legal actions, none unless a player acts.
    strings: for each history where a player acts, both players' information
      state strings; elsewhere None.
    observed: `[h]`, equal where all public observations so far are equal; empty
      where the game has no public observer.
  """

  game: Any
  parent: Int[np.ndarray, " h"]
  end: Int[np.ndarray, " h"]
  action: Int[np.ndarray, " h"]
  actor: Int[np.ndarray, " h"]
  chance: Float[np.ndarray, " h"]
  returns: Float[np.ndarray, "h 2"]
  time: Int[np.ndarray, " h"]
  legal: list[tuple[int, ...]]
  strings: list[tuple[str, str] | None]
  observed: Int[np.ndarray, " o"]

  @property
  def decisions(self) -> Int[np.ndarray, " d"]:
    """The histories where a player acts."""
    return np.flatnonzero(self.actor >= 0)

  def acting_string(self, history: int) -> str:
    """Returns the information state string of who acts at a history."""
    strings = self.strings[history]
    assert strings is not None
    return strings[int(self.actor[history])]


def read_tree(game: Any, max_histories: int = MAX_HISTORIES) -> HistoryTree:
  """Walks all of a game's histories.

  Args:
    game: an OpenSpiel game for two players with turns, explicit chance and
      information state strings.
    max_histories: how many there may be.

  Raises:
    ValueError: there are more.
  """
  observer = public_observer(game)
  rows: list[tuple[Any, ...]] = []
  seen: dict[tuple[int, str], int] = {}
  # State, parent, action, chance, time and what the public had observed.
  waiting = [(game.new_initial_state(), -1, -1, 1.0, 0, -1)]
  while waiting:
    state, parent, action, chance, time, observed = waiting.pop()
    if len(rows) == max_histories:
      raise ValueError(
        f"game: {game} has more than {max_histories} histories; max_histories "
        "sets the limit."
      )
    if observer is not None:
      key = (observed, observer.string_from(state, 0))
      observed = seen.setdefault(key, len(seen))
    index, actor = len(rows), state.current_player()
    rows.append((parent, action, actor, chance, time, observed, *_read(state)))
    if actor == CHANCE:
      waiting += [
        (state.child(outcome), index, outcome, chance * share, time, observed)
        for outcome, share in reversed(state.chance_outcomes())
        if share > 0
      ]
    elif actor >= 0:
      waiting += [
        (state.child(taken), index, taken, chance, time + 1, observed)
        for taken in reversed(state.legal_actions())
      ]
  return _gathered(game, rows, observer is not None)


def _read(state: Any) -> tuple[Any, Any, Any]:
  """Returns returns, legal actions and strings of one history."""
  actor = state.current_player()
  returns = state.returns() if actor == TERMINAL else [0.0, 0.0]
  if actor < 0:
    return returns, (), None
  strings = tuple(state.information_state_string(p) for p in (0, 1))
  return returns, tuple(state.legal_actions()), strings


def _gathered(game: Any, rows: list[Any], is_observed: bool) -> HistoryTree:
  """Returns columns of rows."""
  parent, action, actor, chance, time, observed, returns, legal, strings = zip(
    *rows, strict=True
  )
  return HistoryTree(
    game=game,
    parent=np.array(parent),
    end=_ends(parent),
    action=np.array(action),
    actor=np.array(actor),
    chance=np.array(chance),
    returns=np.array(returns, np.float64),
    time=np.array(time),
    legal=list(legal),
    strings=list(strings),
    observed=np.array(observed if is_observed else (), np.int64),
  )


def _ends(parent: tuple[int, ...]) -> Int[np.ndarray, " h"]:
  """Returns one past the last history after each, in depth-first order."""
  ends = list(range(1, len(parent) + 1))
  for history in range(len(parent) - 1, 0, -1):
    ends[parent[history]] = max(ends[parent[history]], ends[history])
  return np.array(ends)


def public_observer(game: Any) -> Any:
  """Returns OpenSpiel's observer of public information, None without one."""
  kind = pyspiel.IIGObservationType(
    public_info=True,
    perfect_recall=False,
    private_info=pyspiel.PrivateInfoType.NONE,
  )
  try:
    return observation.make_observation(game, kind)
  except (RuntimeError, ValueError):
    return None
