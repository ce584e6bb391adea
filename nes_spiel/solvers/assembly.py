# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""From the duals of a standardised problem to a solution in payoff units."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nes_spiel.equilibria import dual, duality, gaps, joints
from nes_spiel.equilibria.dual_solution import DualSolution
from nes_spiel.equilibria.problem import Problem
from nes_spiel.equilibria.selection import Selection
from nes_spiel.equilibria.welfare import expected_welfare
from nes_spiel.games import precision
from nes_spiel.games.standardization import Standardized
from nes_spiel.solvers.solution import Solution


def assemble(
  payoffs: Float[Array, "n *a"],
  selection: Selection,
  problem: Problem,
  game: Standardized,
  answer: DualSolution,
  dtype: jnp.dtype,
  method: str,
  joint: Float[Array, "*a"] | None = None,
) -> Solution:
  """Maps an answer back to the caller's units and measures it there.

  Args:
    payoffs: `[n, *a]`, the caller's units, zero where a joint does not exist.
    selection: the parameters of Eq. 6.
    problem: the standardised problem that was solved.
    game: the standardisation that made it.
    answer: its duals, residual, status and iterations.
    dtype: of the arrays returned. Gaps are those of the joint in that dtype.
    method: the method's name.
    joint: `[*a]`, where it is not Eq. 9's at the duals; nothing is certified.
  """
  certifiable = joint is None
  if joint is None:
    joint = dual.primal_joint(problem, answer.duals)
  exact_joint = joint
  joint = joint.astype(dtype).astype(payoffs.dtype)
  cast_error = joints.total_variation(joint, exact_joint)
  largest = gaps.largest_gains(
    problem.payoffs, joint, problem.concept, strategy_mask=problem.strategy_mask
  )
  certified = jnp.full_like(cast_error, jnp.inf)
  if certifiable:
    certified = cast_error + duality.certified_distance(
      *jax.lax.stop_gradient((problem, answer.duals, joint, largest))
    )
  largest = largest / game.scale
  epsilon = dual.primal_epsilon(problem, answer.duals) / game.scale
  target = jnp.maximum(jnp.asarray(selection.target_epsilon), 0)
  mask, concept = problem.strategy_mask, problem.concept
  solution = Solution(
    joint=joint,
    epsilon=epsilon,
    duals=answer.duals * dual.per_player(game.scale, answer.duals),
    gap_sum=gaps.excess_sum(largest, target, mask, concept),
    gap_sum_returned=gaps.excess_sum(largest, epsilon, mask, concept),
    residual=answer.residual,
    cast_error=cast_error,
    certified_tv=certified,
    welfare=expected_welfare(payoffs, joint),
    iterations=answer.iterations,
    status=answer.status,
    method=method,
  )
  return precision.cast_real(solution, dtype)
