# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Magnetic mirror descent with entropy as the mirror map.

Sokota et al., A Unified Approach to Reinforcement Learning, Quantal Response
Equilibria, and Two-Player Zero-Sum Games (2023). Policies are kept as
logarithms: where a gap of values over alpha passes 745 the probability
underflows, its logarithm does not.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

Schedule = Callable[[Float[Array, ""]], Float[Array, ""]]
ROUNDING = 1e-12  # relative: values no further apart are equally good


def magnetic_mirror_descent_step(
  log_policy: Float[Array, "*b a"],
  values: Float[Array, "*b a"],
  log_magnet: Float[Array, "*b a"],
  step_size: Float[Array, ""] | float,
  alpha: Float[Array, ""] | float,
  legal: Bool[Array, "*b a"] | None = None,
) -> Float[Array, "*b a"]:
  """Returns argmax <pi, values> - alpha KL(pi, magnet) - KL(pi, policy) / eta.

  Which is proportional to (policy magnet^(alpha eta) exp(eta values))^(1 / (1 +
  alpha eta)). With alpha = 0 it is a step of entropic mirror descent, known as
  multiplicative weights.

  Args:
    log_policy: `[*b, a]`.
    values: `[*b, a]`, of actions; more is better.
    log_magnet: `[*b, a]`, need not be normalised; 0 for a uniform one.
    step_size: eta.
    alpha: the weight of the magnet, at least 0.
    legal: `[*b, a]`, all if None. Others have the logarithm -inf.
  """
  pull = alpha * step_size
  # A magnet of -inf times 0 would be NaN.
  magnet = pull * jnp.where(pull > 0, log_magnet, 0)
  drawn = log_policy + magnet + step_size * values
  return normalized(drawn / (1 + pull), legal)


def regularized_greedy(
  values: Float[Array, "*b a"],
  log_magnet: Float[Array, "*b a"],
  alpha: Float[Array, ""] | float,
  legal: Bool[Array, "*b a"] | None = None,
) -> Float[Array, "*b a"]:
  """Returns argmax <pi, values> - alpha KL(pi, magnet), as logarithms.

  Where the steps at fixed values end. For alpha = 0 the best actions, up to
  rounding, share the probability equally.

  Args:
    values: `[*b, a]`.
    log_magnet: `[*b, a]`.
    alpha: at least 0.
    legal: `[*b, a]`, all if None.
  """
  allowed = jnp.ones(values.shape, bool) if legal is None else legal
  highest = jnp.max(
    values, axis=-1, keepdims=True, where=allowed, initial=-jnp.inf
  )
  gap = jnp.where(allowed, values - highest, 0)
  tied = jnp.where(jnp.isnan(highest), jnp.nan, 0.0)
  best = jnp.where(gap < -ROUNDING * (1 + jnp.abs(highest)), -jnp.inf, tied)
  safe = jnp.where(alpha > 0, alpha, 1)
  scores = jnp.where(alpha > 0, log_magnet + gap / safe, best)
  return normalized(scores, allowed)


def moved_magnet(
  log_magnet: Float[Array, "*b a"],
  log_policy: Float[Array, "*b a"],
  rate: Float[Array, ""] | float,
  legal: Bool[Array, "*b a"] | None = None,
) -> Float[Array, "*b a"]:
  """Returns a magnet that follows the policy, magnet^(1 - rate) policy^rate.

  Steps towards a magnet that follows slowly end in an equilibrium of the game
  without regularization, at any alpha.

  Args:
    log_magnet: `[*b, a]`.
    log_policy: `[*b, a]`.
    rate: from 0, a constant magnet, to 1, the policy itself.
    legal: `[*b, a]`, all if None.
  """
  # The logarithm of an action that is not legal, times 0, would be NaN.
  weights = ((log_magnet, 1 - rate), (log_policy, rate))
  parts = [jnp.where(share > 0, x * share, 0) for x, share in weights]
  return normalized(parts[0] + parts[1], legal)


def normalized(
  scores: Float[Array, "*b a"], legal: Bool[Array, "*b a"] | None = None
) -> Float[Array, "*b a"]:
  """Returns log probabilities; -inf where not legal, or nothing is.

  NaN among what is legal makes all of its row NaN.

  Args:
    scores: `[*b, a]`, unnormalised logarithms.
    legal: `[*b, a]`, all if None.
  """
  if legal is not None:
    scores = jnp.where(legal, scores, -jnp.inf)
  total = jax.nn.logsumexp(scores, axis=-1, keepdims=True)
  return jnp.where(total == -jnp.inf, -jnp.inf, scores - total)


def constant(value: float) -> Schedule:
  """Returns the schedule that always has one value; a pytree, as all here."""
  return jax.tree_util.Partial(_constant, value)


def inverse_root(scale: float) -> Schedule:
  """Returns the schedule scale / sqrt(t) of t = 1, 2, ..."""
  return jax.tree_util.Partial(_inverse_root, scale)


def as_schedule(value: float | Schedule) -> Schedule:
  """Returns a schedule that can be an argument of a compiled function.

  Args:
    value: a number, or a function of the number of the step, from 1.
  """
  if not callable(value):
    return constant(value)
  if isinstance(value, jax.tree_util.Partial):
    return value
  return jax.tree_util.Partial(value)


def _constant(value: Any, step: Float[Array, ""]) -> Float[Array, ""]:
  return jnp.full_like(step, value)


def _inverse_root(scale: Any, step: Float[Array, ""]) -> Float[Array, ""]:
  return scale / jnp.sqrt(step)
