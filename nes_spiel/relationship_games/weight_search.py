# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A search for relationship weights that knows all equilibria at every step.

The costliest or cheapest equilibrium is another one on the two sides of a fold,
so that its cost jumps: a descent with constant steps does not settle, and the
best weights often lie on a fold. So descent begins at the best of many random
weights, searches each direction for the value of the whole set of equilibria,
and hands over to a search without derivatives.
"""

import jax
import numpy as np
from jaxtyping import Array, Float, Key

from nes_spiel.relationship_games.equilibrium_costs import (
  Active,
  EquilibriumCosts,
  Form,
  active,
  equilibrium_costs,
  random_starts,
)
from nes_spiel.relationship_games.projected_descent import tangent
from nes_spiel.relationship_games.relationship_game import (
  RelationshipGame,
  gradient_at,
)

# A search goes from weights to weights with few starts; a certificate with many
# adds what those have missed.
SCREENING_STARTS, SEARCH_STARTS = 48, 96
CANDIDATES, PROMISING, KEPT, ROBUST_KEPT = 1500, 64, 4, 2
LENGTHS = 0.25 ** np.arange(1.0, 9.0)  # of a step, tried all at once
DESCENT_STEPS = 60
NEIGHBOURS, ROBUST_NEIGHBOURS = 32, 8
RADIUS, LEAST_RADIUS = 0.1, 1e-8
# Of a robust design: sampled weights, and how much further away than asked for,
# since the worst direction lies between them.
SURROUNDINGS, MARGIN = 32, 1.5
FRESH = 4  # times as many starts
JUMP, NEAR = 1e-2, 1e-4  # a fold: the cost rises by 1 % this near


class WeightSearch:
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
    """Takes the arguments of `design.design_weights`."""
    self.game, self.form, self.temperature = game, form, temperature
    self.radius, self.count = radius, starts
    self.distance = MARGIN * radius
    start_key, self.fresh_key, seed = jax.random.split(key, 3)
    self.starts = random_starts(game, start_key, min(starts, SEARCH_STARTS))
    self.rng = np.random.default_rng(np.asarray(jax.random.key_data(seed)))
    self.weights = np.zeros(len(game.relationships))
    self.value = np.inf
    self.history: list[np.ndarray] = []
    self.directions = self.sphere(SURROUNDINGS)

  def screen(self) -> None:
    """Descends from the best of many random weights."""
    random = self.sphere(CANDIDATES)
    few = self.starts[:SCREENING_STARTS]
    found = equilibrium_costs(self.game, random, self.temperature, few)
    order = np.argsort(active(self.form, found).values)[:PROMISING]
    best = np.argsort(self.evaluate(random[order]).values)
    kept = ROBUST_KEPT if self.radius else KEPT
    for weights in random[order[best[:kept]]]:
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
    along = np.einsum("mk,bk->bm", self.directions, weights)
    across = self.directions - along[..., None] * weights[:, None]
    across /= np.linalg.norm(across, axis=2, keepdims=True)
    around = weights[:, None] + self.distance * across
    around /= np.linalg.norm(around, axis=2, keepdims=True)
    return np.concatenate([weights[:, None], around], axis=1)

  def _costs(self, weights: Float[np.ndarray, "b k"]) -> EquilibriumCosts:
    return equilibrium_costs(self.game, weights, self.temperature, self.starts)

  def sphere(self, count: int) -> Float[np.ndarray, "m k"]:
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
    radius, count = RADIUS, ROBUST_NEIGHBOURS if self.radius else NEIGHBOURS
    # What holds at a distance does not need to be known much finer than that.
    while radius > max(LEAST_RADIUS, self.radius / 100):
      tried = self.weights + radius * self.sphere(count)
      tried /= np.linalg.norm(tried, axis=1, keepdims=True)
      values = self.evaluate(tried).values
      best = int(values.argmin())
      if not values[best] < self.value:
        radius /= 2
      self._keep(tried[best], float(values[best]))

  def confirmed(self) -> tuple[int, float]:
    """Returns how many fresh starts were tried, and the value of theirs.

    Where it is another, the search goes on with the equilibrium they found.
    """
    self.fresh_key, key = jax.random.split(self.fresh_key)
    known, count = self.starts, FRESH * self.count
    self.starts = random_starts(self.game, key, count)
    fresh = self.evaluate(self.weights[None])
    self.starts = np.concatenate([known, fresh.profiles])
    self.value = float(self.evaluate(self.weights[None]).values[0])
    return count, float(fresh.values[0])

  def jumps(self) -> bool:
    """Returns whether weights next to the best ones cost much more."""
    near = self.weights + NEAR * self.sphere(2 * NEIGHBOURS)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    both = np.concatenate([self.weights[None], near])
    own, *others = active(self.form, self._costs(both)).values
    return bool(max(others) > own + JUMP * abs(own))
