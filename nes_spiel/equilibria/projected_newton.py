# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A projected Newton method for min L(alpha) subject to alpha >= 0.

Unlike an interior point it profits from a start near the solution. A step
guesses which duals are zero at the solution, those below their slope (the
primal-dual active set of Hintermueller, Ito and Kunisch 2003), sends them
there, and takes a Newton step on the others; a line search along the projected
arc (Bertsekas 1982) looks for a lower loss.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, Int

from nes_spiel.equilibria import curvature_products, dual, newton_system
from nes_spiel.equilibria.dual_solution import (
  DualSolution,
  Status,
  status_of,
)
from nes_spiel.equilibria.problem import Problem

DECREASE = 1e-4  # of the loss, as a share of what its slope promises
LOSS_ROUNDING = 1e-14  # relative
GROWTH = 10.0  # of the largest dual in a step
LINE_SEARCH_STEPS = 40


class Point(NamedTuple):
  """Duals, and what is known there."""

  duals: dual.Duals
  joint: Float[Array, "..."]
  gradient: dual.Duals
  loss: Float[Array, ""]
  residual: Float[Array, ""]


def projected_newton(
  problem: Problem, start: dual.Duals, tolerance: float, max_iterations: int
) -> DualSolution:
  """Minimises Eq. 7 over nonnegative duals, from a start.

  Args:
    problem: Eq. 6 on the standardised scale, in float64.
    start: duals; negative ones, and those that do not exist, count as zero.
    tolerance: on the KKT residual, see `dual.residual`.
    max_iterations: Newton steps.
  """
  first = _point(problem, jnp.where(problem.dual_mask, start, 0))

  def unfinished(state: tuple[Point, Array, Array]) -> Bool[Array, ""]:
    here, iterations, moving = state
    unsolved = here.residual > tolerance  # false for NaN
    return unsolved & moving & (iterations < max_iterations)

  def step(state: tuple[Point, Array, Array]) -> tuple[Point, Array, Array]:
    here, iterations, _ = state
    there = _line_search(problem, here, _newton_change(problem, here))
    return there, iterations + 1, jnp.any(there.duals != here.duals)

  last, iterations, moving = lax.while_loop(
    unfinished, step, (first, jnp.asarray(0, jnp.int32), jnp.asarray(True))
  )
  otherwise = jnp.where(moving, Status.MAX_ITERATIONS, Status.STALLED)
  status = status_of(last.residual, tolerance, otherwise)
  return DualSolution(last.duals, last.residual, status, iterations)


def _point(problem: Problem, duals: dual.Duals) -> Point:
  """Returns what is known at nonnegative parts of duals."""
  duals = jnp.maximum(duals, 0)
  joint = dual.primal_joint(problem, duals)
  gradient = dual.dual_gradient(problem, duals, joint)
  loss = dual.dual_excess(problem, duals)
  residual = dual.residual(problem, duals, gradient)
  return Point(duals, joint, gradient, loss, residual)


def _newton_change(problem: Problem, here: Point) -> dual.Duals:
  """Returns the step to the minimum of L's quadratic model on a face."""
  free = problem.dual_mask & (here.duals > here.gradient)
  to_zero = jnp.where(free, 0, -here.duals)
  carried = curvature_products.hessian_product(
    problem, here.duals, here.joint, to_zero
  )
  change = newton_system.solve(
    problem,
    here.duals,
    here.joint,
    -here.gradient - carried,
    jnp.zeros_like(here.duals),
    free,
  )
  # Where rounding spoils the system: down along the gradient.
  usable = jnp.all(jnp.isfinite(change))
  return jnp.where(free, jnp.where(usable, change, -here.gradient), to_zero)


def _line_search(problem: Problem, here: Point, change: dual.Duals) -> Point:
  """Returns a point of the arc max(alpha + t change, 0) with a lower loss.

  Where the search finds none, its last point, next to the one it started from:
  from there the guess of which duals are zero may be another.
  """
  largest = jnp.maximum(jnp.max(jnp.abs(change)), jnp.finfo(change.dtype).tiny)
  longest = GROWTH * (1 + jnp.max(here.duals)) / largest

  def too_high(search: tuple[Array, Point, Int[Array, ""]]) -> Array:
    _, there, tries = search
    slope = jnp.sum(here.gradient * (there.duals - here.duals))
    noise = LOSS_ROUNDING * (1 + jnp.abs(here.loss))
    falls = there.loss <= here.loss + DECREASE * slope + noise
    return ~falls & (tries < LINE_SEARCH_STEPS)

  def shorten(search: tuple[Array, Point, Array]) -> tuple[Array, Point, Array]:
    length, _, tries = search
    length = length / 2
    return length, _point(problem, here.duals + length * change), tries + 1

  length = jnp.minimum(1, longest)
  first = _point(problem, here.duals + length * change)
  _, there, _ = lax.while_loop(
    too_high, shorten, (length, first, jnp.asarray(0, jnp.int32))
  )
  return there
