# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The dual loss's second derivative where it is too large to be written down.

A product with the matrix of `curvature` costs as much as a gradient, n |A| d
operations, where the matrix has (n d)^2 entries for CCE and (n d^2)^2 for CE.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

from nes_spiel.equilibria import dual, gains
from nes_spiel.equilibria.problem import Problem


def hessian_product(
  problem: Problem,
  duals: dual.Duals,
  joint: Float[Array, "*a"],
  vector: dual.Duals,
) -> dual.Duals:
  """Returns H at the duals times a vector of their shape.

  Args:
    problem: on the standardised scale.
    duals: where.
    joint: `primal_joint(problem, duals)`.
    vector: zero where duals do not exist.
  """
  payoffs, concept = problem.payoffs, problem.concept
  weighted = gains.weighted_gains(payoffs, vector, concept)
  centred = joint * (weighted - jnp.sum(joint * weighted))
  covariance = gains.expected_gains(
    payoffs, centred, concept, problem.strategy_mask
  )
  sums = dual.epsilon_sums(problem, vector)
  approximation = dual.epsilon_slack(problem, duals) / problem.rho * sums
  approximation = dual.per_player(approximation, vector)
  return jnp.where(problem.dual_mask, covariance + approximation, 0)


def diagonal_blocks(
  problem: Problem, duals: dual.Duals, joint: Float[Array, "*a"]
) -> Float[Array, "n k d d"]:
  """Returns the blocks of H that belong to one player and recommendation.

  Deviation by deviation, `[n, 1, d, d]` for CCE and `[n, d, d, d]` for CE, with
  the recommendation second. What is left out couples players, or a player's
  deviations after two recommendations. Rows and columns of duals that do not
  exist have no meaning.
  """
  size, concept = problem.strategy_mask.shape[1], problem.concept
  second = _cce_second_moment if concept == "cce" else _ce_second_moments
  rows = []
  for p, payoff in enumerate(problem.payoffs):
    block = second(gains.as_matrix(payoff, p), gains.as_matrix(joint, p))
    pad = size - block.shape[1]
    more = pad if concept == "ce" else 0
    rows.append(jnp.pad(block, [(0, more), (0, pad), (0, pad)]))
  mean = gains.expected_gains(
    problem.payoffs, joint, concept, problem.strategy_mask
  )
  mean = by_recommendation(mean)
  slack = dual.epsilon_slack(problem, duals) / problem.rho
  covariance = jnp.stack(rows) - mean[..., :, None] * mean[..., None, :]
  return covariance + slack[:, None, None, None]


def hessian_diagonal(
  problem: Problem, duals: dual.Duals, joint: Float[Array, "*a"]
) -> dual.Duals:
  """Returns the diagonal of H, one number per dual; zero where none exists.

  Args:
    problem: on the standardised scale.
    duals: where.
    joint: `primal_joint(problem, duals)`.
  """
  size, concept = problem.strategy_mask.shape[1], problem.concept
  rows = []
  for p, payoff in enumerate(problem.payoffs):
    moments = _second_moments(
      gains.as_matrix(payoff, p), gains.as_matrix(joint, p), concept
    )
    rows.append(jnp.pad(moments, [(0, size - k) for k in moments.shape]))
  mean = gains.expected_gains(
    problem.payoffs, joint, concept, problem.strategy_mask
  )
  slack = dual.epsilon_slack(problem, duals) / problem.rho
  slack = dual.per_player(slack, duals)
  # Rounding may leave a variance just below zero.
  variance = jnp.maximum(jnp.stack(rows) - mean**2, 0)
  return jnp.where(problem.dual_mask, variance + slack, 0)


def by_recommendation(duals: Shaped[Array, "n ..."]) -> Shaped[Array, "n k d"]:
  """Returns duals, or their mask, deviation last; k = 1 for CCE, d for CE."""
  return duals[:, None] if duals.ndim == 2 else jnp.swapaxes(duals, 1, 2)


def by_deviation(blocks: Float[Array, "n k d"], like: dual.Duals) -> dual.Duals:
  """Undoes `by_recommendation` for duals of the shape of `like`."""
  return blocks[:, 0] if like.ndim == 2 else jnp.swapaxes(blocks, 1, 2)


def _second_moments(
  own: Float[Array, "k rest"],
  joint: Float[Array, "k rest"],
  concept: gains.Concept,
) -> Float[Array, " k"] | Float[Array, "k k"]:
  """Returns E[A^2] of one player's gains, `[a']` or `[a', r]`."""
  weighted = joint * own
  staying = jnp.sum(weighted * own, axis=1)[None, :]
  if concept == "cce":
    joint, weighted = jnp.sum(joint, axis=0), jnp.sum(weighted, axis=0)
    staying = jnp.sum(staying)
  return own**2 @ joint.T - 2 * own @ weighted.T + staying


def _cce_second_moment(
  own: Float[Array, "k rest"], joint: Float[Array, "k rest"]
) -> Float[Array, "1 k k"]:
  """Returns E[A(a') A(b')] of one player, A(a') = G(a', a_-p) - G(a)."""
  moving = (own * jnp.sum(joint, axis=0)[None, :]) @ own.T
  mixed = own @ jnp.sum(joint * own, axis=0)
  staying = jnp.sum(joint * own**2)
  return (moving - mixed[:, None] - mixed[None, :] + staying)[None]


def _ce_second_moments(
  own: Float[Array, "k rest"], joint: Float[Array, "k rest"]
) -> Float[Array, "k k k"]:
  """Returns E[A(a', r) A(b', r)] of one player, `[r, a', b']`."""

  def recommended(row: Array, weights: Array) -> Float[Array, "k k"]:
    gain = own - row[None, :]
    return (gain * weights[None, :]) @ gain.T

  return jax.vmap(recommended)(own, joint)
