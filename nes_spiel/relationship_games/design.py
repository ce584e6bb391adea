# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Relationship weights with a low social cost in equilibrium (Eqs. 10, 11)."""

from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float, Key

from nes_spiel.equilibria import QuantalResponseSet, quantal_response_equilibria
from nes_spiel.equilibria.response_search import check_arguments
from nes_spiel.relationship_games.equilibrium_costs import FORMS, Form
from nes_spiel.relationship_games.projected_descent import project
from nes_spiel.relationship_games.relationship_game import (
  RelationshipGame,
  check_weights,
  expected_social_cost,
  induced_payoffs,
)
from nes_spiel.relationship_games.weight_search import WeightSearch

ROUNDS = 3  # of searches after a certificate that found another equilibrium
SAME_COST = 1e-7


class Certificate(NamedTuple):
  """What fresh starts found at the designed weights.

  Attributes:
    starts: how many there were.
    value: the costliest or cheapest equilibrium's social cost among theirs.
    agrees: whether it is the design's value.
  """

  starts: int
  value: float
  agrees: bool


class Design(NamedTuple):
  """Designed weights, and the equilibria that they have.

  Attributes:
    weights: `[k]`, of length one.
    value: the social cost that was minimised: of the costliest or cheapest
      equilibrium there, or in the surroundings of a robust design.
    equilibria: all found at the weights.
    social_costs: of each of them.
    certificate: what fresh starts found.
    on_fold: whether weights 0.0001 away cost at least one percent more: then
      the value is an infimum, and `robust_radius` gives weights to use.
    history: `[t, 1 + k]`, values and weights of every improvement.
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
  fresh starts make of its result. It takes tens of seconds.

  Args:
    game: with k relationships.
    form: "min_max" minimises the costliest equilibrium's social cost (Eq. 10),
      "min_min" the cheapest's (Eq. 11).
    temperature: lambda of Eq. 3, in units of the costs, above 0.
    robust_radius: the value of weights is the highest of those sampled at one
      and a half times this distance from them, and their own; 0 for their own.
    key: of the random weights and starts; always the same if None.
    starts: from how many profiles equilibria are sought.

  Raises:
    ValueError: an unknown form, a temperature that is not above 0, a negative
      radius, no start; tracers, for which `social_cost_at` has derivatives.
  """
  if form not in FORMS:
    raise ValueError(f"form: expected one of {FORMS}, got {form!r}.")
  if not (np.isfinite(robust_radius) and robust_radius >= 0):
    raise ValueError(f"robust_radius: expected 0 or more, got {robust_radius}.")
  check_arguments(game.costs, temperature, starts)
  key = jax.random.key(0) if key is None else key
  search = WeightSearch(game, form, temperature, robust_radius, key, starts)
  search.screen()
  if not np.isfinite(search.value):
    raise ValueError(
      f"design_weights: none of {starts} starts led to an equilibrium at any "
      "weights that were tried; ask for more starts or a higher temperature."
    )
  for _ in range(ROUNDS):
    search.polish()
    value = search.value
    count, fresh = search.confirmed()
    agrees = abs(fresh - value) <= SAME_COST * (1 + abs(value))
    if agrees:
      break
  return _design(search, Certificate(count, fresh, agrees))


def _design(search: WeightSearch, certificate: Certificate) -> Design:
  """Returns a search's result, with all equilibria at the weights."""
  found = quantal_response_equilibria(
    induced_payoffs(search.game, search.weights),
    temperature=search.temperature,
    key=search.fresh_key,
    starts=certificate.starts,
  )
  costs = [
    float(expected_social_cost(search.game, profile))
    for profile in found.strategies
  ]
  return Design(
    weights=search.weights,
    value=search.value,
    equilibria=found,
    social_costs=np.array(costs),
    certificate=certificate,
    on_fold=search.jumps(),
    history=np.stack(search.history),
  )


def worst_near(
  game: RelationshipGame,
  weights: Any,
  *,
  form: Form = "min_max",
  temperature: float,
  radius: float,
  samples: int = 256,
  key: Key[Array, ""] | None = None,
) -> float:
  """Returns the highest value of weights sampled at a distance from some.

  Args:
    game: whose equilibria.
    weights: `[k]`.
    form: which equilibrium decides.
    temperature: lambda, above 0.
    radius: the distance.
    samples: how many.
    key: of samples and starts; others than a design's if None.
  """
  check_weights(game, weights)
  key = jax.random.key(1) if key is None else key
  search = WeightSearch(game, form, temperature, radius, key, samples)
  search.directions, search.distance = search.sphere(samples), radius
  return float(search.evaluate(project(np.asarray(weights))[None]).values[0])
