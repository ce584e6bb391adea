# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The principal branch of logit equilibria, from uniform play to Nash.

McKelvey and Palfrey (1995); Turocy (2005) follows it by predictor and
corrector. With the precision t = 1 / temperature the equilibria solve
x = softmax(t h(x)); at t = 0 that is uniform play, and the curve through it is
followed by its length, so that it may turn back.
"""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from nes_spiel.equilibria.interior_point import Status
from nes_spiel.equilibria.quantal_response import response_gap
from nes_spiel.games import validation

TOLERANCE = 1e-11
NEWTON_STEPS = 8
FIRST_STEP, LEAST_STEP, LARGEST_STEP = 0.01, 1e-7, 0.1
GROWTH, EASY = 1.5, 3  # of a step after one that took few corrections
STRAIGHT = 0.9  # cosine between directions: less is another branch


class LogitBranch(NamedTuple):
  """Points along the branch, uniform play first.

  Attributes:
    strategies: `[m, n, d]`.
    precision: `[m]`, the inverse of the temperature.
    residual: `[m]`, max |F|.
    folds: the precisions at which the branch turns.
    singular: the precisions near which other equilibria branch off.
    status: CONVERGED if it came to the precision asked for; MAX_ITERATIONS if
      it had not, and STALLED if no shorter step could be corrected.
  """

  strategies: Float[np.ndarray, "m n d"]
  precision: Float[np.ndarray, " m"]
  residual: Float[np.ndarray, " m"]
  folds: Float[np.ndarray, " f"]
  singular: Float[np.ndarray, " s"]
  status: Status


class _Curve(NamedTuple):
  """A point of the curve `[m + 1]`, profile and precision, and its direction.

  Attributes:
    point: the flattened profile, then the precision.
    direction: of length one.
    sign: of the determinant of the derivative with the direction below it.
  """

  point: Float[np.ndarray, " c"]
  direction: Float[np.ndarray, " c"]
  sign: float


def logit_branch(
  payoffs: Any,
  *,
  precision: float,
  strategy_mask: Any = None,
  max_steps: int = 10_000,
) -> LogitBranch:
  """Follows the principal branch up to a precision.

  It never gives all equilibria: `quantal_response_equilibria` finds those of
  one temperature. Where others branch off, as in symmetric games, it goes
  straight on.

  Args:
    payoffs: `[n, *a]`.
    precision: 1 / temperature, above 0, where to stop.
    strategy_mask: `[n, d]`, all strategies if None.
    max_steps: along the branch.

  Raises:
    ValueError: payoffs or a mask that are none, a precision not above 0.

  Example:
    >>> from nes_spiel import equilibria, games
    >>> chicken = games.classics.chicken()
    >>> found = equilibria.logit_branch(chicken, precision=5.0)
    >>> found.strategies[0].tolist()
    [[0.5, 0.5], [0.5, 0.5]]
  """
  payoffs, mask = validation.check_game(payoffs, strategy_mask)
  if not (np.isfinite(precision) and precision > 0):
    raise ValueError(
      f"precision: expected a finite number above 0, got {precision}."
    )
  with jax.enable_x64(True):
    game = jnp.asarray(payoffs)
    return _follow(game, jnp.asarray(mask), precision, max_steps)


def _follow(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  precision: float,
  max_steps: int,
) -> LogitBranch:
  """Returns the branch, step by step."""
  uniform = np.asarray(mask) / np.asarray(mask).sum(1, keepdims=True)
  first = np.append(uniform.reshape(-1), 0.0)
  forward = np.append(np.zeros(uniform.size), 1.0)
  here = _Curve(first, *_direction(payoffs, mask, first, forward))
  points, folds, singular = [first], [], []
  length, status = FIRST_STEP, Status.MAX_ITERATIONS
  for _ in range(max_steps):
    there, easy = _advance(payoffs, mask, here, length)
    if there is None:
      length /= 2
      if length < LEAST_STEP:
        status = Status.STALLED
        break
      continue
    if there.point[-1] >= precision:
      points.append(_at(payoffs, mask, here, there, precision))
      status = Status.CONVERGED
      break
    if there.direction[-1] * here.direction[-1] < 0:
      folds.append((here.point[-1] + there.point[-1]) / 2)
    if there.sign != here.sign:
      singular.append((here.point[-1] + there.point[-1]) / 2)
    points.append(there.point)
    here = there
    length = min(GROWTH * length, LARGEST_STEP) if easy else length
  curve = np.stack(points)
  return LogitBranch(
    strategies=curve[:, :-1].reshape(-1, *uniform.shape),
    precision=curve[:, -1],
    residual=np.array([_residual(payoffs, mask, point) for point in curve]),
    folds=np.array(folds),
    singular=np.array(singular),
    status=status,
  )


def _advance(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  here: _Curve,
  length: float,
) -> tuple[_Curve | None, bool]:
  """Returns the next point, none if it was not found, and if it was easy."""
  predicted = here.point + length * here.direction
  point, residual, steps = _corrected(payoffs, mask, predicted, here.direction)
  if not float(residual) <= TOLERANCE:
    return None, False
  point = np.asarray(point)
  there = _Curve(point, *_direction(payoffs, mask, point, here.direction))
  if there.direction @ here.direction < STRAIGHT:
    return None, False
  return there, int(steps) <= EASY


def _direction(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  point: Float[np.ndarray, " c"],
  before: Float[np.ndarray, " c"],
) -> tuple[Float[np.ndarray, " c"], float]:
  """Returns the curve's direction, onward, and the sign that tells sides."""
  jacobian = np.asarray(_jacobian(payoffs, mask, point))
  bordered = np.vstack([jacobian, before])
  direction = np.linalg.solve(bordered, np.eye(len(point))[-1])
  direction /= np.linalg.norm(direction)
  sign, _ = np.linalg.slogdet(np.vstack([jacobian, direction]))
  return direction, float(sign)


def _at(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  here: _Curve,
  there: _Curve,
  precision: float,
) -> Float[np.ndarray, " c"]:
  """Returns the point between two at a precision."""
  share = (precision - here.point[-1]) / (there.point[-1] - here.point[-1])
  between = here.point + share * (there.point - here.point)
  straight_up = np.eye(len(between))[-1]
  return np.asarray(_corrected(payoffs, mask, between, straight_up)[0])


def _gap(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  point: Float[Array, " c"],
) -> Float[Array, " m"]:
  """Returns x - softmax(t h(x)), flattened; t may be 0."""
  profile = point[:-1].reshape(mask.shape)
  return response_gap(point[-1] * payoffs, profile, 1.0, mask).reshape(-1)


@jax.jit
def _residual(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  point: Float[Array, " c"],
) -> Float[Array, ""]:
  return jnp.max(jnp.abs(_gap(payoffs, mask, point)))


@jax.jit
def _jacobian(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  point: Float[Array, " c"],
) -> Float[Array, "m c"]:
  return jax.jacfwd(functools.partial(_gap, payoffs, mask))(point)


@jax.jit
def _corrected(
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
    return point, _residual(payoffs, mask, point), steps + 1

  start = (predicted, _residual(payoffs, mask, predicted), np.int32(0))
  return jax.lax.while_loop(wrong, step, start)
