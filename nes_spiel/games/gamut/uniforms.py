# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Random parameters made of numbers that are uniform on [0, 1).

A sampler calls the generator once for all the numbers of a game, where it can:
it is XLA's compilation of each call that takes long, not its execution.
"""

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key


def draw(key: Key[Array, ""], shape: tuple[int, ...]) -> Float[Array, "*s"]:
  """Draws numbers that are uniform on [0, 1).

  They are drawn in a row and then shaped, which compiles three times faster
  than a tensor of numbers.
  """
  return jax.random.uniform(key, (math.prod(shape),)).reshape(shape)


def between(
  u: Float[Array, "*s"], low: float | Array, high: float | Array
) -> Float[Array, "*s"]:
  """Returns numbers that are uniform on [low, high)."""
  return low + (high - low) * u


def positive(
  u: Float[Array, "*s"], high: float | Array = 1.0
) -> Float[Array, "*s"]:
  """Returns numbers that are uniform on (0, high]."""
  return high * (1 - u)


def integer(u: Float[Array, "*s"], low: int, high: int) -> Int[Array, "*s"]:
  """Returns whole numbers that are uniform from low to high, both included."""
  count = high - low + 1
  return low + jnp.minimum(jnp.floor(u * count).astype(int), count - 1)
