# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Where strategies start and may be.

Two starts are equal where their numbers are, so that games can be stacked.
"""

import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key


@dataclasses.dataclass(frozen=True)
class Uniform:
  """Draws strategies uniformly."""

  shape: tuple[int, int]
  low: float
  high: float

  def __call__(self, key: Key[Array, ""]) -> Float[Array, "n k"]:
    """Returns strategies between `low` and `high`."""
    return jax.random.uniform(
      key, self.shape, minval=self.low, maxval=self.high
    )


@dataclasses.dataclass(frozen=True)
class Gaussian:
  """Draws strategies, such as logits of policies, from N(0, 1)."""

  shape: tuple[int, int]

  def __call__(self, key: Key[Array, ""]) -> Float[Array, "n k"]:
    """Returns strategies."""
    return jax.random.normal(key, self.shape)


def unit_interval(strategies: Float[Array, "n k"]) -> Float[Array, "n k"]:
  """Returns the nearest strategies in [0, 1]."""
  return jnp.clip(strategies, 0, 1)
