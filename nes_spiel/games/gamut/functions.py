# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The random functions of local-effect games: GAMUT's eight classes, tabulated.

Arguments are numbers of players: 0, 1, ..., c - 1.
"""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int, Key

from nes_spiel.games.gamut import increasing, uniforms

# The numbers of the classes: `increasing.ALL` from 0, then the decreasing one,
# concave table, polynomial and table.
DECREASING = len(increasing.ALL)
CLASSES = DECREASING + 4
# Two numbers for what a decreasing function is made of, and the rest.
_UNIFORMS = increasing.UNIFORMS + 2


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
  number = uniforms.integer(u[0, 0], 0, CLASSES - 1)

  def of_each(
    draw: Callable[[Array, Array], Array],
  ) -> Callable[[Array], Array]:
    return jax.vmap(lambda own: draw(own, points))

  return lax.switch(
    jnp.maximum(number - DECREASING, 0),
    [
      of_each(functools.partial(monotone, number=number)),
      of_each(concave_table),
      of_each(polynomial),
      of_each(table),
    ],
    u[1:],
  )


def monotone(
  u: Float[Array, " u"], points: Float[Array, " c"], number: Int[Array, ""]
) -> Float[Array, " c"]:
  """Draws an increasing function or, if so numbered, a decreasing one.

  The decreasing one (DecreasingWrapper) is a function of `increasing.ALL`, any
  class alike, upside down; its least value is uniform on [-1000, 1000).
  """
  falls = number == DECREASING
  base = lax.switch(
    jnp.where(falls, uniforms.integer(u[-1], 0, DECREASING - 1), number),
    increasing.ALL,
    u,
    points,
    points[0],
    points[-1],
  )
  least = uniforms.between(u[-2], -increasing.LARGEST, increasing.LARGEST)
  fallen = least + base.rise * (1 - base.fraction)
  return jnp.where(falls, fallen, base.values())


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
