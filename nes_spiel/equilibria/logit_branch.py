# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The principal branch of logit equilibria, from uniform play to Nash.

McKelvey and Palfrey (1995); Turocy (2005) follows it by predictor and
corrector. With the precision t = 1 / temperature the equilibria solve
x = softmax(t h(x)); at t = 0 that is uniform play, and the curve through it is
followed by its length, so that it may turn back.
"""

import itertools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from nes_spiel.equilibria.dual_solution import Status
from nes_spiel.equilibria.logit_curve import (
  TOLERANCE,
  CurvePoint,
  corrected,
  curve_point,
  kernel_between,
  residual,
  turn_between,
)
from nes_spiel.equilibria.quantal_response import distributions
from nes_spiel.games import validation

# Along the curve, where probabilities have units of order one.
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
    singular: the precisions at which other equilibria branch off.
    status: CONVERGED if it came to the precision asked for; MAX_ITERATIONS if
      it had not, and STALLED if a step could not be corrected.
  """

  strategies: Float[np.ndarray, "m n d"]
  precision: Float[np.ndarray, " m"]
  residual: Float[np.ndarray, " m"]
  folds: Float[np.ndarray, " f"]
  singular: Float[np.ndarray, " s"]
  status: Status


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
    max_steps: along the branch, at least 1.

  Raises:
    ValueError: payoffs or a mask that are none, a precision not above 0, no
      step; or tracers: the branch is followed on the host.

  Example:
    >>> from nes_spiel import equilibria, games
    >>> chicken = games.classics.chicken()
    >>> found = equilibria.logit_branch(chicken, precision=5.0)
    >>> found.strategies[0].tolist()
    [[0.5, 0.5], [0.5, 0.5]]
  """
  if validation.is_traced(payoffs, precision, strategy_mask):
    raise ValueError(
      "logit_branch: follows the branch on the host, and cannot be traced by "
      "jit, vmap or grad; equilibria.solve_quantal_response can."
    )
  if max_steps < 1:
    raise ValueError(f"max_steps: expected at least 1, got {max_steps}.")
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
  points = [curve_point(payoffs, mask, first, forward)]
  length, status, beyond = FIRST_STEP, Status.MAX_ITERATIONS, []
  for _ in range(max_steps):
    there, easy = _advance(payoffs, mask, points[-1], length)
    if there is None:
      length /= 2
      if length < LEAST_STEP:
        status = Status.STALLED
        break
    elif there.precision >= precision:
      last = _at(payoffs, mask, points[-1], there, precision)
      status = Status.CONVERGED if last is not None else Status.STALLED
      beyond = [there] if last is None else [last, there]
      break
    else:
      points.append(there)
      length = min(GROWTH * length, LARGEST_STEP) if easy else length
  folds, singular = _special(payoffs, mask, [*points, *beyond[-1:]])
  curve = np.stack([x.point for x in (*points, *beyond[:-1])])
  return LogitBranch(
    strategies=distributions(curve[:, :-1].reshape(-1, *uniform.shape)),
    precision=curve[:, -1],
    residual=np.array([residual(payoffs, mask, point) for point in curve]),
    folds=folds[folds <= precision],
    singular=singular[singular <= precision],
    status=status,
  )


def _advance(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  here: CurvePoint,
  length: float,
) -> tuple[CurvePoint | None, bool]:
  """Returns the next point, none if it was not found, and if it was easy."""
  predicted = here.point + length * here.direction
  point, wrong, steps = corrected(payoffs, mask, predicted, here.direction)
  if not float(wrong) <= TOLERANCE:
    return None, False
  there = curve_point(payoffs, mask, np.asarray(point), here.direction)
  if there.direction @ here.direction < STRAIGHT:
    return None, False
  return there, int(steps) <= EASY


def _at(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  here: CurvePoint,
  there: CurvePoint,
  precision: float,
) -> CurvePoint | None:
  """Returns the point between two at a precision, none if not found."""
  share = (precision - here.precision) / (there.precision - here.precision)
  between = here.point + share * (there.point - here.point)
  straight_up = np.eye(len(between))[-1]
  point, wrong, _ = corrected(payoffs, mask, between, straight_up)
  if not float(wrong) <= TOLERANCE:
    return None
  return curve_point(payoffs, mask, np.asarray(point), here.direction)


def _special(
  payoffs: Float[Array, "n *a"],
  mask: Bool[Array, "n d"],
  points: list[CurvePoint],
) -> tuple[Float[np.ndarray, " f"], Float[np.ndarray, " s"]]:
  """Returns the precisions of folds and of singular points.

  A fold lies where the direction's last element changes its sign; others branch
  off where the smallest singular value, which has a minimum there, is zero.
  """
  folds = [
    turn_between(payoffs, mask, before, after)
    for before, after in itertools.pairwise(points)
    if before.direction[-1] * after.direction[-1] < 0
  ]
  minima = [
    kernel_between(payoffs, mask, before, after)
    for before, here, after in zip(points, points[1:], points[2:], strict=False)
    if here.smallest <= min(before.smallest, after.smallest)
  ]
  singular = [precision for precision in minima if precision is not None]
  return np.array(folds, float), np.array(singular, float)
