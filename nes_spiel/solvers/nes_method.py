# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The methods "nes", a network's duals, and "nes+exact", steps from there."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nes_spiel.equilibria import Concept as Correlated
from nes_spiel.equilibria import dual, exact
from nes_spiel.equilibria.dual_solution import (
  DualSolution,
  Status,
  status_of,
)
from nes_spiel.equilibria.problem import Problem, standardized_problem
from nes_spiel.equilibria.selection import Selection
from nes_spiel.games import masks
from nes_spiel.nes.network import Network, Variables
from nes_spiel.solvers import batching
from nes_spiel.solvers.assembly import assemble
from nes_spiel.solvers.solution import Solution


def solve_games(
  network: Network,
  variables: Variables,
  payoffs: Float[Array, "b n *a"],
  strategy_mask: Bool[Array, "b n d"],
  selection: Selection,
  concept: Correlated,
  tolerance: float,
  max_iterations: int,
  dtype: jnp.dtype,
  *,
  refine: bool,
) -> Solution:
  """Maps a batch of games through the network, and measures the answers.

  Args:
    network: the architecture.
    variables: what it has learned.
    payoffs: `[b, n, *a]`, the caller's units, float64.
    strategy_mask: `[b, n, d]`.
    selection: the parameters of Eq. 6, every array with a leading b.
    concept: "ce" or "cce".
    tolerance: on the KKT residual, for the status CONVERGED.
    max_iterations: Newton steps from the network's duals, if refined.
    dtype: of the arrays returned.
    refine: the method "nes+exact". Else, "nes", the network's duals are the
      answer. They do not reach the exact solver's tolerance: MAX_ITERATIONS is
      their rule, and `Solution.check` raises.
  """
  method = "nes+exact" if refine else "nes"
  payoffs = jax.vmap(masks.masked_payoffs)(payoffs, strategy_mask)
  games = (payoffs, strategy_mask, selection)

  def propose(payoffs: Array, mask: Array, selection: Selection) -> dual.Duals:
    problem, _ = standardized_problem(payoffs, selection, concept, mask)
    return network.duals_in_single(variables, payoffs, selection, problem)

  def finish(
    proposed: tuple[tuple[Array, Array, Selection], Array],
  ) -> Solution:
    (payoffs, mask, selection), duals = proposed
    problem, standard = standardized_problem(payoffs, selection, concept, mask)
    if refine:
      answer = exact.solve_dual(problem, tolerance, max_iterations, duals)
    else:
      answer = _unrefined(problem, duals, tolerance)
    return assemble(
      payoffs, selection, problem, standard, answer, dtype, method
    )

  proposed = (games, jax.vmap(propose)(*games))
  if refine:
    return batching.map_games(finish, proposed)
  return jax.vmap(finish)(proposed)


def _unrefined(
  problem: Problem, duals: dual.Duals, tolerance: float
) -> DualSolution:
  """Returns a network's duals with their residual, after no iterations."""
  residual = dual.residual(problem, duals)
  status = status_of(residual, tolerance, Status.MAX_ITERATIONS)
  return DualSolution(duals, residual, status, jnp.asarray(0, jnp.int32))
