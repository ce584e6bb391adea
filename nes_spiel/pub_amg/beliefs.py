# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Public belief states, and how decision rules move them (Section 4)."""

import itertools
import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float, Int

from nes_spiel.pub_amg.information_states import wrong_rows
from nes_spiel.pub_amg.public_game import PublicGame, check_public_game

# Public states that follow with less than this probability count as unreached.
LEAST_PROBABILITY = 1e-300


class PublicBelief(NamedTuple):
  """A public belief state.

  Attributes:
    public_state: its number.
    belief: `[k]`, over `PublicGame.histories(public_state)`.
  """

  public_state: int
  belief: Float[np.ndarray, " k"]


class Successor(NamedTuple):
  """What may come next.

  Attributes:
    probability: of this public state; what is missing to 1 is the game's end.
    state: the belief there.
  """

  probability: float
  state: PublicBelief


def initial_beliefs(game: PublicGame) -> list[Successor]:
  """Returns the beliefs before anyone has acted.

  Raises:
    ValueError: no `PublicGame`.
  """
  check_public_game(game)
  steps = game.steps_after(None)
  return _grouped(game, steps.history, steps.chance)


def ended_before(game: PublicGame) -> float:
  """Returns what player 0 expects of the game's end before anyone has acted."""
  steps = game.steps_after(None)
  return float(steps.chance @ game.tree.returns[steps.history, 0])


def decision_rule(
  game: PublicGame, public_state: int, log_policies: tuple[Array, Array]
) -> Float[np.ndarray, "i a"]:
  """Returns what policies do in a public state.

  Args:
    game: the game.
    public_state: where.
    log_policies: of both players, as logarithms.

  Returns:
    `[i, a]`, of the rows `game.rows_at(public_state)`.
  """
  table = np.asarray(log_policies[game.actor(public_state)])
  return np.exp(table[game.rows_at(public_state)])


def pure_rules(
  game: PublicGame, state: PublicBelief, max_rules: int
) -> Iterator[Float[np.ndarray, "i a"]]:
  """Yields the deterministic decision rules (prescriptions) of a belief.

  Those that differ where the belief is above 0.

  Args:
    game: the game.
    state: where.
    max_rules: how many there may be.

  Raises:
    ValueError: there are more.
  """
  here = state.public_state
  rows = game.rows_at(here)
  actions = game.information_states[game.actor(here)].legal[rows].sum(1)
  held = game.information_state[game.histories(here)][state.belief > 0]
  choices = np.where(np.isin(rows, held), actions, 1).tolist()
  if math.prod(choices) > max_rules:
    raise ValueError(
      f"game: {game.name} has {math.prod(choices)} prescriptions at public "
      f"state {here}; the limit is {max_rules}."
    )
  width = game.information_states[0].actions.shape[1]
  for columns in itertools.product(*map(range, choices)):
    yield np.eye(width)[list(columns)]


def successors(
  game: PublicGame, state: PublicBelief, rule: Float[np.ndarray, "i a"]
) -> list[Successor]:
  """Returns the public belief states that follow a decision rule.

  Args:
    game: the game.
    state: where it is announced.
    rule: `[i, a]`, of the rows `game.rows_at(state.public_state)`.

  Raises:
    ValueError: a rule of another shape, rows that are no distributions, or a
      belief that is none.
  """
  return _grouped(game, *_moved(game, state, rule))


def worth(
  game: PublicGame,
  state: PublicBelief,
  rule: Float[np.ndarray, "i a"],
  value: Callable[[PublicBelief], float],
) -> float:
  """Returns what player 0 expects of a rule, given the values that follow.

  Args:
    game: the game.
    state: where it is announced.
    rule: `[i, a]`, of the rows `game.rows_at(state.public_state)`.
    value: of public belief states, without regularization.

  Raises:
    ValueError: a rule of another shape, rows that are no distributions, or a
      belief that is none.
  """
  history, weight = _moved(game, state, rule)
  ended = float(weight @ game.tree.returns[history, 0])
  following = _grouped(game, history, weight)
  return ended + sum(x.probability * value(x.state) for x in following)


def _check_rule(
  game: PublicGame, public_state: int, rule: Float[np.ndarray, "i a"]
) -> None:
  """Raises ValueError unless a rule has a distribution in every row."""
  legal = game.information_states[game.actor(public_state)].legal
  shape = len(game.rows_at(public_state)), legal.shape[1]
  if np.shape(rule) != shape:
    raise ValueError(
      f"rule: public state {public_state} of {game.name} has {shape[0]} "
      f"information states with up to {shape[1]} actions, got shape "
      f"{np.shape(rule)}."
    )
  if wrong_rows(rule, legal[game.rows_at(public_state)]).any():
    raise ValueError(
      "rule: expected a distribution of legal actions in every row, at public "
      f"state {public_state} of {game.name} got {rule}."
    )


def _moved(
  game: PublicGame, state: PublicBelief, rule: Float[np.ndarray, "i a"]
) -> tuple[Int[np.ndarray, " m"], Float[np.ndarray, " m"]]:
  """Returns the histories after a decision rule and their probabilities."""
  rows = game.rows_at(state.public_state)
  _check_rule(game, state.public_state, rule)
  game.check_belief(state.public_state, state.belief)
  here = game.histories(state.public_state)
  steps = game.steps_after(state.public_state)
  place = np.searchsorted(here, steps.before)
  row = np.searchsorted(rows, game.information_state[steps.before])
  weight = state.belief[place] * rule[row, steps.column] * steps.chance
  return steps.history, weight


def _grouped(
  game: PublicGame,
  history: Int[np.ndarray, " m"],
  weight: Float[np.ndarray, " m"],
) -> list[Successor]:
  """Returns weights by public state, normalised, but of where it ends."""
  found = []
  where = game.public_state[history]
  for public_state in np.unique(where[where >= 0]).tolist():
    members = game.histories(public_state)
    belief = np.zeros(len(members))
    chosen = where == public_state
    belief[np.searchsorted(members, history[chosen])] = weight[chosen]
    total = float(belief.sum())
    if total > LEAST_PROBABILITY:
      state = PublicBelief(public_state, belief / total)
      found.append(Successor(total, state))
  return found
