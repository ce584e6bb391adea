# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The random functions of local-effect games: GAMUT's eight classes, tabulated.

Arguments are numbers of players: 0, 1, ..., c - 1.
"""

from collections.abc import Callable
from typing import TypeAlias

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Key

from nes_spiel.games.gamut import increasing, uniforms

# A function's class within `decreasing`, its own number, and the rest.
_UNIFORMS = increasing.UNIFORMS + 2

# One function at 0, 1, ..., c - 1, from `_UNIFORMS` uniform numbers and those
# arguments.
Draw: TypeAlias = Callable[
  [Float[Array, " u"], Float[Array, " c"]], Float[Array, " c"]
]


def sample_functions(
  key: Key[Array, ""], functions: int, counts: int
) -> Float[Array, "f c"]:
  """Draws one of the eight classes, then functions of it with own parameters.

  Args:
    key: consumed.
    functions: f.
    counts: c; a function is seen at 0, 1, ..., c - 1.
  """
  u = uniforms.draw(key, (functions + 1, _UNIFORMS))
  points = jnp.arange(counts, dtype=u.dtype)

  def drawer(draw: Draw) -> Callable[[Array], Array]:
    return jax.vmap(lambda own: draw(own, points))

  chosen = uniforms.integer(u[0, 0], 0, len(CLASSES) - 1)
  return lax.switch(chosen, [drawer(draw) for draw in CLASSES], u[1:])


def _increasing(draw: increasing.Draw) -> Draw:
  """Returns the class of an increasing function's values."""
  return lambda u, points: draw(u, points, points[0], points[-1]).values()


def decreasing(
  u: Float[Array, " u"], points: Float[Array, " c"]
) -> Float[Array, " c"]:
  """Draws an increasing function, upside down (DecreasingWrapper).

  It is one of the four classes of `increasing.ALL`; its least value is uniform
  on [-1000, 1000).
  """
  base = lax.switch(
    uniforms.integer(u[-1], 0, len(increasing.ALL) - 1),
    increasing.ALL,
    u,
    points,
    points[0],
    points[-1],
  )
  least = uniforms.between(u[-2], -increasing.LARGEST, increasing.LARGEST)
  return least + base.rise * (1 - base.fraction)


def polynomial(
  u: Float[Array, " u"], points: Float[Array, " c"]
) -> Float[Array, " c"]:
  """Draws a polynomial (PolyFunction).

  Its degree is uniform from 0 to 10, its coefficients on [-10, 10).
  """
  degree = uniforms.integer(u[0], 0, increasing.HIGHEST_DEGREE)
  power = jnp.arange(increasing.HIGHEST_DEGREE + 1)
  coefficients = uniforms.between(
    u[1 : 1 + len(power)], -increasing.COEFFICIENT, increasing.COEFFICIENT
  )
  coefficients = jnp.where(power <= degree, coefficients, 0)
  return increasing.evaluate(coefficients, points)


def table(
  u: Float[Array, " u"], points: Float[Array, " c"]
) -> Float[Array, " c"]:
  """Draws independent values between `increasing.bounds` (TableFunction).

  Choice: GAMUT draws a table of 2 to 10000 values and takes the nearest one;
  where that is fewer than c, two arguments can have the same.
  """
  bottom, top = increasing.bounds(u)
  return uniforms.between(u[2 : 2 + len(points)], bottom, top)


def concave_table(
  u: Float[Array, " u"], points: Float[Array, " c"]
) -> Float[Array, " c"]:
  """Draws a concave function (ConcaveTableFunction).

  Its slope falls from 1 to -1 as a `random_rise` rises, up to the scale; its
  least value, at an end, and its largest are those of `increasing.bounds`.
  """
  bottom, top = increasing.bounds(u)
  x, y = increasing.random_rise(u).T
  steps = (x[1:] - x[:-1]) * (1 - y[1:] - y[:-1])
  height = jnp.concatenate([jnp.zeros_like(x[:1]), jnp.cumsum(steps)])
  least, most = jnp.min(height), jnp.max(height)
  at = jnp.interp(points / points[-1], x, height)
  return bottom + (top - bottom) * (at - least) / (most - least)


CLASSES: tuple[Draw, ...] = (
  concave_table,
  decreasing,
  _increasing(increasing.exponential),
  _increasing(increasing.polynomial),
  _increasing(increasing.table),
  _increasing(increasing.logarithm),
  polynomial,
  table,
)
