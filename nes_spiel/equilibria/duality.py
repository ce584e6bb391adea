# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What the duality gap proves about a joint that was not solved exactly."""

import jax.numpy as jnp
from jax.scipy.special import xlogy
from jaxtyping import Array, Float

from nes_spiel.equilibria import dual, gaps
from nes_spiel.equilibria.problem import Problem


def primal_objective(
  problem: Problem, joint: Float[Array, "*a"], epsilon: Float[Array, " n"]
) -> Float[Array, ""]:
  """Returns Eq. 6 at a joint and epsilon, which need not be optimal.

  Where target_epsilon is max_epsilon its term is zero at epsilon = max_epsilon,
  the only value that it allows.
  """
  exists = jnp.isfinite(problem.reference_logits)
  reference = jnp.where(exists, problem.reference_logits, 0)
  entropy = -jnp.sum(xlogy(joint, joint))
  slack = problem.max_epsilon - epsilon
  room = problem.max_epsilon - problem.target_epsilon
  ratio = slack / jnp.where(room > 0, room, 1)
  penalty = room * (xlogy(ratio, ratio) - ratio)
  penalty = penalty[0] if problem.shared_epsilon else jnp.sum(penalty)
  return entropy + jnp.sum(joint * reference) - problem.rho * penalty


def certified_distance(
  problem: Problem,
  duals: dual.Duals,
  joint: Float[Array, "*a"],
  largest: Float[Array, " n"],
) -> Float[Array, ""]:
  """Returns a bound on the total variation between Eq. 9 and the solution.

  KL(sigma* || sigma_alpha) <= L(alpha) - L*, and L* is at least Eq. 6 at any
  feasible point. Pinsker's inequality gives sqrt((L - Eq. 6) / 2).

  Args:
    problem: standardised.
    duals: alpha.
    joint: the feasible point, usually Eq. 9's at `duals`, `[*a]`.
    largest: its largest gains `[n]`, to which epsilon is raised.

  Returns:
    The bound, at most 1: every total variation is.
  """
  epsilon = dual.primal_epsilon(problem, duals)
  constrained = gaps.has_deviations(problem.strategy_mask, problem.concept)
  epsilon = jnp.where(constrained, jnp.maximum(epsilon, largest), epsilon)
  if problem.shared_epsilon:
    epsilon = jnp.broadcast_to(jnp.max(epsilon), epsilon.shape)
  feasible = jnp.all(epsilon <= problem.max_epsilon)
  epsilon = jnp.minimum(epsilon, problem.max_epsilon)
  gap = dual.dual_loss(problem, duals) - primal_objective(
    problem, joint, epsilon
  )
  # Both sides are sums of terms as large as rho * max_epsilon.
  terms = 1 + (problem.rho + jnp.sum(duals)) * jnp.sum(problem.max_epsilon)
  rounding = 4 * jnp.finfo(joint.dtype).eps * terms
  distance = jnp.sqrt((jnp.maximum(gap, 0) + rounding) / 2)
  return jnp.where(feasible, jnp.minimum(distance, 1), 1)
