# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What a game must be for its public beliefs to be those of Section 2.1."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyspiel
from jaxtyping import Int

from nes_spiel.pub_amg.game_tree import HistoryTree
from nes_spiel.pub_amg.public_partition import NOWHERE, previous_decisions

_Type = pyspiel.GameType


def check_game(game: Any, utility: Any = _Type.Utility.ZERO_SUM) -> Any:
  """Returns a game with turns; raises ValueError for one without a tree.

  Args:
    game: OpenSpiel's, simultaneous moves become turns.
    utility: the `pyspiel.GameType.Utility` that it must have.
  """
  if not isinstance(game, pyspiel.Game):
    raise ValueError(
      "game: expected a pyspiel.Game, such as pyspiel.load_game returns; got "
      f"{type(game).__name__}."
    )
  kind = game.get_type()
  if game.num_players() != 2:
    raise ValueError(
      f"game: {game} has {game.num_players()} players; expected 2."
    )
  if kind.utility != utility:
    raise ValueError(
      f"game: {game} has utility {kind.utility.name}; expected {utility.name}."
    )
  if kind.chance_mode == _Type.ChanceMode.SAMPLED_STOCHASTIC:
    raise ValueError(
      f"game: {game} samples its chance outcomes; expected explicit ones."
    )
  if kind.dynamics == _Type.Dynamics.SIMULTANEOUS:
    game = pyspiel.convert_to_turn_based(game)
  elif kind.dynamics != _Type.Dynamics.SEQUENTIAL:
    raise ValueError(f"game: {game} has dynamics {kind.dynamics.name}.")
  if not game.get_type().provides_information_state_string:
    raise ValueError(
      f"game: {game} has no information state strings, which say what a player "
      "remembers."
    )
  return game


def check_tree(tree: HistoryTree, public_state: Int[np.ndarray, " h"]) -> None:
  """Raises ValueError where information states or public states do not fit.

  The message names the game, the information state or history, and two values
  that should be equal: time steps, own histories, legal actions or public
  states of one information state; actors, or the public states before, of one
  public state.

  Args:
    tree: the game's histories.
    public_state: `[h]`, as `public_partition` returns it.
  """
  acting = tree.decisions
  every = acting.tolist()
  owner = [(int(tree.actor[h]), tree.acting_string(h)) for h in every]
  own = own_histories(tree)
  for what, values in (
    ("time steps, so that the game is not timeable", tree.time[acting]),
    ("own histories, so that recall is not perfect", [own[h] for h in every]),
    ("legal actions", [tree.legal[h] for h in every]),
    ("public states", public_state[acting]),
  ):
    for (player, string), first, second in _conflicts(owner, values):
      raise ValueError(
        f"game: in {tree.game} the information state {string!r} of player "
        f"{player} has two {what}: {first} and {second}."
      )
  before = previous_decisions(tree)[acting]
  earlier = np.where(before >= 0, public_state[before], NOWHERE)
  for what, values in (
    ("who acts is not public", tree.actor[acting]),
    ("what the public knew is forgotten", earlier),
  ):
    for state, first, second in _conflicts(public_state[acting], values):
      member = int(acting[public_state[acting] == state][0])
      raise ValueError(
        f"game: in {tree.game} {what}: what the public cannot tell from "
        f"information state {tree.acting_string(member)!r} has {first} and "
        f"{second}."
      )


def own_histories(tree: HistoryTree) -> list[tuple[Any, ...]]:
  """Returns for each history what its actor has seen and done before.

  As (information state, action) pairs of its own earlier decisions.
  """
  done: list[tuple[Any, Any]] = []
  own: list[tuple[Any, ...]] = []
  for history, parent in enumerate(tree.parent.tolist()):
    both = done[parent] if parent >= 0 else ((), ())
    if parent >= 0 and tree.actor[parent] >= 0:
      actor = int(tree.actor[parent])
      step = (tree.acting_string(parent), int(tree.action[history]))
      both = tuple((*both[p], step) if p == actor else both[p] for p in (0, 1))
    done.append(both)
    own.append(both[tree.actor[history]] if tree.actor[history] >= 0 else ())
  return own


def _conflicts(keys: Any, values: Any) -> Iterator[tuple[Any, Any, Any]]:
  """Yields keys that have two values, with both."""
  known: dict[Any, Any] = {}
  for key, value in zip(keys, values, strict=True):
    if known.setdefault(key, value) != value:
      yield key, known[key], value
