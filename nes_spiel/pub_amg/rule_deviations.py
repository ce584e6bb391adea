# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Bounds of what is gained against the equilibria of every subgame.

For games where the paper finds the exploitability of the public-belief game too
hard: any deviation bounds it from below, and what the regularization can hide
from above.
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from nes_spiel.pub_amg import beliefs, sweeps
from nes_spiel.pub_amg.beliefs import PublicBelief
from nes_spiel.pub_amg.leader_search import Bounds
from nes_spiel.pub_amg.objectives import Objective, neutral_policy
from nes_spiel.pub_amg.planning import Planner
from nes_spiel.pub_amg.public_game import PublicGame
from nes_spiel.pub_amg.public_partition import previous_decisions

MAX_RULES = 4096  # at a public belief state


def bound(game: PublicGame, alpha: float, objective: Objective) -> Bounds:
  """Returns bounds of the plain exploitability in the public-belief game.

  Of the policy that solves every subgame at alpha.

  Args:
    game: of few steps: the time grows with the product of how many rules are
      tried on the way, the usual one and the deterministic ones.
    alpha: above 0.
    objective: its psi.

  Raises:
    ValueError: more than 4096 deterministic rules at a public belief state.
  """
  planner = Planner(game, alpha, objective)
  # The usual values, of the returns and of J, cancel in the mean of both.
  reached = sum(_best_of_few(game, planner, player) for player in (0, 1))
  hidden = sum(_most_hidden(game, objective, player) for player in (0, 1))
  return Bounds(reached / 2, alpha * hidden / 2)


def _best_of_few(game: PublicGame, planner: Planner, player: int) -> float:
  """Returns the most that deterministic rules, or the usual ones, gain."""
  sign = sweeps.SIGNS[player]

  def value(state: PublicBelief) -> float:
    if game.actor(state.public_state) != player:
      return beliefs.worth(game, state, planner(state), value)
    rules = [planner(state), *beliefs.pure_rules(game, state, MAX_RULES)]
    values = [beliefs.worth(game, state, rule, value) for rule in rules]
    return sign * max(sign * reached for reached in values)

  start = beliefs.initial_beliefs(game)
  return sign * sum(x.probability * value(x.state) for x in start)


def _most_hidden(game: PublicGame, objective: Objective, player: int) -> float:
  """Returns by how much a player's return may exceed its J, over alpha.

  At an equilibrium of J = R - alpha psi_0 + alpha psi_1 no deviation of player
  0 raises J above its usual value. So its R stays below that plus alpha (psi_0
  - psi_1), here with either at its end along the worst history.
  """
  ends = [_psi_range(game, objective, mover) for mover in (0, 1)]
  up, down = ends[player][1], ends[1 - player][0]
  most = np.zeros(len(game.tree.parent))
  before = previous_decisions(game.tree)
  for history, parent in enumerate(before.tolist()):  # parents first
    if parent < 0:
      continue
    actor, row = game.tree.actor[parent], game.information_state[parent]
    added = up[row] if actor == player else -down[row]
    most[history] = most[parent] + added
  return float(most.max())


def _psi_range(
  game: PublicGame, objective: Objective, player: int
) -> tuple[Float[np.ndarray, " i"], Float[np.ndarray, " i"]]:
  """Returns the lowest and the highest psi at each information state.

  Of `MiniMaxEnt` and `MiniMaxKL` it is convex: lowest at the greedy rule of
  zero values, highest at a pure one.
  """
  here = sweeps.places(game.form, player)
  legal = np.asarray(here.legal)
  flat = neutral_policy(objective, here)
  highest = np.full(len(legal), -np.inf)
  with np.errstate(divide="ignore"):
    pure = np.log(np.eye(legal.shape[1]))
  for column, row in enumerate(pure):
    always = jnp.broadcast_to(row, legal.shape)
    psi = np.asarray(objective.penalty(here, always))
    highest = np.where(legal[:, column], np.maximum(highest, psi), highest)
  return np.asarray(objective.penalty(here, flat)), highest
