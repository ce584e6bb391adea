# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The curve of logit equilibria over the precision, point by point.

A point is the flattened profile `[m]`, then the precision t, and on the curve
x = softmax(t h(x)).
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import scipy.optimize
from jaxtyping import Array, Bool, Float

from nes_spiel.equilibria.quantal_response import response_gap

TOLERANCE = 1e-11
NEWTON_STEPS = 8
ACCURACY = 1e-10  # of a fold or a singular point, as a share of a step
KERNEL = 1e-6  # a singular value that counts as zero


class CurvePoint(NamedTuple):
  """A point of the curve.

  Attributes:
    point: `[m + 1]`, the flattened profile, then the precision.
    direction: `[m + 1]`, of the curve, of length one.
    smallest: singular value of the derivative with the direction below it, zero
      where other curves cross.
  """

  point: Float[np.ndarray, " c"]
  direction: Float[np.ndarray, " c"]
  smallest: float

  @property
  def precision(self) -> float:
    """The inverse of the temperature."""
    return float(self.point[-1])


def curve_point(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  point: Float[np.ndarray, " c"],
  before: Float[np.ndarray, " c"],
) -> CurvePoint:
  """Returns a point with its direction, onward from the one before."""
  jacobian = np.asarray(_jacobian(payoffs, mask, point))
  bordered = np.vstack([jacobian, before])
  direction = np.linalg.solve(bordered, np.eye(len(point))[-1])
  direction /= np.linalg.norm(direction)
  values = np.linalg.svd(np.vstack([jacobian, direction]), compute_uv=False)
  return CurvePoint(point, direction, float(values[-1]))


def turn_between(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  before: CurvePoint,
  after: CurvePoint,
) -> float:
  """Returns the precision at which the curve turns between two points."""
  at = _between(payoffs, mask, before, after)
  share = scipy.optimize.brentq(
    lambda share: at(share).direction[-1], 0.0, 1.0, xtol=ACCURACY
  )
  return at(share).precision


def kernel_between(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  before: CurvePoint,
  after: CurvePoint,
) -> float | None:
  """Returns the precision at which other curves cross, None if none does."""
  at = _between(payoffs, mask, before, after)
  found = scipy.optimize.minimize_scalar(
    lambda share: at(share).smallest,
    bounds=(0.0, 1.0),
    method="bounded",
    options={"xatol": ACCURACY},
  )
  return at(found.x).precision if found.fun <= KERNEL else None


def _between(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  before: CurvePoint,
  after: CurvePoint,
) -> Callable[[float], CurvePoint]:
  """Returns a function from shares of the way to points of the curve."""
  way = after.point - before.point
  across = way / np.linalg.norm(way)

  def at(share: float) -> CurvePoint:
    chosen, *_ = corrected(payoffs, mask, before.point + share * way, across)
    return curve_point(payoffs, mask, np.asarray(chosen), across)

  return at


def _gap(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  point: Float[Array, " c"],
) -> Float[Array, " m"]:
  """Returns x - softmax(t h(x)), flattened; t may be 0."""
  profile = point[:-1].reshape(mask.shape)
  return response_gap(point[-1] * payoffs, profile, 1.0, mask).reshape(-1)


@jax.jit
def residual(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  point: Float[Array, " c"],
) -> Float[Array, ""]:
  """Returns max |F| at a point, zero on the curve."""
  return jnp.max(jnp.abs(_gap(payoffs, mask, point)))


@jax.jit
def _jacobian(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  point: Float[Array, " c"],
) -> Float[Array, "m c"]:
  return jax.jacfwd(functools.partial(_gap, payoffs, mask))(point)


@jax.jit
def corrected(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  predicted: Float[Array, " c"],
  across: Float[Array, " c"],
) -> tuple[Float[Array, " c"], Float[Array, ""], Any]:
  """Returns the curve's point in the plane across a direction.

  With its residual, and how many of Newton's steps it took.
  """

  def wrong(state: tuple[Array, Array, Any]) -> Array:
    return (state[1] > TOLERANCE) & (state[2] < NEWTON_STEPS)

  def step(state: tuple[Array, Array, Any]) -> tuple[Array, Array, Any]:
    point, _, steps = state
    matrix = jnp.vstack([_jacobian(payoffs, mask, point), across[None]])
    gap = _gap(payoffs, mask, point)
    right = jnp.append(gap, jnp.dot(across, point - predicted))
    point = point - jnp.linalg.solve(matrix, right)
    return point, residual(payoffs, mask, point), steps + 1

  start = (predicted, residual(payoffs, mask, predicted), np.int32(0))
  return jax.lax.while_loop(wrong, step, start)
