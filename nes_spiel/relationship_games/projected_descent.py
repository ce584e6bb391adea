# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Algorithms 1 and 2: projected gradient descent on relationship weights.

As printed, with what they need to end and to mean what they say: the condition
of Eq. 14 is taken at the weights at which the gradient was, rejected tries of
Algorithm 2 count as iterations, what its next seed finds where it stands counts
as well, the best iterate is returned, Algorithm 1's by what fresh starts find
there too, and a gradient that vanishes where the social cost cannot be higher
is no success. `design_weights` finds better weights.
"""

import enum
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float, Key

from nes_spiel.equilibria.response_search import STARTS, check_temperature
from nes_spiel.relationship_games.equilibrium_costs import (
  Active,
  active,
  equilibrium_costs,
  random_starts,
)
from nes_spiel.relationship_games.relationship_game import (
  RelationshipGame,
  check_weights,
)
from nes_spiel.relationship_games.social_costs import gradient_at
from nes_spiel.relationship_games.unit_sphere import project, tangent
from nes_spiel.solvers import SolverError

PLATEAU = 1e-6  # of V's spread: this near to the highest social cost


class DescentStatus(enum.IntEnum):
  """How a projected descent ended, at its last iterate."""

  CONVERGED = 0  # Eq. 14 holds
  MAX_ITERATIONS = 1
  SATURATED = 2  # Eq. 14 holds, at the highest social cost: a plateau
  NO_EQUILIBRIUM = 3  # no start led to one
  NO_GRADIENT = 4  # a fold, or Newton's method did not converge


class Descent(NamedTuple):
  """A projected descent on the weights of relationships.

  Attributes:
    weights: `[k]`, the best iterate.
    value: its social cost; of Algorithm 1, with fresh starts.
    values: `[t]`, the social cost that every iterate's own starts led to.
    path: `[t, k]`, the iterates.
    status: how it ended, at the last of them.
  """

  weights: Float[np.ndarray, " k"]
  value: float
  values: Float[np.ndarray, " t"]
  path: Float[np.ndarray, "t k"]
  status: DescentStatus

  def check(self) -> "Descent":
    """Returns the descent itself, if it converged.

    Raises:
      SolverError: it did not; says how it ended, and its best value.
    """
    if self.status == DescentStatus.CONVERGED:
      return self
    raise SolverError(
      f"relationship_games: a descent ended with {self.status.name} after "
      f"{len(self.path)} iterations; its best social cost is {self.value:g}."
    )


class DescentOptions(NamedTuple):
  """What both algorithms are told.

  Attributes:
    step_size: alpha, above 0.
    threshold: beta, on the tangential gradient, above 0.
    max_iterations: k_max, rejected tries included.
    rerolls: L, profiles from which equilibria are sought; in Algorithm 2 one at
      a time.
  """

  step_size: float = 0.1
  threshold: float = 1e-4
  max_iterations: int = 2000
  rerolls: int = 50


DEFAULT = DescentOptions()


def min_max_descent(
  game: RelationshipGame,
  weights: Any,
  *,
  temperature: float,
  options: DescentOptions = DEFAULT,
  key: Key[Array, ""] | None = None,
) -> Descent:
  """Algorithm 1: steps down from the costliest equilibrium found.

  With a constant step it does not settle where the costliest equilibrium is
  another one on the two sides of a fold.

  Args:
    game: whose weights.
    weights: `[k]`, where it starts.
    temperature: lambda, above 0.
    options: alpha, beta, k_max and L.
    key: of the profiles to start from; always the same if None.
  """
  _check(game, weights, temperature, options)
  key = jax.random.key(0) if key is None else key
  rerolls = _rerolls(game, key, options.rerolls)
  fresh = random_starts(game, jax.random.fold_in(key, 1), STARTS)

  def costliest(weights: np.ndarray, starts: np.ndarray = rerolls) -> Active:
    found = equilibrium_costs(game, weights[None], temperature, starts)
    return active("min_max", found)

  def advance(
    here: np.ndarray, gradient: np.ndarray, value: float
  ) -> np.ndarray:
    del value
    return project(here - options.step_size * gradient)

  def confirm(weights: np.ndarray, value: float) -> float:
    return max(value, float(costliest(weights, fresh).values[0]))

  found = _descend(game, weights, temperature, costliest, advance, options)
  return _with_the_best(*found, confirm)


def min_min_descent(
  game: RelationshipGame,
  weights: Any,
  *,
  temperature: float,
  options: DescentOptions = DEFAULT,
  key: Key[Array, ""] | None = None,
) -> Descent:
  """Algorithm 2: steps that do not raise the social cost.

  A step that raises it is rejected, and the next seed tried.

  Args:
    game: whose weights.
    weights: `[k]`, where it starts.
    temperature: lambda, above 0.
    options: alpha, beta, k_max and L.
    key: of the profiles to start from, one seed each; always the same if None.
  """
  _check(game, weights, temperature, options)
  key = jax.random.key(0) if key is None else key
  starts = _rerolls(game, key, options.rerolls)
  seed, lowest = 0, np.inf

  def seeded(weights: np.ndarray) -> Active:
    nonlocal seed
    for _ in range(options.rerolls):
      start = starts[seed % options.rerolls][None]
      found = equilibrium_costs(game, weights[None], temperature, start)
      if found.converged.all():
        break
      seed += 1
    return active("min_min", found)

  def advance(
    here: np.ndarray, gradient: np.ndarray, value: float
  ) -> np.ndarray:
    nonlocal seed, lowest
    lowest = min(lowest, value)
    there = project(here - options.step_size * gradient)
    if float(seeded(there).values[0]) <= lowest:
      return there
    seed += 1
    return here

  found = _descend(game, weights, temperature, seeded, advance, options)
  return _with_the_best(*found, lambda _, value: value)


def _check(
  game: RelationshipGame,
  weights: Any,
  temperature: float,
  options: DescentOptions,
) -> None:
  """Raises ValueError for what no descent can begin with."""
  check_weights(game, weights)
  check_temperature(temperature)
  for name, value in zip(DescentOptions._fields[:2], options[:2], strict=True):
    if not (np.isfinite(value) and value > 0):
      raise ValueError(f"{name}: expected a number above 0, got {value}.")
  for name, value in zip(DescentOptions._fields[2:], options[2:], strict=True):
    if value < 1:
      raise ValueError(f"{name}: expected at least 1, got {value}.")


def _descend(
  game: RelationshipGame,
  weights: Any,
  temperature: float,
  evaluate: Callable[[np.ndarray], Active],
  advance: Callable[[np.ndarray, np.ndarray, float], np.ndarray],
  options: DescentOptions,
) -> tuple[Float[np.ndarray, "t k"], Float[np.ndarray, " t"], DescentStatus]:
  """Returns the path of steps down what `evaluate` finds, values and status."""
  here = project(np.asarray(weights, float))
  path, values, status = [], [], DescentStatus.MAX_ITERATIONS
  for _ in range(options.max_iterations):
    found = evaluate(here)
    path.append(here)
    values.append(float(found.values[0]))
    if not np.isfinite(values[-1]):
      status = DescentStatus.NO_EQUILIBRIUM
      break
    gradient = gradient_at(game, here, found.profiles[0], temperature)
    if not np.isfinite(gradient).all():
      status = DescentStatus.NO_GRADIENT
      break
    if np.linalg.norm(tangent(gradient, here)) < options.threshold:
      status = _flat(game, values[-1])
      break
    here = advance(here, gradient, values[-1])
  return np.stack(path), np.array(values), status


def _flat(game: RelationshipGame, value: float) -> DescentStatus:
  """Returns what a gradient of zero means at a social cost."""
  distance = game.social_cost.max() - value
  if distance <= PLATEAU * game.spread:
    return DescentStatus.SATURATED
  return DescentStatus.CONVERGED


def _with_the_best(
  path: Float[np.ndarray, "t k"],
  values: Float[np.ndarray, " t"],
  status: DescentStatus,
  confirm: Callable[[np.ndarray, float], float],
) -> Descent:
  """Returns a descent with its best iterate.

  Args:
    path: `[t, k]`, the iterates.
    values: `[t]`, of each.
    status: how the descent ended.
    confirm: to a value, not below the one it is given with the weights. Those
      that cannot become the best are not confirmed.
  """
  best, lowest = int(np.argmin(values)), np.inf
  for k in np.argsort(values, kind="stable"):
    if not values[k] < lowest:
      break
    value = confirm(path[k], float(values[k]))
    if value < lowest:
      best, lowest = int(k), value
  return Descent(path[best], lowest, values, path, status)


def _rerolls(
  game: RelationshipGame, key: Key[Array, ""], count: int
) -> Float[np.ndarray, "s n d"]:
  """Returns the profiles that seeds stand for, random ones first."""
  return random_starts(game, key, count)[::-1]
