# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Nash equilibria of two-player constant-sum games, from their CCEs.

For any joint of such a game the players' largest CCE gains add up to the
NashConv of the product of its marginals (Section 2 of Marris et al. 2022 states
the case of zero), so marginals of a CCE are a Nash equilibrium. Finite rho
leaves a sum of epsilons above that of the targets; raising rho lowers it.
"""

import dataclasses

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from nes_spiel.equilibria import dual, exact, gaps, joints
from nes_spiel.equilibria.dual_solution import DualSolution, Status
from nes_spiel.equilibria.interior_point import interior_point
from nes_spiel.equilibria.problem import Problem

NASH_CONV = 1e-6  # in units of the standardised payoffs
RHO_FACTOR = 100.0
LARGEST_RHO = 1e12


def constant_sum_violation(problem: Problem) -> Float[Array, ""]:
  """Returns max_a |G'_1(a) + G'_2(a)|, 0 if constant-sum up to scale."""
  return jnp.max(jnp.abs(jnp.sum(problem.payoffs, axis=0)))


def nash_conv(problem: Problem, joint: Float[Array, "*a"]) -> Float[Array, ""]:
  """Returns the sum of the players' gains against the product of marginals."""
  return gaps.gap_sum(
    problem.payoffs,
    joints.product_of_marginals(joint),
    "cce",
    strategy_mask=problem.strategy_mask,
  )


def solve_constant_sum(
  problem: Problem, tolerance: float, max_iterations: int
) -> tuple[Problem, DualSolution]:
  """Raises rho until the marginals' NashConv is as low as is asked for.

  That is NASH_CONV, and the positive target epsilons, which the epsilons of a
  growing rho approach.

  Args:
    problem: two players, concept "cce", starting at its rho.
    tolerance: on the KKT residual.
    max_iterations: of Newton's method, at each rho.

  Returns:
    The problem at the last rho, and its solution, whose status is STALLED if
    NashConv is still too large there.
  """

  fixed = lax.stop_gradient(problem)
  most = NASH_CONV + jnp.sum(jnp.maximum(fixed.target_epsilon, 0))

  def at(rho: Float[Array, ""]) -> Problem:
    return dataclasses.replace(fixed, rho=rho)

  def solve(rho: Float[Array, ""]) -> tuple[Array, DualSolution]:
    return rho, interior_point(at(rho), tolerance, max_iterations)

  def too_far(search: tuple[Array, DualSolution]) -> Array:
    rho, solution = search
    joint = dual.primal_joint(at(rho), solution.duals)
    return nash_conv(fixed, joint) > most

  search = lax.while_loop(
    lambda search: too_far(search) & (search[0] < LARGEST_RHO),
    lambda search: solve(RHO_FACTOR * search[0]),
    solve(fixed.rho),
  )
  rho, solution = search
  stalled = too_far(search) & (solution.status == Status.CONVERGED)
  status = jnp.where(stalled, Status.STALLED, solution.status)
  problem = dataclasses.replace(problem, rho=rho)
  return problem, solution._replace(
    duals=exact.implicit(problem, solution.duals),
    status=status.astype(jnp.int32),
  )
