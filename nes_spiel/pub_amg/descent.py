# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Full-width magnetic mirror descent: all decision rules move at once."""

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float

from nes_spiel.equilibria.mirror_descent import Schedule, as_schedule
from nes_spiel.games.warn_caller import warn_caller
from nes_spiel.pub_amg import sweeps
from nes_spiel.pub_amg.gaps import Gaps, gaps
from nes_spiel.pub_amg.objectives import Objective, neutral_policy
from nes_spiel.pub_amg.sequence_form import SequenceForm
from nes_spiel.pub_amg.sweeps import Policies

STEP_PER_ALPHA = 0.1  # of the default step size
# Step size per alpha up to which Kuhn and Leduc poker, goofspiel, liar's dice
# and perturbed rock-paper-scissors converge, at alphas from 0.1 to 2.
STABLE = 0.2
BETWEEN_MEASUREMENTS = 50  # sweeps; a measurement costs as much as three


class Method(NamedTuple):
  """What is minimised, and how.

  Attributes:
    objective: its psi.
    alpha: the weight of psi in sweep 1, 2, ...
    step_size: eta there.
  """

  objective: Objective
  alpha: Schedule
  step_size: Schedule


def make_method(
  objective: Objective,
  alpha: float | Schedule,
  step_size: float | Schedule | None,
) -> Method:
  """Returns what is done in each sweep.

  Args:
    objective: its psi.
    alpha: above 0, or a schedule.
    step_size: eta above 0, or a schedule; a tenth of alpha if None.

  Raises:
    ValueError: numbers out of range.
  """
  if not callable(alpha) and not 0 < alpha < math.inf:
    raise ValueError(
      f"alpha: {type(objective).__name__} has a unique equilibrium for a "
      f"finite alpha above 0, got {alpha}."
    )
  if step_size is None:
    step_size = jax.tree_util.Partial(_default_step, as_schedule(alpha))
  else:
    check_step_size("step_size", step_size)
    if not callable(alpha) and not callable(step_size):
      _warn_of_circles(alpha, step_size)
  return Method(objective, as_schedule(alpha), as_schedule(step_size))


def _warn_of_circles(alpha: float, step_size: float) -> None:
  """Warns where steps may be too long to converge."""
  if step_size > STABLE * alpha:
    warn_caller(
      f"step_size: {step_size} may circle for alpha {alpha}. Up to "
      f"{STABLE * alpha:g} every game that was measured converges; Leduc poker "
      f"does not from {0.35 * alpha:g} on at alpha 0.5, and perturbed "
      f"rock-paper-scissors from {3 * alpha:g} on."
    )


def make_constant_method(
  objective: Objective, alpha: float, step_size: float | None
) -> Method:
  """Returns `make_method`'s where all sweeps must have the same alpha.

  Raises:
    ValueError: numbers out of range, or a schedule of alpha.
  """
  if callable(alpha):
    raise ValueError(
      "alpha: expected a number, at which every subgame is solved, got a "
      "schedule."
    )
  return make_method(objective, alpha, step_size)


def check_step_size(name: str, step_size: float | Schedule) -> None:
  """Raises ValueError unless eta is a schedule or a finite number above 0."""
  if not callable(step_size) and not 0 < step_size < math.inf:
    raise ValueError(
      f"{name}: expected a finite number above 0, got {step_size}."
    )


def check_limits(max_sweeps: int, **tolerances: float) -> None:
  """Raises ValueError for limits that no descent can end by.

  Args:
    max_sweeps: 1 or more.
    **tolerances: 0 or more, inf for one that does not matter.
  """
  if not max_sweeps >= 1:
    raise ValueError(f"max_sweeps: expected 1 or more, got {max_sweeps}.")
  for name, tolerance in tolerances.items():
    if not tolerance >= 0:
      raise ValueError(f"{name}: expected 0 or more, got {tolerance}.")


def _default_step(alpha: Schedule, step: Any) -> Any:
  return STEP_PER_ALPHA * alpha(step)


class Descent(NamedTuple):
  """Where a descent stands.

  Attributes:
    policies: of both players, as logarithms.
    sweeps: how many were made.
    gaps: of the policies, at the alpha of the last sweep.
  """

  policies: Policies
  sweeps: Float[Array, ""]
  gaps: Gaps


def moved_rule(
  form: SequenceForm,
  player: int,
  policies: Policies,
  objective: Objective,
  alpha: Float[Array, ""] | float,
  step_size: Float[Array, ""] | float | None,
) -> Float[Array, "k a"]:
  """Returns one player's policy after a mirror step everywhere.

  What is not reached gets the neutral policy, at which psi is lowest.

  Args:
    form: the game or subgame.
    player: whose.
    policies: of both players, as logarithms.
    objective: its psi.
    alpha: the weight of psi.
    step_size: eta; None for the greedy policy, where steps end.
  """
  seen = sweeps.action_values(form, player, policies, objective, alpha)
  here = sweeps.places(form, player)
  if step_size is None:
    after = objective.greedy(here, seen.values, alpha)
  else:
    after = objective.step(
      here, policies[player], seen.values, alpha, step_size
    )
  neutral = neutral_policy(objective, here)
  return jnp.where(seen.reach[:, None] > 0, after, neutral)


def sweep(
  form: SequenceForm,
  policies: Policies,
  method: Method,
  step: Float[Array, ""],
) -> Policies:
  """Takes one mirror step at every information state, both players at once.

  What is not in the subgame stays as it is.

  Args:
    form: the game or subgame.
    policies: of both players, as logarithms.
    method: of the step.
    step: its number, from 1.
  """
  alpha, step_size = method.alpha(step), method.step_size(step)
  first, second = (
    jnp.where(
      form.sides[player].inside[:, None],
      moved_rule(form, player, policies, method.objective, alpha, step_size),
      policies[player],
    )
    for player in (0, 1)
  )
  return first, second


@jax.jit
def value(
  form: SequenceForm,
  policies: Policies,
  method: Method,
  step: Float[Array, ""] | float,
) -> Float[Array, ""]:
  """Returns the objective's value to player 0, at a step's alpha."""
  alpha = method.alpha(jnp.asarray(step))
  return sweeps.action_values(form, 0, policies, method.objective, alpha).total


@jax.jit
def measured(
  form: SequenceForm,
  policies: Policies,
  method: Method,
  step: Float[Array, ""] | float,
) -> Descent:
  """Returns policies after some steps, with their gaps."""
  alpha = method.alpha(jnp.maximum(step, 1))
  found = gaps(form, policies, method.objective, alpha)
  return Descent(policies, jnp.asarray(step), found)


@jax.jit
def descend(
  form: SequenceForm,
  start: Descent,
  method: Method,
  most: Gaps,
  max_sweeps: Float[Array, ""] | float,
) -> Descent:
  """Sweeps until every gap is small enough, or NaN.

  Args:
    form: the game or subgame.
    start: where to go on from.
    method: of the steps.
    most: what the gaps may be at the end; inf for one that does not matter.
    max_sweeps: when to stop all the same, in sweeps since the first.
  """

  def unfinished(state: Descent) -> Bool[Array, ""]:
    # A gap below 0 by more than rounding would be as wrong as one above.
    far = [jnp.abs(x) > y for x, y in zip(state.gaps, most, strict=True)]
    return jnp.stack(far).any() & (state.sweeps < max_sweeps)

  def advance(state: Descent) -> Descent:
    stop = jnp.minimum(state.sweeps + BETWEEN_MEASUREMENTS, max_sweeps)
    policies, _ = lax.while_loop(
      lambda x: x[1] < stop,
      lambda x: (sweep(form, x[0], method, x[1] + 1), x[1] + 1),
      (state.policies, state.sweeps),
    )
    return measured(form, policies, method, stop)

  return lax.while_loop(unfinished, advance, start)
