# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What a designer may choose from: bounds and linear constraints."""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import optimize


class ConvexSet(NamedTuple):
  """Parameters x with lower <= x <= upper and least <= matrix x <= most.

  Attributes:
    lower, upper: `[k]`, infinite where there is no bound.
    matrix: `[m, k]`.
    least, most: `[m]`, the same where a row is an equation.
  """

  lower: Float[np.ndarray, " k"]
  upper: Float[np.ndarray, " k"]
  matrix: Float[np.ndarray, "m k"]
  least: Float[np.ndarray, " m"]
  most: Float[np.ndarray, " m"]

  def violation(self, point: Float[np.ndarray, " k"]) -> float:
    """Returns by how much a point misses what it misses most, or 0."""
    rows = self.matrix @ point
    misses = [self.lower - point, point - self.upper]
    misses += [self.least - rows, rows - self.most]
    return float(np.max(np.concatenate(misses), initial=0.0))


def convex_set(
  size: int,
  lower: Any = -np.inf,
  upper: Any = np.inf,
  matrix: Any = None,
  least: Any = -np.inf,
  most: Any = np.inf,
) -> ConvexSet:
  """Returns a set of parameters, after checking that it has any.

  Args:
    size: k, how many parameters there are.
    lower: a number, or one for each parameter `[k]`.
    upper: the same.
    matrix: `[m, k]`, no constraints if None.
    least: a number, or one for each row `[m]`.
    most: the same.

  Raises:
    ValueError: shapes that do not fit, NaN, bounds on rows without a matrix,
      or an empty set.

  Example:
    >>> import numpy as np
    >>> from nes_spiel import mechanism_design
    >>> budget = mechanism_design.convex_set(3, 0, 1, [[1, 1, 1]], most=2)
    >>> float(budget.violation(np.array([1.0, 1.0, 0.5])))
    0.5
  """
  rows = np.zeros((0, size)) if matrix is None else np.asarray(matrix, float)
  if rows.ndim != 2 or rows.shape[1] != size:
    raise ValueError(f"matrix: expected shape (m, {size}), got {rows.shape}.")
  bounded = (np.asarray(least) != -np.inf).any()
  if matrix is None and (bounded or (np.asarray(most) != np.inf).any()):
    raise ValueError(
      f"matrix: least={least!r} and most={most!r} bound its rows; got None."
    )
  allowed = ConvexSet(
    _numbers("lower", lower, size),
    _numbers("upper", upper, size),
    rows,
    _numbers("least", least, len(rows)),
    _numbers("most", most, len(rows)),
  )
  if not np.isfinite(rows).all():
    raise ValueError("matrix: expected finite numbers, got NaN or infinity.")
  _check_not_empty(allowed)
  return allowed


def _numbers(name: str, value: Any, size: int) -> Float[np.ndarray, " k"]:
  """Returns a number for each parameter or row."""
  numbers = np.asarray(value, float)
  if numbers.shape not in ((), (size,)) or np.isnan(numbers).any():
    raise ValueError(
      f"{name}: expected a number or {size} of them, got {value!r}."
    )
  return np.array(np.broadcast_to(numbers, (size,)))


def _check_not_empty(allowed: ConvexSet) -> None:
  """Raises ValueError unless some parameters are allowed."""
  beyond = (allowed.lower == np.inf) | (allowed.upper == -np.inf)
  crossed = np.flatnonzero((allowed.lower > allowed.upper) | beyond)
  if crossed.size:
    first = crossed[0]
    raise ValueError(
      f"lower, upper: the set is empty, parameter {first} should lie between "
      f"{allowed.lower[first]} and {allowed.upper[first]}."
    )
  if not len(allowed.matrix):
    return
  found = optimize.milp(  # without whole numbers: a linear program
    np.zeros(len(allowed.lower)),
    bounds=optimize.Bounds(allowed.lower, allowed.upper),
    constraints=optimize.LinearConstraint(
      allowed.matrix, allowed.least, allowed.most
    ),
  )
  if not found.success:
    raise ValueError(
      f"matrix, least, most: the set is empty; HiGHS says: {found.message}"
    )
