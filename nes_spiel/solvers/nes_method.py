# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The method "nes": a trained network's duals, measured as every other's."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from nes_spiel.equilibria import Concept as Correlated
from nes_spiel.equilibria import dual
from nes_spiel.equilibria.interior_point import (
  DualSolution,
  Status,
  status_of,
)
from nes_spiel.equilibria.problem import standardized_problem
from nes_spiel.equilibria.selection import Selection
from nes_spiel.games import masks, validation
from nes_spiel.nes.files import Model
from nes_spiel.nes.network import Network, Variables
from nes_spiel.solvers.assembly import assemble
from nes_spiel.solvers.solution import Concept, Solution


def check_serves(
  model: Model, concept: Concept, players: int, selection: Selection
) -> None:
  """Raises ValueError for what a network was not trained for.

  Args:
    model: the network.
    concept: as asked for.
    players: of the games.
    selection: as the caller gave it.
  """
  config = model.network.config
  exactly = f'method="exact" solves it ({concept}, {players} players).'
  if (concept, players) != (config.concept, config.players):
    raise ValueError(
      f'method: this network is for "{config.concept}" and {config.players} '
      f"players; {exactly}"
    )
  default_only = ["max_epsilon", "welfare", "mu", "rho"]
  sees_target = {"reference_logits", "target_joint"} & set(config.inputs)
  if not (sees_target and model.facts.get("targets")):
    default_only.append("target_joint")
  for name in default_only:
    if getattr(selection, name) is not None:
      raise ValueError(
        f"selection.{name}: this network was trained with its default alone; "
        f"{exactly}"
      )
  if selection.shared_epsilon:
    raise ValueError(
      f"selection.shared_epsilon: this network was trained without; {exactly}"
    )
  epsilon = selection.target_epsilon
  if validation.is_traced(epsilon) or np.any(np.asarray(epsilon) != 0):
    raise ValueError(
      "selection.target_epsilon: this network was trained with 0 for each "
      f"player, got {epsilon!r}; {exactly}"
    )


def solve_games(
  network: Network,
  variables: Variables,
  payoffs: Float[Array, "b n *a"],
  strategy_mask: Bool[Array, "b n d"],
  selection: Selection,
  concept: Correlated,
  tolerance: float,
  dtype: jnp.dtype,
) -> Solution:
  """Maps a batch of games through the network, and measures the answers.

  Args:
    network: the architecture.
    variables: what it has learned.
    payoffs: `[b, n, *a]`, the caller's units, float64.
    strategy_mask: `[b, n, d]`.
    selection: the parameters of Eq. 6, every array with a leading b.
    concept: "ce" or "cce".
    tolerance: on the KKT residual, for the status CONVERGED. Networks do not
      reach the exact solver's: MAX_ITERATIONS, after none, is the rule, and
      `Solution.check` raises. Look at the gaps.
    dtype: of the arrays returned.
  """

  def one(payoffs: Array, mask: Array, selection: Selection) -> Solution:
    exists = masks.joint_mask(mask, payoffs.shape[1:])
    payoffs = masks.masked_payoffs(payoffs, exists)
    problem, game = standardized_problem(payoffs, selection, concept, mask)
    duals = network.duals_in_single(variables, payoffs, selection, problem)
    residual = dual.residual(problem, duals, dual.dual_gradient(problem, duals))
    status = status_of(residual, tolerance, Status.MAX_ITERATIONS)
    answer = DualSolution(duals, residual, status, jnp.asarray(0, jnp.int32))
    return assemble(payoffs, selection, problem, game, answer, dtype, "nes")

  return jax.vmap(one)(payoffs, strategy_mask, selection)
