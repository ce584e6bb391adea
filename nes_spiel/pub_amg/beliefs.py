# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Public belief states, and how decision rules move them (Section 4)."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float, Int

from nes_spiel.pub_amg.public_game import PublicGame

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
  """Returns the beliefs before anyone has acted."""
  steps = game.steps_after(None)
  return _grouped(game, steps.history, steps.chance)


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


def successors(
  game: PublicGame, state: PublicBelief, rule: Float[np.ndarray, "i a"]
) -> list[Successor]:
  """Returns the public belief states that follow a decision rule.

  Args:
    game: the game.
    state: where it is announced.
    rule: `[i, a]`, of the rows `game.rows_at(state.public_state)`.
  """
  return _grouped(game, *_moved(game, state, rule))


def reward(
  game: PublicGame, state: PublicBelief, rule: Float[np.ndarray, "i a"]
) -> float:
  """Returns what player 0 expects of the game's end right after a rule.

  Arguments as in `successors`. Where the game goes on counts nothing.
  """
  history, weight = _moved(game, state, rule)
  return float(weight @ game.tree.returns[history, 0])


def _moved(
  game: PublicGame, state: PublicBelief, rule: Float[np.ndarray, "i a"]
) -> tuple[Int[np.ndarray, " m"], Float[np.ndarray, " m"]]:
  """Returns the histories after a decision rule and their probabilities."""
  rows = game.rows_at(state.public_state)
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
