# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""OpenSpiel's games as payoffs `[n, *a]`, and payoffs as OpenSpiel's games.

OpenSpiel is imported inside the functions, so that importing this module does
not load it. Its games are annotated as `Any` for the same reason.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float

from nes_spiel.games import validation

Payoffs: TypeAlias = Float[np.ndarray, "n *a"]

# Counting the strategies of an extensive game walks its tree; a tree above this
# size is refused, since the conversion walks it once per joint strategy.
_MAX_HISTORIES = 1_000_000


def load(name: str, max_entries: int = 10_000_000) -> Payoffs:
  """Returns the payoffs `[n, *a]` of an OpenSpiel game string.

  Args:
    name: for example "matrix_pd" or "blotto(players=3,fields=2,coins=3)".
      Games written in Python are known to OpenSpiel after `import
      open_spiel.python.games`.
    max_entries: as in `from_openspiel`.

  Raises:
    ValueError: an unknown name, parameters that OpenSpiel does not accept, or a
      game that `from_openspiel` refuses.
  """
  import pyspiel

  known = pyspiel.registered_names()
  if name.split("(")[0].strip() not in known:
    raise ValueError(
      f"name: {name!r} is no game that OpenSpiel knows. Those written in "
      "Python are known after `import open_spiel.python.games`. Known now: "
      f"{', '.join(known)}."
    )
  try:
    game = pyspiel.load_game(name)
  except (RuntimeError, LookupError, ValueError) as error:
    raise ValueError(f"name: OpenSpiel refuses {name!r}: {error}") from error
  return from_openspiel(game, max_entries)


def is_game(value: Any) -> bool:
  """Returns whether a value looks like an OpenSpiel game."""
  return hasattr(value, "num_players") and hasattr(value, "new_initial_state")


def from_openspiel(game: Any, max_entries: int = 10_000_000) -> Payoffs:
  """Returns the payoffs of an OpenSpiel game, in float64 `[n, a_1, ..., a_n]`.

  Normal-form and other one-shot games keep OpenSpiel's order of actions. Any
  other game becomes its normal form, in which a strategy fixes an action at
  every information state, also at those that it never reaches; simultaneous
  moves are put in turns first, hidden from who moves later, which changes
  nothing. Strategies are ordered as `pyspiel.extensive_to_tensor_game` does:
  information states sorted by their string, the first one changing fastest.
  Chance is averaged out.

  Args:
    game: a `pyspiel.Game`, such as `pyspiel.load_game` returns.
    max_entries: the largest number of payoffs, n times the number of joint
      strategies, that is built. It is counted before anything is converted.
      The time grows with it times the size of the game's tree.

  Raises:
    ValueError: not an OpenSpiel game; more than `max_entries` payoffs; a tree
      of more than a million histories; a mean-field game; a game with sampled
      chance or without information states, which has no normal form.
  """
  import pyspiel

  if not isinstance(game, pyspiel.Game):
    raise ValueError(
      "game: expected a pyspiel.Game, such as pyspiel.load_game returns; got "
      f"{type(game).__name__}."
    )
  if isinstance(game, pyspiel.MatrixGame | pyspiel.TensorGame):
    return _from_table(game, max_entries)
  kind = game.get_type()
  if kind.dynamics == pyspiel.GameType.Dynamics.MEAN_FIELD:
    raise ValueError(f"game: {game} is a mean-field game: no normal form.")
  if kind.information == pyspiel.GameType.Information.ONE_SHOT:
    return _from_one_shot(game, max_entries)
  return _from_extensive(game, max_entries)


def to_openspiel(payoffs: Any, name: str = "nes_spiel_game") -> Any:
  """Returns payoffs as an OpenSpiel game whose actions are 0, 1, ...

  Args:
    payoffs: `[n, a_1, ..., a_n]`, or one array per player.
    name: short and long name of the game.

  Returns:
    A `pyspiel.MatrixGame` for two players, else a `pyspiel.TensorGame`.

  Raises:
    ValueError: payoffs of a wrong shape, not numbers or not finite.
  """
  import pyspiel

  payoffs = np.asarray(validation.check_payoffs(payoffs), dtype=np.float64)
  labels = [[str(i) for i in range(size)] for size in payoffs.shape[1:]]
  if len(labels) == 2:
    return pyspiel.create_matrix_game(
      name, name, *labels, payoffs[0].tolist(), payoffs[1].tolist()
    )
  utilities = payoffs.reshape(len(labels), -1).tolist()
  return pyspiel.create_tensor_game(name, name, labels, utilities)


def _from_table(game: Any, max_entries: int) -> Payoffs:
  """Returns the payoffs that a matrix or tensor game already holds."""
  players = range(game.num_players())
  if hasattr(game, "shape"):
    _check_entries(game, game.shape(), max_entries)
  else:
    _check_entries(game, [game.num_rows(), game.num_cols()], max_entries)
  utilities = [game.player_utilities(player) for player in players]
  return np.array(utilities, dtype=np.float64)


def _from_one_shot(game: Any, max_entries: int) -> Payoffs:
  """Returns the payoffs of a game of one joint action, by playing each."""
  state = game.new_initial_state()
  if not state.is_simultaneous_node():
    raise ValueError(
      f"game: {game} says it is one-shot, but does not start with a "
      "simultaneous move."
    )
  actions = [state.legal_actions(p) for p in range(game.num_players())]
  shape = [len(legal) for legal in actions]
  _check_entries(game, shape, max_entries)
  payoffs = np.empty((len(shape), *shape))
  for index in np.ndindex(*shape):
    joint = [legal[i] for legal, i in zip(actions, index, strict=True)]
    payoffs[(slice(None), *index)] = _returns(game, state, joint)
  return payoffs


def _returns(game: Any, state: Any, joint: Sequence[int]) -> list[float]:
  """Returns every player's return after the one joint action."""
  child = state.clone()
  child.apply_actions(joint)
  if not child.is_terminal():
    raise ValueError(
      f"game: {game} says it is one-shot, but goes on after {joint}."
    )
  return child.returns()


def _from_extensive(game: Any, max_entries: int) -> Payoffs:
  """Returns the payoffs of a game's normal form, by OpenSpiel's conversion."""
  import pyspiel

  kind = game.get_type()
  if kind.chance_mode == pyspiel.GameType.ChanceMode.SAMPLED_STOCHASTIC:
    raise ValueError(
      f"game: {game} samples its chance outcomes; a normal form needs them "
      "listed with their probabilities."
    )
  # Games written in Python fail in OpenSpiel's conversion if moves are
  # simultaneous; in turns they convert, and the others give the same payoffs.
  simultaneous = kind.dynamics == pyspiel.GameType.Dynamics.SIMULTANEOUS
  turns = pyspiel.convert_to_turn_based(game) if simultaneous else game
  try:
    _check_tree(turns, str(game), max_entries)
    table = pyspiel.extensive_to_tensor_game(turns)
  except pyspiel.SpielError as error:
    raise ValueError(
      f"game: OpenSpiel cannot give {game} a normal form: {error}"
    ) from error
  return _from_table(table, max_entries)


def _check_entries(game: Any, shape: Sequence[int], max_entries: int) -> None:
  """Raises unless a table of `shape` per player has at most `max_entries`."""
  joints = math.prod(shape)
  entries = len(shape) * joints
  if entries > max_entries:
    raise ValueError(
      f"game: {game} has {joints} joint strategies {tuple(shape)} for "
      f"{len(shape)} players, {entries} payoffs; max_entries is {max_entries}."
    )


def _check_tree(game: Any, name: str, max_entries: int) -> None:
  """Raises unless the normal form has at most `max_entries` payoffs.

  Every information state multiplies the number of joint strategies by its
  number of legal actions. The walk ends as soon as the product is too large,
  so that the size of games such as go is no matter.
  """
  entries = game.num_players()
  seen: set[tuple[int, str]] = set()
  for histories, state in enumerate(_walk(game)):
    if histories >= _MAX_HISTORIES:
      raise ValueError(
        f"game: {name} has more than {_MAX_HISTORIES} histories; its normal "
        "form would take too long to fill."
      )
    if state.is_terminal() or state.is_chance_node():
      continue
    place = (state.current_player(), state.information_state_string())
    if place not in seen:
      seen.add(place)
      entries *= len(state.legal_actions())
    if entries > max_entries:
      raise ValueError(
        f"game: the normal form of {name} has more than {max_entries} payoffs "
        f"(max_entries): the joint strategies times {game.num_players()}, the "
        "number of players."
      )


def _walk(game: Any) -> Iterator[Any]:
  """Yields every state of the game's tree, depth first."""
  root = game.new_initial_state()
  yield root
  # A stack of iterators: deep trees need no recursion, wide ones no memory.
  pending = [_children(root)]
  while pending:
    child = next(pending[-1], None)
    if child is None:
      pending.pop()
      continue
    yield child
    pending.append(_children(child))


def _children(state: Any) -> Iterator[Any]:
  """Yields the states after each action or chance outcome; none at the end."""
  if not state.is_terminal():
    yield from (state.child(action) for action in state.legal_actions())
