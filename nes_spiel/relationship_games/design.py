# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Relationship weights with a low social cost in equilibrium (Eqs. 10, 11).

The costliest or cheapest equilibrium is another one on the two sides of a fold,
so that its cost jumps: a descent with constant steps does not settle, and the
best weights often lie on a fold. So every step knows all equilibria that some
starts lead to; descent begins at the best of many random weights, searches each
direction for the value of the whole set, and hands over to a search without
derivatives.
"""

from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float, Key

from nes_spiel.equilibria import QuantalResponseSet, quantal_response_equilibria
from nes_spiel.equilibria.response_search import check_arguments
from nes_spiel.relationship_games.equilibrium_costs import (
  FORMS,
  Active,
  EquilibriumCosts,
  Form,
  active,
  equilibrium_costs,
  random_starts,
)
from nes_spiel.relationship_games.projected_descent import project, tangent
from nes_spiel.relationship_games.relationship_game import (
  RelationshipGame,
  expected_social_cost,
  gradient_at,
  induced_payoffs,
)

# A search goes from weights to weights with few starts; a certificate with many
# adds what those have missed.
SCREENING_STARTS, SEARCH_STARTS = 48, 96
CANDIDATES, PROMISING, KEPT = 1500, 64, 4
LENGTHS = 0.25 ** np.arange(1.0, 9.0)  # of a step, tried all at once
DESCENT_STEPS = 60
NEIGHBOURS, ROBUST_NEIGHBOURS = 32, 8
RADIUS, LEAST_RADIUS = 0.1, 1e-8
SURROUNDINGS = 32  # sampled weights at the radius of a robust design
ROUNDS = 3  # of searches after a certificate that found another equilibrium
SAME_COST = 1e-7
JUMP, NEAR = 1e-2, 1e-4  # a fold: the cost rises by 1 % this near


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
    robust_radius: the value of weights is the highest of those sampled at this
      distance from them, and their own; 0 for their own.
    key: of the random weights and starts; always the same if None.
    starts: from how many profiles equilibria are sought.

  Raises:
    ValueError: an unknown form, a temperature that is not above 0, a negative
      radius, no start; tracers, for which `social_cost_at` has derivatives.

  Example:
    >>> from nes_spiel import relationship_games
    >>> game = relationship_games.two_lane_congestion()
    >>> found = relationship_games.design_weights(
    ...   game, form="min_min", temperature=0.5, starts=20
    ... )
    >>> round(found.value, 2)
    6.14
  """
  if form not in FORMS:
    raise ValueError(f"form: expected one of {FORMS}, got {form!r}.")
  if not (np.isfinite(robust_radius) and robust_radius >= 0):
    raise ValueError(f"robust_radius: expected 0 or more, got {robust_radius}.")
  check_arguments(game.costs, temperature, starts)
  key = jax.random.key(0) if key is None else key
  search = _Search(game, form, temperature, robust_radius, key, starts)
  search.screen()
  for _ in range(ROUNDS):
    search.polish()
    certificate = search.certify()
    if certificate.agrees:
      break
  return search.design(certificate)


class _Search:
  """The best weights so far, and the starts that find their equilibria."""

  def __init__(
    self,
    game: RelationshipGame,
    form: Form,
    temperature: float,
    radius: float,
    key: Key[Array, ""],
    starts: int,
  ):
    """Takes the arguments of `design_weights`."""
    self.game, self.form, self.temperature = game, form, temperature
    self.radius, self.count = radius, starts
    start_key, self.fresh_key, seed = jax.random.split(key, 3)
    self.starts = random_starts(game, start_key, min(starts, SEARCH_STARTS))
    self.rng = np.random.default_rng(np.asarray(jax.random.key_data(seed)))
    self.weights = np.zeros(len(game.relationships))
    self.value = np.inf
    self.history: list[np.ndarray] = []
    self.directions = self._sphere(SURROUNDINGS)

  def screen(self) -> None:
    """Descends from the best of many random weights."""
    random = self._sphere(CANDIDATES)
    few = self.starts[:SCREENING_STARTS]
    found = equilibrium_costs(self.game, random, self.temperature, few)
    order = np.argsort(active(self.form, found).values)[:PROMISING]
    best = np.argsort(self.evaluate(random[order]).values)[:KEPT]
    for weights in random[order[best]]:
      self._descend(weights)

  def evaluate(self, weights: Float[np.ndarray, "b k"]) -> Active:
    """Returns values and deciding equilibria, the worst in the surroundings."""
    points = self._surroundings(weights)
    found = active(self.form, self._costs(points.reshape(-1, points.shape[2])))
    values = found.values.reshape(points.shape[:2])
    worst = values.argmax(1)
    rows = np.arange(len(weights))
    profiles = found.profiles.reshape(*values.shape, *found.profiles.shape[1:])
    return Active(values[rows, worst], profiles[rows, worst])

  def _surroundings(
    self, weights: Float[np.ndarray, "b k"]
  ) -> Float[np.ndarray, "b m k"]:
    """Returns the weights, and others at the radius of a robust design."""
    if not self.radius:
      return weights[:, None]
    across = (
      self.directions
      - np.einsum("mk,bk->bm", self.directions, weights)[..., None]
      * weights[:, None]
    )
    across /= np.linalg.norm(across, axis=2, keepdims=True)
    around = weights[:, None] + self.radius * across
    around /= np.linalg.norm(around, axis=2, keepdims=True)
    return np.concatenate([weights[:, None], around], axis=1)

  def _costs(self, weights: Float[np.ndarray, "b k"]) -> EquilibriumCosts:
    return equilibrium_costs(self.game, weights, self.temperature, self.starts)

  def _sphere(self, count: int) -> Float[np.ndarray, "m k"]:
    """Returns random vectors of length one."""
    drawn = self.rng.normal(size=(count, len(self.weights)))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)

  def _keep(self, weights: np.ndarray, value: float) -> None:
    if value < self.value:
      self.weights, self.value = weights, value
      self.history.append(np.array([value, *weights]))

  def _descend(self, weights: Float[np.ndarray, " k"]) -> None:
    """Steps down the gradient of the deciding equilibrium."""
    found = self.evaluate(weights[None])
    value, profile = float(found.values[0]), found.profiles[0]
    for _ in range(DESCENT_STEPS):
      self._keep(weights, value)
      gradient = gradient_at(self.game, weights, self.temperature, profile)
      slope = tangent(gradient, weights)
      size = np.linalg.norm(slope)
      if not np.isfinite(size) or size < 1e-9:
        return
      tried = weights - LENGTHS[:, None] * slope / size
      tried /= np.linalg.norm(tried, axis=1, keepdims=True)
      found = self.evaluate(tried)
      best = int(found.values.argmin())
      if not found.values[best] < value:
        return
      weights, profile = tried[best], found.profiles[best]
      value = float(found.values[best])

  def polish(self) -> None:
    """Tries random neighbours, nearer and nearer."""
    radius = RADIUS
    count = ROBUST_NEIGHBOURS if self.radius else NEIGHBOURS
    while radius > LEAST_RADIUS:
      tried = self.weights + radius * self._sphere(count)
      tried /= np.linalg.norm(tried, axis=1, keepdims=True)
      values = self.evaluate(tried).values
      best = int(values.argmin())
      if not values[best] < self.value:
        radius /= 2
      self._keep(tried[best], float(values[best]))

  def certify(self) -> Certificate:
    """Compares the value with that of fresh starts; adds what they found."""
    self.fresh_key, key = jax.random.split(self.fresh_key)
    every = self.starts
    self.starts = random_starts(self.game, key, 4 * self.count)
    fresh = self.evaluate(self.weights[None])
    value, count = float(fresh.values[0]), len(self.starts)
    agrees = abs(value - self.value) <= SAME_COST * (1 + abs(value))
    self.starts = every
    if not agrees:
      self.starts = np.concatenate([every, fresh.profiles])
      self.value = float(self.evaluate(self.weights[None]).values[0])
    return Certificate(count, value, agrees)

  def design(self, certificate: Certificate) -> Design:
    """Returns the result, with all equilibria at the weights."""
    equilibria = quantal_response_equilibria(
      induced_payoffs(self.game, self.weights),
      temperature=self.temperature,
      key=self.fresh_key,
      starts=4 * self.count,
    )
    costs = [
      float(expected_social_cost(self.game, profile))
      for profile in equilibria.strategies
    ]
    return Design(
      weights=project(self.weights),
      value=self.value,
      equilibria=equilibria,
      social_costs=np.array(costs),
      certificate=certificate,
      on_fold=self._jumps(),
      history=np.stack(self.history),
    )

  def _jumps(self) -> bool:
    """Returns whether weights next to the best ones cost much more."""
    near = self.weights + NEAR * self._sphere(2 * NEIGHBOURS)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    both = np.concatenate([self.weights[None], near])
    own, *others = active(self.form, self._costs(both)).values
    return bool(max(others) > own + JUMP * abs(own))


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
  key = jax.random.key(1) if key is None else key
  search = _Search(game, form, temperature, radius, key, 400)
  search.directions = search._sphere(samples)
  return float(search.evaluate(project(np.asarray(weights))[None]).values[0])
