# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Random increasing functions on an interval, as GAMUT draws them.

A function is given by how it rises, since GAMUT scales and shifts most of them:
then nothing overflows, though a polynomial of degree 10 on [0, 10000] is 1e40.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from nes_spiel.games.gamut import uniforms

# Additive constants and the bounds of tables are drawn from [-LARGEST, LARGEST)
# and coefficients of polynomials from [-COEFFICIENT, COEFFICIENT).
LARGEST = 1000.0
COEFFICIENT = 10.0
HIGHEST_DEGREE = 10
# Each level of a table doubles its resolution, with one knot per interval.
_LEVELS = 6
_INNER_KNOTS = 2**_LEVELS - 1
# As many uniform numbers as any function here takes: the bounds and the knots
# of a table.
UNIFORMS = 2 + 2 * _INNER_KNOTS
# Where the least slope of a polynomial is sought.
_GRID = 129


class Increasing(NamedTuple):
  """An increasing function f on [low, high], seen at m points."""

  # (f(x) - f(low)) / (f(high) - f(low)) at each point.
  fraction: Float[Array, " m"]
  # f(high) - f(low), above 0; may be infinite.
  rise: Float[Array, ""]
  # f(low) / rise.
  start: Float[Array, ""]

  def values(self) -> Float[Array, " m"]:
    """Returns f at the points."""
    return self.rise * (self.start + self.fraction)


# A function of the class, from `UNIFORMS` uniform numbers, the points at which
# it is wanted, low and high.
Draw: TypeAlias = Callable[
  [Float[Array, " u"], Float[Array, " m"], Float[Array, ""], Float[Array, ""]],
  Increasing,
]


def exponential(
  u: Float[Array, " u"],
  points: Float[Array, " m"],
  low: Float[Array, ""],
  high: Float[Array, ""],
) -> Increasing:
  """Draws exp(alpha x) + beta (ExpFunction).

  alpha is uniform on (0, 1], beta on [-1000, 1000).
  """
  alpha = uniforms.positive(u[0])
  beta = uniforms.between(u[1], -LARGEST, LARGEST)
  growth = jnp.expm1(alpha * (high - low))
  shrunk = jnp.expm1(alpha * (low - points)) / jnp.expm1(alpha * (low - high))
  return Increasing(
    fraction=jnp.exp(alpha * (points - high)) * shrunk,
    rise=jnp.exp(alpha * low) * growth,
    start=(1 + beta * jnp.exp(-alpha * low)) / growth,
  )


def logarithm(
  u: Float[Array, " u"],
  points: Float[Array, " m"],
  low: Float[Array, ""],
  high: Float[Array, ""],
) -> Increasing:
  """Draws alpha ln(x + k) + beta (LogFunction).

  alpha is uniform on (0, 10], beta on [-1000, 1000); k is 1 - low where low is
  not positive, otherwise 0.
  """
  alpha = uniforms.positive(u[0], 10)
  beta = uniforms.between(u[1], -LARGEST, LARGEST)
  shift = jnp.where(low > 0, 0, 1 - low)
  first = jnp.log(low + shift)
  span = jnp.log(high + shift) - first
  return Increasing(
    fraction=(jnp.log(points + shift) - first) / span,
    rise=alpha * span,
    start=(first + beta / alpha) / span,
  )


def polynomial(
  u: Float[Array, " u"],
  points: Float[Array, " m"],
  low: Float[Array, ""],
  high: Float[Array, ""],
) -> Increasing:
  """Draws a polynomial with a positive derivative (IncreasingPoly).

  The coefficients of the derivative are uniform on [-10, 10). If it is negative
  or zero anywhere in the interval, its constant term is raised until the least
  slope is uniform on (0, 10]. The constant of integration is uniform on
  [-10, 10).

  Choice: the degree is uniform from 1 to 10. GAMUT also draws 0, a constant: it
  does not increase, and its prices and costs can be 0 / 0. The least slope is
  that on a grid of 129 points; GAMUT descends from 50 random ones.
  """
  degree = uniforms.integer(u[0], 1, HIGHEST_DEGREE)
  constant = uniforms.between(u[1], -COEFFICIENT, COEFFICIENT)
  slope = _rising_slope(u[2:], degree, low, high)
  integral = slope / jnp.arange(1, HIGHEST_DEGREE + 1, dtype=u.dtype)

  def part(t: Float[Array, " k"]) -> Float[Array, " k"]:
    return t * evaluate(integral, t)

  first, last = part(jnp.stack([low / high, jnp.ones_like(low)]))
  unit = high ** degree.astype(u.dtype)
  return Increasing(
    fraction=(part(points / high) - first) / (last - first),
    rise=unit * (last - first),
    start=(constant / unit + first) / (last - first),
  )


def _rising_slope(
  u: Float[Array, " u"],
  degree: Int[Array, ""],
  low: Float[Array, ""],
  high: Float[Array, ""],
) -> Float[Array, "10"]:
  """Draws the derivative of an increasing polynomial of this degree.

  Returns:
    Its coefficients in t = x / high, the constant one first, for the polynomial
    divided by high to the power of the degree.
  """
  drawn = uniforms.between(u[1 : 1 + HIGHEST_DEGREE], -COEFFICIENT, COEFFICIENT)
  missing = (degree - 1 - jnp.arange(HIGHEST_DEGREE)).astype(u.dtype)
  scaled = drawn * high ** -jnp.maximum(missing, 0)
  slope = jnp.where(missing >= 0, scaled, 0)
  least = jnp.min(evaluate(slope, jnp.linspace(low / high, 1, _GRID)))
  wanted = uniforms.positive(u[0], COEFFICIENT) * high ** -missing[0]
  return slope.at[0].add(jnp.where(least <= 0, wanted - least, 0))


def evaluate(
  coefficients: Float[Array, " c"], points: Float[Array, " m"]
) -> Float[Array, " m"]:
  """Returns the polynomial with these coefficients, the constant one first."""
  return jnp.polyval(coefficients[::-1], points)


def table(
  u: Float[Array, " u"],
  points: Float[Array, " m"],
  low: Float[Array, ""],
  high: Float[Array, ""],
) -> Increasing:
  """Draws an increasing function by bisection (IncreasingTableFunction).

  The ends have the values of `bounds`; in between see `random_rise`.
  """
  bottom, top = bounds(u)
  knots = random_rise(u)
  where = (points - low) / (high - low)
  return Increasing(
    fraction=jnp.interp(where, knots[:, 0], knots[:, 1]),
    rise=top - bottom,
    start=bottom / (top - bottom),
  )


def bounds(
  u: Float[Array, " u"],
) -> tuple[Float[Array, ""], Float[Array, ""]]:
  """Draws the bounds of a table, the lower and the upper one.

  The upper one is uniform on (-1000, 1000], the lower one on [-1000, upper).
  """
  room = uniforms.positive(u[0], 2 * LARGEST)
  upper = room - LARGEST
  return upper - uniforms.positive(u[1], room), upper


def random_rise(u: Float[Array, " u"]) -> Float[Array, "k 2"]:
  """Draws the knots (x, y) of an increasing function from (0, 0) to (1, 1).

  Between any two neighbouring knots there comes a new one, uniform in the
  rectangle that they span; six times over.

  Choice: GAMUT draws a number of points, uniformly from 2 to 10000, and does
  this until none is left. Here it is the limit of many points, cut off where
  the rectangles are a 64th high on average, and linear between the knots.
  """
  fresh = u[2:UNIFORMS].reshape(_INNER_KNOTS, 2)
  knots = jnp.stack([jnp.zeros_like(fresh[0]), jnp.ones_like(fresh[0])])
  for level in range(_LEVELS):
    left, right = knots[:-1], knots[1:]
    used = len(left) - 1
    middle = left + (right - left) * fresh[used : used + len(left)]
    pairs = jnp.stack([left, middle], axis=1).reshape(2 ** (level + 1), 2)
    knots = jnp.concatenate([pairs, knots[-1:]])
  return knots


ALL: tuple[Draw, ...] = (exponential, logarithm, polynomial, table)
# What GAMUT calls slowly increasing.
SLOW: tuple[Draw, ...] = (logarithm, polynomial)
