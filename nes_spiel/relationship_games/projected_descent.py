# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Algorithms 1 and 2: projected gradient descent on relationship weights.

As printed, with what they need to end and to mean what they say: the condition
of Eq. 14 is taken at the weights at which the gradient was, rejected tries of
Algorithm 2 count as iterations, the best iterate is returned, and a gradient
that vanishes where the social cost cannot be higher is no success.
`design_weights` finds better weights.
"""

import enum
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float, Key

from nes_spiel.relationship_games.equilibrium_costs import (
  Active,
  active,
  equilibrium_costs,
  random_starts,
)
from nes_spiel.relationship_games.relationship_game import (
  RelationshipGame,
  check_weights,
  gradient_at,
)

SATURATED = 1e-6  # relative: this near to the highest social cost there is


class DescentStatus(enum.IntEnum):
  """How a projected descent ended."""

  CONVERGED = 0  # Eq. 14 holds
  MAX_ITERATIONS = 1
  SATURATED = 2  # Eq. 14 holds, at the highest social cost: a plateau
  NO_EQUILIBRIUM = 3  # no start led to one


class Descent(NamedTuple):
  """A projected descent on the weights of relationships.

  Attributes:
    weights: `[k]`, the best iterate.
    value: its social cost.
    values: `[t]`, the social cost at every iterate.
    path: `[t, k]`, the iterates.
    status: how it ended.
  """

  weights: Float[np.ndarray, " k"]
  value: float
  values: Float[np.ndarray, " t"]
  path: Float[np.ndarray, "t k"]
  status: DescentStatus


def project(weights: Float[np.ndarray, " k"]) -> Float[np.ndarray, " k"]:
  """Returns weights of length one (Eq. 13).

  Raises:
    ValueError: they are zero, which has no direction.
  """
  length = np.linalg.norm(weights)
  if not length > 0:
    raise ValueError(
      "weights: expected some that are not zero, to be projected to the unit "
      f"sphere; got {weights}."
    )
  return weights / length


def tangent(
  gradient: Float[np.ndarray, " k"], weights: Float[np.ndarray, " k"]
) -> Float[np.ndarray, " k"]:
  """Returns the part of a gradient along the sphere (Eq. 14)."""
  return gradient - gradient @ weights / (weights @ weights) * weights


def min_max_descent(
  game: RelationshipGame,
  weights: Any,
  *,
  temperature: float,
  step_size: float = 0.1,
  threshold: float = 1e-4,
  max_iterations: int = 2000,
  rerolls: int = 50,
  key: Key[Array, ""] | None = None,
) -> Descent:
  """Algorithm 1: steps down from the costliest equilibrium found.

  With a constant step it does not settle where the costliest equilibrium is
  another one on the two sides of a fold.

  Args:
    game: whose weights.
    weights: `[k]`, where it starts.
    temperature: lambda, above 0.
    step_size: alpha.
    threshold: beta, on the tangential gradient.
    max_iterations: k_max.
    rerolls: L, profiles from which equilibria are sought.
    key: of these profiles; always the same if None.
  """
  starts = _rerolls(game, key, rerolls)

  def costliest(weights: np.ndarray) -> Active:
    found = equilibrium_costs(game, weights[None], temperature, starts)
    return active("min_max", found)

  def advance(here: np.ndarray, gradient: np.ndarray, _: float) -> np.ndarray:
    return project(here - step_size * gradient)

  return _descend(
    game, weights, temperature, costliest, advance, threshold, max_iterations
  )


def min_min_descent(
  game: RelationshipGame,
  weights: Any,
  *,
  temperature: float,
  step_size: float = 0.1,
  threshold: float = 1e-4,
  max_iterations: int = 2000,
  rerolls: int = 50,
  key: Key[Array, ""] | None = None,
) -> Descent:
  """Algorithm 2: steps that do not raise the social cost.

  A step that raises it is rejected, and the next seed tried.

  Args:
    game: whose weights.
    weights: `[k]`, where it starts.
    temperature: lambda, above 0.
    step_size: alpha.
    threshold: beta, on the tangential gradient.
    max_iterations: k_max, rejected tries included.
    rerolls: L, profiles from which equilibria are sought, one seed each.
    key: of these profiles; always the same if None.
  """
  starts = _rerolls(game, key, rerolls)
  seed, previous = 0, np.inf

  def seeded(weights: np.ndarray) -> Active:
    nonlocal seed
    for _ in range(rerolls):
      start = starts[seed % rerolls][None]
      found = equilibrium_costs(game, weights[None], temperature, start)
      if found.converged.all():
        break
      seed += 1
    return active("min_min", found)

  def advance(
    here: np.ndarray, gradient: np.ndarray, value: float
  ) -> np.ndarray:
    nonlocal seed, previous
    previous = min(previous, value)
    there = project(here - step_size * gradient)
    if seeded(there).values[0] <= previous:
      return there
    seed += 1
    return here

  return _descend(
    game, weights, temperature, seeded, advance, threshold, max_iterations
  )


def _descend(
  game: RelationshipGame,
  weights: Any,
  temperature: float,
  evaluate: Callable[[np.ndarray], Active],
  advance: Callable[[np.ndarray, np.ndarray, float], np.ndarray],
  threshold: float,
  max_iterations: int,
) -> Descent:
  """Returns what steps lead to, from where `evaluate` finds equilibria."""
  check_weights(game, weights)
  here = project(np.asarray(weights, float))
  path, values, status = [], [], DescentStatus.MAX_ITERATIONS
  for _ in range(max_iterations):
    found = evaluate(here)
    value = float(found.values[0])
    path.append(here)
    values.append(value)
    if not np.isfinite(value):
      status = DescentStatus.NO_EQUILIBRIUM
      break
    gradient = gradient_at(game, here, temperature, found.profiles[0])
    if np.linalg.norm(tangent(gradient, here)) < threshold:
      highest = value >= game.social_cost.max() * (1 - SATURATED)
      status = DescentStatus.SATURATED if highest else DescentStatus.CONVERGED
      break
    here = advance(here, gradient, value)
  best = int(np.argmin(values))
  return Descent(
    path[best], values[best], np.array(values), np.stack(path), status
  )


def _rerolls(
  game: RelationshipGame, key: Key[Array, ""] | None, count: int
) -> Float[np.ndarray, "s n d"]:
  """Returns the profiles that seeds stand for, random ones first."""
  if count < 1:
    raise ValueError(f"rerolls: expected at least 1, got {count}.")
  key = jax.random.key(0) if key is None else key
  return random_starts(game, key, count)[::-1]
