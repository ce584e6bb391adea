# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""All equilibria along one weight, and minima that are none (Figure 2).

The paper took every end of least squares (Eq. 8) for an equilibrium. Some of
them are minima where F is not zero: below the fold the two costlier equilibria
do not exist, yet the sum of squares still has a minimum near where they met.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float

from nes_spiel.equilibria.response_search import distinct
from nes_spiel.examples import tables
from nes_spiel.examples.least_squares import ResponseGap
from nes_spiel.relationship_games import (
  RelationshipGame,
  expected_social_cost,
  induced_payoffs,
)
from nes_spiel.relationship_games.equilibrium_costs import equilibrium_costs

LARGEST, STEPS = 3.0, 300  # of the weight that is varied
NO_EQUILIBRIUM = 1e-6  # residual above which a minimum is none
EVERY = 5  # weights of the curve per weight of least squares
FOLD = 1e-7  # how exactly it is located
WEIGHT, COST = "w3", "Social cost"


def weights_at(values: Float[np.ndarray, " b"]) -> Float[np.ndarray, "b 4"]:
  """Returns Figure 2's weights: one half, but of cars to the ambulance."""
  weights = np.full((len(values), 4), 0.5)
  weights[:, 2] = values
  return weights


def grid(every: int = 1) -> Float[np.ndarray, " b"]:
  """Returns the weights w3 of the figure, or some of them."""
  return np.linspace(0, LARGEST, STEPS + 1)[::every]


def branches(
  game: RelationshipGame,
  temperature: float,
  starts: Float[np.ndarray, "s n d"],
) -> tables.Table:
  """Returns a row per weight w3 and equilibrium found there.

  Args:
    game: with an ambulance.
    temperature: lambda.
    starts: `[s, n, d]`.
  """
  values, counts, rows = grid(), [], []
  for value, profiles in zip(
    values, _equilibria(game, temperature, starts, values), strict=True
  ):
    costs = sorted(expected_social_cost(game, x).item() for x in profiles)
    counts.append(len(costs))
    rows += [
      [round(float(value), 6), rank + 1, len(costs), cost]
      for rank, cost in enumerate(costs)
    ]
  folds = _folds(game, temperature, starts, values, counts)
  return tables.Table(
    "figure2",
    f"Figure 2: all equilibria at lambda {temperature}, w = (.5, .5, w3, .5)",
    [WEIGHT, "Rank", "Equilibria", COST],
    rows,
    [f"Equilibria meet and end at w3 = {fold:.6f}." for fold in folds],
  )


def _equilibria(
  game: RelationshipGame,
  temperature: float,
  starts: Float[np.ndarray, "s n d"],
  values: Float[np.ndarray, " b"],
) -> list[Float[np.ndarray, "e n d"]]:
  """Returns the distinct equilibria at every weight w3."""
  found = equilibrium_costs(game, weights_at(values), temperature, starts)
  return [
    distinct(profiles[converged])[0]
    for profiles, converged in zip(found.profiles, found.converged, strict=True)
  ]


def _folds(
  game: RelationshipGame,
  temperature: float,
  starts: Float[np.ndarray, "s n d"],
  values: Float[np.ndarray, " b"],
  counts: list[int],
) -> list[float]:
  """Returns where the number of equilibria changes, by bisection."""

  def count(value: float) -> int:
    return len(_equilibria(game, temperature, starts, np.array([value]))[0])

  return [
    _bisect(count, float(values[k]), float(values[k + 1]))
    for k in np.flatnonzero(np.diff(counts))
  ]


def _bisect(count: Callable[[float], int], low: float, high: float) -> float:
  """Returns the middle of a short interval in which a count changes."""
  least = count(low)
  while high - low > FOLD:
    middle = (low + high) / 2
    if count(middle) == least:
      low = middle
    else:
      high = middle
  return (low + high) / 2


def false_minima(
  game: RelationshipGame,
  temperature: float,
  starts: Float[np.ndarray, "s n d"],
) -> tables.Table:
  """Returns the minima of Eq. 8 that are no equilibria, at some weights w3.

  Args:
    game: with an ambulance.
    temperature: lambda.
    starts: `[s, n, d]`, of least squares at every weight.
  """
  rows = [
    row
    for value in grid(EVERY)
    for row in _false_minima_at(game, temperature, starts, float(value))
  ]
  return tables.Table(
    "figure2_least_squares",
    "Minima of least squares (Eq. 8) that are no equilibria",
    [WEIGHT, "Residual", "Starts", COST],
    rows,
    [f"From {len(starts)} starts at every {EVERY}th weight of Figure 2."],
  )


def _false_minima_at(
  game: RelationshipGame,
  temperature: float,
  starts: Float[np.ndarray, "s n d"],
  value: float,
) -> list[list[Any]]:
  """Returns rows of the minima at one weight, each once."""
  (weights,) = weights_at(np.array([value]))
  gap = ResponseGap(np.asarray(induced_payoffs(game, weights)), temperature)
  ends = [gap.minimise(start) for start in starts]
  false = [
    x for x in ends if x.residual > NO_EQUILIBRIUM and gap.is_flat(x.profile)
  ]
  if not false:
    return []
  profiles, hits = distinct(np.stack([x.profile for x in false]))
  return [
    [
      value,
      float(np.abs(gap.gap(profile.ravel())).max()),
      int(times),
      expected_social_cost(game, profile).item(),
    ]
    for profile, times in zip(profiles, hits, strict=True)
  ]
