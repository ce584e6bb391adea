# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Offset and scale removed from a game: Eq. 16 of Marris et al. (2022).

Equilibria do not change when a player's payoffs are shifted or multiplied by a
positive number. Every solver works on the representative with mean zero and a
fixed norm, and maps its answer back.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float

from nes_spiel.games import masks

NORMS = (1, 2, float("inf"))


class Standardized(NamedTuple):
  """A game with offset and scale removed: `payoffs = scale * (G - offset)`."""

  payoffs: Float[Array, "n *a"]
  offset: Float[Array, " n"]
  scale: Float[Array, " n"]


def norm_constant(norm: float, count: Float[Array, ""]) -> Float[Array, ""]:
  """Returns Z_m, at which the elements of a random game have unit variance.

  Z_2 = sqrt|A| is Eq. 17. Z_1 and Z_inf, which are not printed, give uniform
  points on the sphere of that norm unit variance; centred they have a little
  less (0.96 for L1 and 0.88 for Linf at 4x4).

  Args:
    norm: 1, 2 or infinity.
    count: |A|, the number of joint strategies that exist.
  """
  if norm == 1:
    return jnp.sqrt(count * (count + 1) / 2)
  if norm == 2:
    return jnp.sqrt(count)
  if norm == float("inf"):
    return jnp.sqrt(3 * count / (count + 2))
  raise ValueError(f"norm: expected one of {NORMS}, got {norm!r}.")


def standardize(
  payoffs: Float[Array, "n *a"],
  strategy_mask: Bool[Array, "n d"] | None = None,
  norm: float = 2,
) -> Standardized:
  """Returns every player's payoffs with mean zero and norm Z_m (Eq. 16a).

  A player whose payoffs are constant up to rounding, 8 ulp of the largest, gets
  zeros, scale 1 and no derivative: there the map is not continuous.

  Args:
    payoffs: `[n, *a]`; values at joint strategies that do not exist are
      ignored, and zero in the result.
    strategy_mask: `[n, d]`, all strategies if None.
    norm: 1, 2 or infinity.

  Returns:
    The standardised payoffs `[n, *a]`, and `offset` and `scale`, both `[n]`,
    with `standardised = scale * (payoffs - offset)`.

  Example:
    >>> import numpy as np
    >>> from nes_spiel import games
    >>> games.standardize(games.classics.prisoners_dilemma()).payoffs.std()
    Array(1., dtype=float32)
  """
  payoffs = jnp.asarray(payoffs)
  mask = masks.resolve_mask(payoffs, strategy_mask)
  exists = masks.joint_mask(mask, payoffs.shape[1:])
  return Standardized(
    *jax.vmap(lambda payoff: standardize_tensor(payoff, exists, norm))(payoffs)
  )


def standardize_tensor(
  tensor: Float[Array, "*a"], exists: Bool[Array, "*a"], norm: float = 2
) -> Standardized:
  """Returns one tensor over joint strategies with mean zero and norm Z_m.

  Eq. 16a for one player's payoffs, Eq. 16c for a welfare. `offset` and `scale`
  are scalars.
  """
  tensor = jnp.where(exists, tensor, 0)
  count = jnp.sum(exists).astype(tensor.dtype)
  # Magnitudes are taken out before anything is added or squared: payoffs may be
  # near the largest and the smallest numbers there are.
  magnitude = lax.stop_gradient(jnp.max(jnp.abs(tensor)))
  magnitude = jnp.where(magnitude > 0, magnitude, 1)
  tensor = tensor / magnitude
  mean = jnp.sum(tensor) / count
  centred = jnp.where(exists, tensor - mean, 0)
  spread = lax.stop_gradient(jnp.max(jnp.abs(centred)))
  constant = spread <= 8 * jnp.finfo(tensor.dtype).eps
  unit = jnp.where(constant, 1, spread)
  scaled = jnp.where(constant, 0, centred / unit)
  # A constant tensor has no norm to divide by, and must not have a gradient.
  safe = jnp.where(constant, 1, scaled).reshape(-1)
  length = norm_constant(norm, count) / jnp.linalg.norm(safe, ord=norm)
  return Standardized(
    payoffs=scaled * length,
    offset=mean * magnitude,
    scale=jnp.where(constant, 1, length / unit / magnitude),
  )
