# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Parameters of a game chosen so that what is played does best.

The objective is any function of parameters, such as one of the equilibrium of
the game that they make: `nes_spiel.solve` is differentiated implicitly, or
through the network.
"""

import enum
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy import optimize

from nes_spiel.mechanism_design.convex_set import ConvexSet

SLACK = 1e-7  # by which SciPy may leave a set on its way

Objective = Callable[[Float[Array, " k"]], Float[Array, ""]]
Slope = Callable[..., tuple[Any, Any]]


class DesignStatus(enum.IntEnum):
  """How a design ended."""

  CONVERGED = 0
  MAX_STEPS = 1
  STOPPED = 2  # no direction in which the objective rises, before tolerance
  DIVERGED = 3  # a value or derivative was not finite


class Design(NamedTuple):
  """What a designer chose.

  Attributes:
    parameters: `[k]`, the best that were met on the way and are allowed.
    value: of the objective there.
    start_value: of the objective at the start; never above `value`.
    violation: of the set at `parameters`, at most 1e-7.
    values: `[t]`, of the objective wherever it was asked for, in the set or
      beside it.
    status: a `DesignStatus`.
    message: SciPy's.
  """

  parameters: Float[np.ndarray, " k"]
  value: float
  start_value: float
  violation: float
  values: Float[np.ndarray, " t"]
  status: int
  message: str


def design(
  objective: Objective,
  start: Any,
  allowed: ConvexSet,
  *,
  max_steps: int = 200,
  tolerance: float = 1e-9,
  report: Callable[[int, float], None] | None = None,
) -> Design:
  """Maximises an objective over a convex set, from a start on.

  By sequential quadratic programming (SciPy's SLSQP), in float64: a local
  maximum. Where equilibria do not change with the parameters, as where one
  action dominates, the objective is flat; begin with a small rho, at which
  equilibria are smooth, and go on from there with larger ones.

  Args:
    objective: from `[k]` to a number, differentiable by JAX.
    start: `[k]`, in the set.
    allowed: the set.
    max_steps: of SLSQP.
    tolerance: the change of the objective at which it ends.
    report: is told how often the objective was asked for, and the best so far.

  Raises:
    ValueError: a start of another shape or outside the set, an objective that
      returns no single number or nothing finite at the start.

  Example:
    >>> import jax.numpy as jnp
    >>> from nes_spiel import mechanism_design
    >>> half = mechanism_design.convex_set(2, 0, 1, [[1, 1]], most=1)
    >>> found = mechanism_design.design(lambda x: x @ jnp.ones(2), [0, 0], half)
    >>> round(found.value, 6), found.status == 0
    (1.0, True)
  """
  slope = value_and_slope(objective)
  point = np.asarray(start, float)
  return maximize(slope, point, allowed, max_steps, tolerance, report)


def value_and_slope(objective: Callable[..., Any]) -> Slope:
  """Returns an objective with its derivative by parameters, compiled.

  Args:
    objective: as `design` takes it, perhaps of more arguments.
  """
  return jax.jit(jax.value_and_grad(_scalar(objective)))


def maximize(
  slope: Slope,
  point: Float[np.ndarray, " k"],
  allowed: ConvexSet,
  max_steps: int = 200,
  tolerance: float = 1e-9,
  report: Callable[[int, float], None] | None = None,
) -> Design:
  """Returns what `design` does, of what is compiled already.

  Args:
    slope: of `value_and_slope`.
    point: `[k]`, where to start.
    allowed: as in `design`.
    max_steps: as in `design`.
    tolerance: as in `design`.
    report: as in `design`.

  Raises:
    ValueError: as in `design`.
  """
  _check_start(point, allowed)
  with jax.enable_x64(True):
    path = _Path(slope, allowed, report)
    first = path.descend(point)[0]
    if not np.isfinite(first):
      raise ValueError(f"objective: expected a number at start, got {-first}.")
    found = optimize.minimize(
      path.descend,
      point,
      jac=True,
      method="SLSQP",
      bounds=optimize.Bounds(allowed.lower, allowed.upper),
      constraints=_constraints(allowed),
      options={"maxiter": max_steps, "ftol": tolerance},
    )
  # SciPy has no status where bounds leave a single point.
  status = _status(found.get("status", 0), path.finite)
  return Design(
    parameters=path.best,
    value=path.value,
    start_value=-first,
    violation=allowed.violation(path.best),
    values=np.array(path.values),
    status=status,
    message=str(found.message),
  )


class _Path:
  """Where an optimiser asked for the objective, and the best of these."""

  def __init__(
    self,
    slope: Slope,
    allowed: ConvexSet,
    report: Callable[[int, float], None] | None,
  ):
    self._slope, self._allowed, self._report = slope, allowed, report
    self.values: list[float] = []
    self.finite = True
    self.value, self.best = -np.inf, np.zeros(len(allowed.lower))

  def descend(
    self, point: Float[np.ndarray, " k"]
  ) -> tuple[float, Float[np.ndarray, " k"]]:
    """Returns what is minimised, and its derivative."""
    # SLSQP leaves bounds by rounding.
    inside = np.clip(point, self._allowed.lower, self._allowed.upper)
    value, slope = jax.device_get(self._slope(inside))
    self.values.append(float(value))
    number = bool(np.isfinite(value))
    self.finite &= number and bool(np.isfinite(slope).all())
    inside_set = self._allowed.violation(inside) <= SLACK
    if number and inside_set and value > self.value:
      self.value, self.best = float(value), inside
    if self._report is not None:
      self._report(len(self.values), self.value)
    return -float(value), -np.asarray(slope)


def _scalar(objective: Callable[..., Any]) -> Callable[..., Any]:
  """Returns the objective, which is refused if it is of more than a number."""

  def checked(point: Float[Array, " k"], **others: Any) -> Float[Array, ""]:
    value = jnp.asarray(objective(point, **others))
    if value.shape != () or not jnp.issubdtype(value.dtype, jnp.floating):
      raise ValueError(
        "objective: expected a real number, got an array of shape "
        f"{value.shape} and type {value.dtype}."
      )
    return value

  return checked


def _check_start(point: Float[np.ndarray, " k"], allowed: ConvexSet) -> None:
  """Raises ValueError unless a start is in the set."""
  if point.shape != allowed.lower.shape:
    raise ValueError(
      f"start: expected shape {allowed.lower.shape}, got {point.shape}."
    )
  missed = allowed.violation(point)
  if not missed <= SLACK:
    raise ValueError(f"start: lies outside the set, by {missed:.3g}.")


def _constraints(allowed: ConvexSet) -> list[optimize.LinearConstraint]:
  """Returns the rows as SciPy takes them."""
  if not len(allowed.matrix):
    return []
  rows = allowed.matrix, allowed.least, allowed.most
  return [optimize.LinearConstraint(*rows)]


def _status(code: int, finite: bool) -> DesignStatus:
  """Returns what SLSQP's exit means."""
  if not finite:
    return DesignStatus.DIVERGED
  if code == 0:
    return DesignStatus.CONVERGED
  return DesignStatus.MAX_STEPS if code == 9 else DesignStatus.STOPPED
