# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A primal-dual interior point for min L(alpha) subject to alpha >= 0.

The barrier method of Wächter and Biegler (2006, Algorithm A) without its parts
for nonconvex problems: Newton steps on the perturbed optimality conditions

  dL / d alpha - z = 0,    alpha z = tau,    alpha, z > 0,

a line search on L(alpha) - tau sum ln alpha, which is convex, and tau lowered
superlinearly once its own problem is solved to within KAPPA tau. Everything is
a fixed program over arrays, so it compiles, and runs on a batch under vmap.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, Int

from nes_spiel.equilibria import dual, gains, newton_system
from nes_spiel.equilibria.dual_solution import DualSolution, Status, status_of
from nes_spiel.equilibria.problem import Problem

KAPPA = 10.0  # how well, in units of tau, a barrier's problem is solved
FIRST_DUAL = 0.1  # well inside, where standardised payoffs have unit variance
FIRST_BARRIER = 0.1
LAST_BARRIER = 1e-22  # alpha and z of weakly active constraints are its root
NO_STEP = 1e-15  # of the largest dual: a step that rounding swallows
SLOPE_ROUNDING = 1e-14  # of terms of the slope, and of conditions of order one
SLOPE_FRACTION = 0.3  # the line search may pass the minimum by so much
LINE_SEARCH_STEPS = 30


class State(NamedTuple):
  """The interior point's iterate; vectors are flattened duals, m of them."""

  duals: Float[Array, " m"]
  slacks: Float[Array, " m"]  # z, which becomes dL / d alpha
  barrier: Float[Array, ""]  # tau
  logits: Float[Array, "..."]
  joint: Float[Array, "..."]
  gradient: Float[Array, " m"]
  residual: Float[Array, ""]
  moving: Bool[Array, ""]
  iterations: Int[Array, ""]


Search = tuple[Array, Array, Array, Array]  # step, slope, joint, tries


def interior_point(
  problem: Problem, tolerance: float, max_iterations: int
) -> DualSolution:
  """Minimises Eq. 7 over nonnegative duals.

  Args:
    problem: Eq. 6 on the standardised scale, in float64.
    tolerance: on the KKT residual, see `dual.residual`.
    max_iterations: of Newton's method.
  """
  start = _start(problem)

  def unfinished(state: State) -> Bool[Array, ""]:
    unsolved = state.residual > tolerance  # false for NaN
    return unsolved & state.moving & (state.iterations < max_iterations)

  final = lax.while_loop(unfinished, lambda state: _step(problem, state), start)
  duals = final.duals.reshape(problem.dual_mask.shape)
  # The logits have gathered rounding on the way: what is reported has not.
  _, residual = _optimality(
    problem, final.duals, dual.primal_joint(problem, duals)
  )
  otherwise = jnp.where(final.moving, Status.MAX_ITERATIONS, Status.STALLED)
  status = status_of(residual, tolerance, otherwise)
  return DualSolution(duals, residual, status, final.iterations)


def _start(problem: Problem) -> State:
  """Returns the first iterate: small equal duals, slacks at the gradient."""
  exists = problem.dual_mask.reshape(-1)
  duals = jnp.where(exists, FIRST_DUAL, 0).astype(problem.payoffs.dtype)
  logits = dual.logits(problem, duals.reshape(problem.dual_mask.shape))
  joint = dual.softmax(logits)
  gradient, residual = _optimality(problem, duals, joint)
  slacks = jnp.where(exists, jnp.maximum(gradient, 0) + FIRST_DUAL, 1)
  return State(
    duals=duals,
    slacks=slacks,
    barrier=jnp.asarray(FIRST_BARRIER, duals.dtype),
    logits=logits,
    joint=joint,
    gradient=gradient,
    residual=residual,
    moving=jnp.asarray(True),
    iterations=jnp.asarray(0, jnp.int32),
  )


def _optimality(
  problem: Problem, flat: Float[Array, " m"], joint: Float[Array, "*a"]
) -> tuple[Array, Array]:
  """Returns flattened gradient and KKT residual at flat duals."""
  duals = flat.reshape(problem.dual_mask.shape)
  gradient = dual.dual_gradient(problem, duals, joint)
  return gradient.reshape(-1), dual.residual(problem, duals, gradient)


def _step(problem: Problem, state: State) -> State:
  """Takes one Newton step on the perturbed optimality conditions."""
  exists = problem.dual_mask.reshape(-1)
  barrier = _lower_barrier(state, exists)
  inverse = jnp.where(exists, 1 / jnp.where(exists, state.duals, 1), 0)
  slope = state.gradient - barrier * inverse
  curve = state.slacks * inverse
  direction = _newton_direction(problem, state, slope, curve)
  change = barrier * inverse - state.slacks - curve * direction
  to_wall = jnp.clip(1 - barrier, 0.99, 0.9999)  # never onto the wall
  length, logits, joint = _line_search(
    problem,
    state,
    barrier,
    direction,
    to_wall * _longest_step(state.duals, direction, exists),
  )
  duals = state.duals + length * direction
  slacks = state.slacks + change * jnp.minimum(
    1, to_wall * _longest_step(state.slacks, change, exists)
  )
  gradient, residual = _optimality(problem, duals, joint)
  moved = jnp.max(jnp.abs(duals - state.duals)) > NO_STEP * jnp.max(duals)
  return State(
    duals=duals,
    slacks=jnp.where(exists, slacks, 1),
    barrier=barrier,
    logits=logits,
    joint=joint,
    gradient=gradient,
    residual=residual,
    moving=moved | (barrier > LAST_BARRIER),
    iterations=state.iterations + 1,
  )


def _lower_barrier(state: State, exists: Bool[Array, " m"]) -> Float[Array, ""]:
  """Lowers tau where its problem is solved: at first tenfold, then as 3/2."""
  tau = state.barrier
  stationarity = jnp.abs(state.gradient - state.slacks)
  complementarity = jnp.abs(state.duals * state.slacks - tau)
  error = jnp.maximum(stationarity, complementarity)
  error = jnp.max(jnp.where(exists, error, 0))
  solved = error <= jnp.maximum(KAPPA * tau, 10 * SLOPE_ROUNDING)
  lower = jnp.maximum(jnp.minimum(0.1 * tau, tau**1.5), LAST_BARRIER)
  return jnp.where(solved, lower, tau)


def _newton_direction(
  problem: Problem,
  state: State,
  slope: Float[Array, " m"],
  curve: Float[Array, " m"],
) -> Float[Array, " m"]:
  """Solves (H + diag(z / alpha)) direction = -slope."""
  exists = problem.dual_mask
  newton = newton_system.solve(
    problem,
    state.duals.reshape(exists.shape),
    state.joint,
    slope.reshape(exists.shape),
    curve.reshape(exists.shape),
    exists,
  ).reshape(-1)
  # Where rounding spoils the system: down along z / alpha, which never fails.
  usable = jnp.all(jnp.isfinite(newton))
  safe = slope / jnp.where(exists.reshape(-1), curve, 1)
  return -jnp.where(usable, newton, safe)


def _longest_step(
  values: Float[Array, " m"],
  direction: Float[Array, " m"],
  exists: Bool[Array, " m"],
) -> Float[Array, ""]:
  """Returns the step at which the first positive value would reach zero."""
  falling = exists & (direction < 0)
  ratio = values / jnp.where(falling, -direction, 1)
  return jnp.min(jnp.where(falling, ratio, jnp.inf))


def _line_search(
  problem: Problem,
  state: State,
  barrier: Float[Array, ""],
  direction: Float[Array, " m"],
  wall: Float[Array, ""],
) -> tuple[Float[Array, ""], Float[Array, "*a"], Float[Array, "*a"]]:
  """Returns a step at which L - tau sum ln alpha has not risen far again.

  The slope along the direction is compared rather than the value: near the
  optimum values differ by less than their rounding. Logits are linear in the
  duals, so those after the step, and their joint, come with it.
  """
  shape, exists = problem.dual_mask.shape, problem.dual_mask.reshape(-1)
  weighted = gains.weighted_gains(
    problem.payoffs, direction.reshape(shape), problem.concept
  )
  sums = dual.dual_sums(direction.reshape(shape))
  positive = jnp.where(exists, state.duals, 1)

  def slope(step: Float[Array, ""]) -> tuple[Array, Array]:
    duals = (state.duals + step * direction).reshape(shape)
    joint = dual.softmax(state.logits - step * weighted)
    gain = jnp.sum(joint * weighted)
    epsilon = dual.primal_epsilon(problem, duals)
    ratio = direction / (positive + step * direction)
    return jnp.sum(epsilon * sums) - gain - barrier * jnp.sum(ratio), joint

  inverse = jnp.where(exists, 1 / positive, 0)
  first = jnp.sum((state.gradient - barrier * inverse) * direction)
  noise = (
    SLOPE_ROUNDING * jnp.max(problem.max_epsilon) * jnp.sum(jnp.abs(direction))
  )
  allowed = SLOPE_FRACTION * jnp.abs(first) + noise

  def too_far(search: Search) -> Bool[Array, ""]:
    _, here, _, tries = search
    return (here > allowed) & (tries < LINE_SEARCH_STEPS)

  def shorten(search: Search) -> Search:
    step, here, _, tries = search
    shorter = step * jnp.clip(first / (first - here), 0.1, 0.5)
    step = jnp.where(tries == 0, step, shorter)
    return (step, *slope(step), tries + 1)

  # The whole step is tried first: its slope is not known yet.
  untried = (
    jnp.minimum(1, wall),
    jnp.full_like(wall, jnp.inf),
    state.joint,
    jnp.asarray(0, jnp.int32),
  )
  step, _, joint, _ = lax.while_loop(too_far, shorten, untried)
  return step, state.logits - step * weighted, joint
