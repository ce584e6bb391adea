# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The dual of Eq. 6: Eqs. 7 to 11 of Marris et al. (2022).

Everything is on the standardised scale of a `Problem`. Duals are `[n, d]` for
CCE and `[n, d, d]` (deviation, recommendation) for CE, zero where they do not
exist.
"""

from typing import TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

from nes_spiel.equilibria import gains
from nes_spiel.equilibria.problem import Problem

Duals: TypeAlias = Float[Array, "n d"] | Float[Array, "n d d"]


def logits(problem: Problem, duals: Duals) -> Float[Array, "*a"]:
  """Returns ln target(a) + l(a), with l of Eq. 8."""
  weighted = gains.weighted_gains(problem.payoffs, duals, problem.concept)
  return problem.reference_logits - weighted


def primal_joint(problem: Problem, duals: Duals) -> Float[Array, "*a"]:
  """Returns sigma(a) of Eq. 9."""
  return softmax(logits(problem, duals))


def softmax(values: Float[Array, "*a"]) -> Float[Array, "*a"]:
  """Returns the softmax over all joint strategies."""
  return jax.nn.softmax(values, axis=tuple(range(values.ndim)))


def dual_sums(duals: Duals) -> Float[Array, " n"]:
  """Returns the sum of each player's duals."""
  return jnp.sum(duals.reshape(duals.shape[0], -1), axis=1)


def epsilon_sums(problem: Problem, duals: Duals) -> Float[Array, " n"]:
  """Returns the sum of the duals that meet each player's epsilon."""
  sums = dual_sums(duals)
  if problem.shared_epsilon:
    return jnp.full_like(sums, jnp.sum(sums))
  return sums


def per_player(
  values: Float[Array, " n"], duals: Shaped[Array, "n ..."]
) -> Float[Array, "n ..."]:
  """Returns one number per player in a shape that broadcasts to the duals."""
  return values.reshape([-1] + [1] * (duals.ndim - 1))


def epsilon_slack(problem: Problem, duals: Duals) -> Float[Array, " n"]:
  """Returns max_epsilon_p - epsilon_p; all the same if epsilon is shared."""
  room = problem.max_epsilon - problem.target_epsilon
  return room * jnp.exp(-epsilon_sums(problem, duals) / problem.rho)


def primal_epsilon(problem: Problem, duals: Duals) -> Float[Array, " n"]:
  """Returns epsilon_p of Eq. 10."""
  return problem.max_epsilon - epsilon_slack(problem, duals)


def dual_loss(problem: Problem, duals: Duals) -> Float[Array, ""]:
  """Returns the loss L, convex in the duals.

  In the form that ends the proof of Theorem 1 (Appendix A),

    L = ln sum_a target(a) exp(l(a)) + sum_p max_eps_p sum alpha_p
        + rho sum_p (max_eps_p - eps_p),

  whose minimum over nonnegative duals is the maximum of Eq. 6. Eq. 7 prints
  - rho sum_p eps_p for the last term: the constant rho sum_p max_eps_p less.
  """
  room = problem.max_epsilon - problem.target_epsilon
  constant = room[0] if problem.shared_epsilon else jnp.sum(room)
  return dual_excess(problem, duals) + problem.rho * constant


def dual_excess(problem: Problem, duals: Duals) -> Float[Array, ""]:
  """Returns the dual loss less rho sum_p (max_eps_p - target_eps_p).

  That is its last two terms' value at zero duals, which dwarfs the rest: with
  s_p the sum of duals, what is left of them is

    sum_p target_eps_p s_p + rho (max_eps_p - target_eps_p) f(s_p / rho),

  f(x) = exp(-x) - 1 + x. So the loss has a meaning in single precision.
  """
  sums = dual_sums(duals)
  room = problem.max_epsilon - problem.target_epsilon
  if problem.shared_epsilon:
    sums, room = jnp.sum(sums)[None], room[:1]
  linear = jnp.sum(problem.target_epsilon[: len(sums)] * sums)
  curved = jnp.sum(room * _exponential_remainder(sums / problem.rho))
  return (
    jax.nn.logsumexp(logits(problem, duals)) + linear + problem.rho * curved
  )


def _exponential_remainder(x: Float[Array, " n"]) -> Float[Array, " n"]:
  """Returns exp(-x) - 1 + x for x >= 0, without cancellation near 0."""
  small = x < 1e-2
  series = jnp.ones_like(x)
  for order in (7, 6, 5, 4, 3):
    series = 1 - x / order * series
  series = x**2 / 2 * series
  return jnp.where(small, series, jnp.expm1(-jnp.where(small, 1, x)) + x)


def dual_gradient(
  problem: Problem, duals: Duals, joint: Float[Array, "*a"] | None = None
) -> Duals:
  """Returns dL / d alpha of Eq. 11: epsilon_p minus the expected gains.

  `joint` is `primal_joint(problem, duals)`, where the caller has it already.
  """
  if joint is None:
    joint = primal_joint(problem, duals)
  expected = gains.expected_gains(
    problem.payoffs, joint, problem.concept, problem.strategy_mask
  )
  epsilon = per_player(primal_epsilon(problem, duals), duals)
  return jnp.where(problem.dual_mask, epsilon - expected, 0)


def residual(
  problem: Problem, duals: Duals, gradient: Duals | None = None
) -> Float[Array, ""]:
  """Returns the KKT residual: the largest |min(alpha, dL / d alpha)|.

  Zero exactly at the optimum over nonnegative duals. `gradient` is
  `dual_gradient(problem, duals)`, where the caller has it already.
  """
  if gradient is None:
    gradient = dual_gradient(problem, duals)
  violation = jnp.abs(jnp.minimum(duals, gradient))
  return jnp.max(jnp.where(problem.dual_mask, violation, 0))
