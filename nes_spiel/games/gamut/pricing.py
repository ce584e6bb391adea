# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""D1: sellers of one good name a price, and the cheapest share the demand."""

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Key

from nes_spiel.games.gamut import increasing, uniforms

# The demand at price 0, and what it costs to make that much.
NORM = 10000.0
# A function's class, the least demand, and the rest.
_UNIFORMS = increasing.UNIFORMS + 2


def bertrand_oligopoly(
  key: Key[Array, ""], shape: tuple[int, ...]
) -> Float[Array, "n *a"]:
  """Draws a Bertrand oligopoly (D1).

  Prices are 1, 2, ..., k, the same for each seller. Of demand D(p) at the
  lowest price p, each of the m sellers who named it sells D(p) / m and gets
  p D(p) / m - C(D(p) / m); the others get 0.
  """
  u = uniforms.draw(key, (2, _UNIFORMS))
  players, prices = len(shape), shape[0]
  price = jnp.arange(1, prices + 1, dtype=u.dtype)[:, None]
  sellers = jnp.arange(1, players + 1, dtype=u.dtype)[None, :]
  # By price and number of sellers, [k, n].
  sales = draw_demand(u[0], prices)[:, None] / sellers
  cost = draw_cost(u[1], sales.reshape(-1), sales[-1, -1])
  profit = price * sales - cost.reshape(sales.shape)
  named = np.indices(shape)
  lowest = named.min(0, keepdims=True)
  cheapest = named == lowest
  tied = cheapest.sum(0, keepdims=True)
  return jnp.where(cheapest, profit[lowest, tied - 1], 0)


def draw_demand(u: Float[Array, " u"], prices: int) -> Float[Array, " k"]:
  """Draws a decreasing demand D at the prices 1, 2, ..., k, with D(0) = 10000.

  It is one of the four increasing functions on [0, k], upside down, with a
  least value uniform on [-1000, 1000), 0 where that is negative; then scaled.
  """
  points = jnp.arange(1, prices + 1, dtype=u.dtype)
  base = lax.switch(
    uniforms.integer(u[-1], 0, len(increasing.ALL) - 1),
    increasing.ALL,
    u,
    points,
    jnp.zeros_like(points[0]),
    points[-1],
  )
  least = uniforms.between(u[-2], -increasing.LARGEST, increasing.LARGEST)
  above = jnp.maximum(least, 0) / base.rise
  # Exactly, since another logarithm has a cost where the demand ends at 0.
  fraction = base.fraction.at[-1].set(1)
  return NORM * (1 - fraction / (1 + above))


def draw_cost(
  u: Float[Array, " u"], quantities: Float[Array, " m"], low: Float[Array, ""]
) -> Float[Array, " m"]:
  """Draws an increasing cost C of quantities, with C(10000) = 10000.

  It is a logarithm or an increasing polynomial on [low, 10000], raised to 0 at
  `low` where it is negative there; then scaled.

  Args:
    u: uniform numbers.
    quantities: what is made, from `low` to 10000.
    low: the least that a seller who has customers makes, the nth part of the
      demand at the highest price.
  """
  base = lax.switch(
    uniforms.integer(u[-1], 0, len(increasing.SLOW) - 1),
    increasing.SLOW,
    u,
    quantities,
    low,
    jnp.full_like(low, NORM),
  )
  fixed = jnp.maximum(base.start, 0)
  return NORM * (1 - (1 - base.fraction) / (1 + fixed))
