# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A search for relationship weights that knows all equilibria at every step.

The costliest or cheapest equilibrium is another one on the two sides of a fold,
so that its cost jumps: a descent with constant steps does not settle, and the
best weights may lie on a fold. So descent begins at the best of many random
weights, searches each direction for the value of the whole set of equilibria,
and hands over to a search without derivatives.
"""

from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float, Key

from nes_spiel.relationship_games.equilibrium_costs import (
  Active,
  Form,
  active,
  equilibrium_costs,
  random_starts,
)
from nes_spiel.relationship_games.relationship_game import RelationshipGame
from nes_spiel.relationship_games.social_costs import gradient_at
from nes_spiel.relationship_games.unit_sphere import project, sample, tangent

# A search goes from weights to weights with few starts; fresh ones add what
# those have missed.
SCREENING_STARTS, SEARCH_STARTS = 48, 96
CANDIDATES, PROMISING, KEPT, ROBUST_KEPT = 1500, 64, 4, 2
LENGTHS = 0.25 ** np.arange(1.0, 9.0)  # of a step, tried all at once
DESCENT_STEPS = 60
NEIGHBOURS, ROBUST_NEIGHBOURS = 32, 8
RADIUS, LEAST_RADIUS = 0.1, 1e-8
# Of a robust design: sampled weights, and how much further away than asked for,
# since the worst direction lies between them.
SURROUNDINGS, MARGIN = 32, 1.5
JUMP, NEAR = 1e-2, 1e-4  # a fold: the cost rises by 1 % of its spread this near


class Worst(NamedTuple):
  """What decides the value of each of b weights, in their surroundings.

  Attributes:
    values: `[b]`, infinite where no equilibrium was found.
    profiles: `[b, n, d]`, the equilibria that decide.
    points: `[b, k]`, the weights whose equilibria these are.
  """

  values: Float[np.ndarray, " b"]
  profiles: Float[np.ndarray, "b n d"]
  points: Float[np.ndarray, "b k"]


class WeightSearch:
  """The best weights so far, and the starts that find their equilibria.

  Attributes:
    weights: `[k]`, the best.
    value: theirs, as far as `starts` tell.
    history: `[1 + k]` each, value and weights whenever they changed.
  """

  def __init__(
    self,
    game: RelationshipGame,
    form: Form,
    temperature: float,
    distance: float,
    key: Key[Array, ""],
    starts: int,
  ):
    """Begins nowhere.

    Args:
      game: whose weights.
      form: which equilibrium decides.
      temperature: lambda, above 0.
      distance: at which sampled weights count as well; 0 for none.
      key: of weights and starts.
      starts: the most to seek equilibria from.
    """
    self.game, self.form, self.temperature = game, form, temperature
    self.distance = distance
    start_key, seed = jax.random.split(key)
    self.starts = random_starts(game, start_key, min(starts, SEARCH_STARTS))
    self.rng = np.random.default_rng(np.asarray(jax.random.key_data(seed)))
    self.directions = self.sphere(SURROUNDINGS if distance else 0)
    self.weights = np.zeros(len(game.relationships))
    self.value = np.inf
    self.history: list[np.ndarray] = []

  def screen(self) -> None:
    """Descends from the best of many random weights."""
    random = self.sphere(CANDIDATES)
    few = self.starts[:SCREENING_STARTS]
    order = np.argsort(self._active(random, few).values)[:PROMISING]
    best = np.argsort(self.evaluate(random[order]).values)
    kept = ROBUST_KEPT if self.distance else KEPT
    for weights in random[order[best[:kept]]]:
      self._descend(weights)

  def evaluate(
    self,
    weights: Float[np.ndarray, "b k"],
    starts: Float[np.ndarray, "s n d"] | None = None,
  ) -> Worst:
    """Returns values and what decides them, the worst in the surroundings.

    Args:
      weights: `[b, k]`.
      starts: other ones than those known.
    """
    points = self._surroundings(weights)
    found = self._active(points.reshape(-1, points.shape[2]), starts)
    values = found.values.reshape(points.shape[:2])
    worst = values.argmax(1)
    rows = np.arange(len(weights))
    profiles = found.profiles.reshape(*values.shape, *found.profiles.shape[1:])
    return Worst(
      values[rows, worst], profiles[rows, worst], points[rows, worst]
    )

  def _surroundings(
    self, weights: Float[np.ndarray, "b k"]
  ) -> Float[np.ndarray, "b m k"]:
    """Returns the weights, and others at the distance of a robust design."""
    around = weights[:, None] + self.distance * self.directions[None]
    return np.concatenate([weights[:, None], around], axis=1)

  def _active(
    self,
    weights: Float[np.ndarray, "b k"],
    starts: Float[np.ndarray, "s n d"] | None = None,
  ) -> Active:
    """Returns what decides at some weights, whatever surrounds them."""
    starts = self.starts if starts is None else starts
    costs = equilibrium_costs(self.game, weights, self.temperature, starts)
    return active(self.form, costs)

  def sphere(self, count: int) -> Float[np.ndarray, "m k"]:
    """Returns random vectors of length one."""
    return sample(self.rng, count, len(self.game.relationships))

  def _keep(self, weights: np.ndarray, value: float) -> None:
    if value < self.value:
      self._record(weights, value)

  def _record(self, weights: np.ndarray, value: float) -> None:
    self.weights, self.value = weights, value
    self.history.append(np.array([value, *weights]))

  def _descend(self, weights: Float[np.ndarray, " k"]) -> None:
    """Steps down the gradient of the deciding equilibrium, where that is."""
    found, best = self.evaluate(weights[None]), 0
    value = float(found.values[0])
    for _ in range(DESCENT_STEPS):
      self._keep(weights, value)
      point, profile = found.points[best], found.profiles[best]
      gradient = gradient_at(self.game, point, profile, self.temperature)
      slope = tangent(gradient, weights)
      size = np.linalg.norm(slope)
      if not np.isfinite(size) or size < 1e-9:
        return
      tried = project(weights - LENGTHS[:, None] * slope / size)
      found = self.evaluate(tried)
      best = int(found.values.argmin())
      if not found.values[best] < value:
        return
      weights, value = tried[best], float(found.values[best])

  def polish(self) -> None:
    """Tries random neighbours, nearer and nearer."""
    radius, count = RADIUS, ROBUST_NEIGHBOURS if self.distance else NEIGHBOURS
    # What holds at a distance does not need to be known much finer than that.
    while radius > max(LEAST_RADIUS, self.distance / 100):
      tried = project(self.weights + radius * self.sphere(count))
      values = self.evaluate(tried).values
      best = int(values.argmin())
      if not values[best] < self.value:
        radius /= 2
      self._keep(tried[best], float(values[best]))

  def learn(self, profile: Float[np.ndarray, "n d"]) -> None:
    """Also starts from a profile henceforth, and values the weights again."""
    self.starts = np.concatenate([self.starts, profile[None]])
    self._record(
      self.weights, float(self.evaluate(self.weights[None]).values[0])
    )

  def jumps(self) -> bool:
    """Returns whether weights next to the best ones cost much more."""
    near = project(self.weights + NEAR * self.sphere(2 * NEIGHBOURS))
    both = np.concatenate([self.weights[None], near])
    own, *others = self._active(both).values
    return bool(max(others) > own + JUMP * self.game.spread)
