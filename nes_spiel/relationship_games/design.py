# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Relationship weights with a low social cost in equilibrium (Eqs. 10, 11)."""

from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float, Key

from nes_spiel.equilibria import QuantalResponseSet, quantal_response_equilibria
from nes_spiel.equilibria.response_search import check_arguments
from nes_spiel.relationship_games.equilibrium_costs import (
  FORMS,
  Form,
  active,
  equilibrium_costs,
  random_starts,
)
from nes_spiel.relationship_games.relationship_game import (
  RelationshipGame,
  check_weights,
  induced_payoffs,
)
from nes_spiel.relationship_games.social_costs import expected_social_cost
from nes_spiel.relationship_games.unit_sphere import project
from nes_spiel.relationship_games.weight_search import MARGIN, WeightSearch

ROUNDS = 3  # of searches, each after fresh starts found another equilibrium
FRESH = 4  # times as many starts
SAME_COST = 1e-7  # of V's spread


class Certificate(NamedTuple):
  """What fresh starts found at the designed weights; evidence, no proof.

  Attributes:
    starts: how many there were.
    value: the costliest or cheapest equilibrium's social cost among theirs, in
      the surroundings of a robust design.
    agrees: whether the search had found the same before them.
  """

  starts: int
  value: float
  agrees: bool


class Design(NamedTuple):
  """Designed weights, and the equilibria that they have.

  Attributes:
    weights: `[k]`, of length one.
    value: the social cost that was minimised: of the costliest or cheapest
      equilibrium found there, by fresh starts too, or in the surroundings of a
      robust design.
    equilibria: all found at the weights.
    social_costs: of each of them.
    certificate: what fresh starts found.
    on_fold: whether weights 0.0001 away cost more by at least one percent of
      the spread of V: then the value is an infimum, and `robust_radius` gives
      weights to use.
    history: `[t, 1 + k]`, values and weights of every improvement, and of every
      time that fresh starts found another equilibrium; at last the design's.
  """

  weights: Float[np.ndarray, " k"]
  value: float
  equilibria: QuantalResponseSet
  social_costs: Float[np.ndarray, " e"]
  certificate: Certificate
  on_fold: bool
  history: Float[np.ndarray, "t c"]


def design_weights(
  game: RelationshipGame,
  *,
  form: Form = "min_max",
  temperature: float,
  robust_radius: float = 0.0,
  key: Key[Array, ""] | None = None,
  starts: int = 400,
) -> Design:
  """Returns weights on the unit sphere with a low social cost in equilibrium.

  No method is known to find the best ones; this one is a search, and says what
  fresh starts make of its result. Games of the paper take tens of seconds, a
  robust radius or twice as many joint strategies several times as long: fewer
  starts are faster.

  Args:
    game: with k relationships.
    form: "min_max" minimises the costliest equilibrium's social cost (Eq. 10),
      "min_min" the cheapest's (Eq. 11).
    temperature: lambda of Eq. 3, in units of the costs, above 0.
    robust_radius: the value of weights is the highest of those sampled at one
      and a half times this distance from them, in all directions and so off the
      sphere as well, and their own; 0 for their own.
    key: of the random weights and starts; always the same if None.
    starts: how thoroughly equilibria are sought: from this many profiles, but
      at most 96, in the search and 48 in its first screening, and from four
      times as many fresh ones for each certificate.

  Raises:
    ValueError: an unknown form, a temperature that is not above 0, a negative
      radius, no start; tracers, for which `social_cost_at` has derivatives.
  """
  _check(game, form, temperature, starts)
  if not (np.isfinite(robust_radius) and robust_radius >= 0):
    raise ValueError(f"robust_radius: expected 0 or more, got {robust_radius}.")
  key = jax.random.key(0) if key is None else key
  begin, fresh = jax.random.split(key)
  distance = MARGIN * robust_radius
  search = WeightSearch(game, form, temperature, distance, begin, starts)
  search.screen()
  if not np.isfinite(search.value):
    raise ValueError(
      f"design_weights: none of {starts} starts led to an equilibrium at any "
      "weights that were tried; ask for more starts or a higher temperature."
    )
  return _certified(search, jax.random.split(fresh, ROUNDS), FRESH * starts)


def _certified(
  search: WeightSearch, keys: Key[Array, " r"], count: int
) -> Design:
  """Returns what a search ends with, once fresh starts find nothing new."""
  for key in keys:
    search.polish()
    fresh = random_starts(search.game, key, count)
    found = search.evaluate(search.weights[None], fresh)
    value = float(found.values[0])
    agrees = abs(value - search.value) <= SAME_COST * search.game.spread
    if agrees:
      break
    search.learn(found.profiles[0])
  return _design(search, Certificate(count, value, agrees), key)


def _design(
  search: WeightSearch, certificate: Certificate, key: Key[Array, ""]
) -> Design:
  """Returns a search's result, with all equilibria at the weights."""
  found, costs = equilibria_at(
    search.game,
    search.weights,
    temperature=search.temperature,
    key=key,
    starts=certificate.starts,
  )
  return Design(
    weights=search.weights,
    value=search.value,
    equilibria=found,
    social_costs=costs,
    certificate=certificate,
    on_fold=search.jumps(),
    history=np.stack(search.history),
  )


def equilibria_at(
  game: RelationshipGame, weights: Any, **options: Any
) -> tuple[QuantalResponseSet, Float[np.ndarray, " e"]]:
  """Returns all equilibria that are found at weights, and their social costs.

  Args:
    game: whose equilibria.
    weights: `[k]`, of any length.
    **options: of `quantal_response_equilibria`.
  """
  found = quantal_response_equilibria(induced_payoffs(game, weights), **options)
  costs = [float(expected_social_cost(game, x)) for x in found.strategies]
  return found, np.array(costs)


def worst_near(
  game: RelationshipGame,
  weights: Any,
  *,
  form: Form = "min_max",
  temperature: float,
  radius: float,
  samples: int = 256,
  key: Key[Array, ""] | None = None,
  starts: int = 400,
) -> float:
  """Returns the highest deciding social cost at weights and around them.

  Of `weights` and `samples` random points at distance `radius`; infinite where
  at one of them no start led to an equilibrium.

  Args:
    game: whose equilibria.
    weights: `[k]`, of any length.
    form: which equilibrium decides.
    temperature: lambda, above 0.
    radius: the distance, above 0, in all directions.
    samples: how many.
    key: of samples and starts; others than a design's if None.
    starts: from how many profiles equilibria are sought.

  Raises:
    ValueError: an unknown form, or a number out of its range.
  """
  _check(game, form, temperature, starts)
  check_weights(game, weights)
  if not (np.isfinite(radius) and radius > 0):
    raise ValueError(f"radius: expected a number above 0, got {radius}.")
  if samples < 1:
    raise ValueError(f"samples: expected at least 1, got {samples}.")
  draw, begin = jax.random.split(jax.random.key(1) if key is None else key)
  noise = jax.random.normal(draw, (samples, len(game.relationships)))
  around = weights + radius * project(np.asarray(noise, float))
  points = np.concatenate([np.asarray(weights, float)[None], around])
  found = equilibrium_costs(
    game, points, temperature, random_starts(game, begin, starts)
  )
  return float(active(form, found).values.max())


def _check(
  game: RelationshipGame, form: Any, temperature: Any, starts: int
) -> None:
  """Raises ValueError for what no search can begin with."""
  if form not in FORMS:
    raise ValueError(f"form: expected one of {FORMS}, got {form!r}.")
  check_arguments(game.costs, temperature, starts)
