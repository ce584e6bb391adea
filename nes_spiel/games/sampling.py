# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Random games without offset and scale: Section 4.2 of Marris et al. (2022).

Uniform or normal payoffs would spend a network's capacity on offset and scale.
Here every player's payoffs lie on the sphere of zero-mean tensors of norm Z_m.
"""

import jax
from jaxtyping import Array, Float, Key, UInt32

from nes_spiel.games import standardization


def sample_invariant(
  key: Key[Array, ""] | UInt32[Array, "2"],
  batch: int,
  shape: tuple[int, ...],
  norm: float = 2,
) -> Float[Array, "b n *a"]:
  """Samples games from the invariant subspace of the L1, L2 or Linf norm.

  A point of the unit ball of the norm is drawn in all |A| dimensions, then
  centred and scaled by Eq. 16a. For L2 that is the uniform distribution on the
  sphere of zero-mean tensors.

  Args:
    key: consumed.
    batch: b, the number of games.
    shape: `(a_1, ..., a_n)`, the number of strategies of each player.
    norm: 1, 2 or infinity.

  Returns:
    Payoffs `[b, n, *a]`; per game and player mean 0 and norm Z_m, or all zero
    where there is one joint strategy.

  Raises:
    ValueError: an unknown norm, an empty batch, or a player without strategies.

  Example:
    >>> import jax
    >>> from nes_spiel import games
    >>> games.sample_invariant(jax.random.key(0), 512, (4, 4)).shape
    (512, 2, 4, 4)
  """
  if batch < 1 or not shape or min(shape) < 1:
    raise ValueError(
      "sample_invariant: expected at least one game, one player and one "
      f"strategy per player; got batch={batch}, shape={shape}."
    )
  payoffs = _draw(key, (batch, len(shape), *shape), norm)
  return jax.vmap(
    lambda game: standardization.standardize(game, norm=norm).payoffs
  )(payoffs)


def _draw(key: Array, shape: tuple[int, ...], norm: float) -> Array:
  """Draws numbers whose direction is that of a random point of the ball."""
  if norm == 1:
    return jax.random.laplace(key, shape)
  if norm == 2:
    return jax.random.normal(key, shape)
  return jax.random.uniform(key, shape, minval=-1, maxval=1)
