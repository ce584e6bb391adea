# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The method "exact": the interior point, on a batch, in the caller's units."""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nes_spiel.equilibria import dual, exact, joints, nash
from nes_spiel.equilibria.problem import standardized_problem
from nes_spiel.equilibria.selection import Selection
from nes_spiel.games import masks
from nes_spiel.solvers import batching
from nes_spiel.solvers.assembly import assemble
from nes_spiel.solvers.solution import Concept, Solution


def solve_games(
  payoffs: Float[Array, "b n *a"],
  strategy_mask: Bool[Array, "b n d"],
  selection: Selection,
  concept: Concept,
  tolerance: float,
  max_iterations: int,
  dtype: jnp.dtype,
) -> tuple[Solution, Float[Array, " b"]]:
  """Solves a batch of games in float64.

  Args:
    payoffs: `[b, n, *a]`, the caller's units, float64.
    strategy_mask: `[b, n, d]`.
    selection: the parameters of Eq. 6, every array with a leading b.
    concept: "ce", "cce" or "ne".
    tolerance: on the KKT residual.
    max_iterations: of Newton's method.
    dtype: of the arrays returned.

  Returns:
    The solutions, and how far each game is from constant-sum: the largest
    |sum_p G'_p(a)| on the standardised scale.
  """

  def one(game: tuple[Array, Array, Selection]) -> tuple[Solution, Array]:
    return _solve_game(*game, concept, tolerance, max_iterations, dtype)

  return batching.map_games(one, (payoffs, strategy_mask, selection))


def _solve_game(
  payoffs: Float[Array, "n *a"],
  strategy_mask: Bool[Array, "n d"],
  selection: Selection,
  concept: Concept,
  tolerance: float,
  max_iterations: int,
  dtype: jnp.dtype,
) -> tuple[Solution, Float[Array, ""]]:
  """Solves one game; arguments as in `solve_games`, without the batch axis."""
  payoffs = masks.masked_payoffs(payoffs, strategy_mask)
  if concept == "ne":
    problem, game = standardized_problem(
      payoffs, selection, "cce", strategy_mask
    )
    problem, answer = nash.solve_constant_sum(
      problem, tolerance, max_iterations
    )
    joint = joints.product_of_marginals(
      dual.primal_joint(problem, answer.duals)
    )
  else:
    problem, game = standardized_problem(
      payoffs, selection, concept, strategy_mask
    )
    answer = exact.solve_dual(problem, tolerance, max_iterations)
    joint = None
  solution = assemble(
    payoffs, selection, problem, game, answer, dtype, "exact", joint
  )
  return solution, nash.constant_sum_violation(problem)
