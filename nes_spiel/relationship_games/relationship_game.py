# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Relationship games, and the costs that relationships induce.

Chen, Bayiz, Fridovich-Keil and Topcu, Relationship Design for Socially-Aware
Behavior in Static Games (2024).
"""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from nes_spiel.games import mixing, validation


@dataclasses.dataclass(frozen=True, eq=False)
class RelationshipGame:
  """A game of costs with relationships between its players (Definition 1).

  Its arrays are copies that cannot be written to: a compiled function may hold
  them as constants.

  Attributes:
    costs: `[n, *a]`, less is better.
    relationships: `[k, n, n]`, phi[r, i, j] how much relationship r makes of
      player j's costs for player i.
    social_cost: `[*a]`, V, what a designer wants to be low.
    names: of the relationships, for tables and pictures.

  Raises:
    ValueError: a wrong shape, or a number that is not finite.
  """

  costs: Float[np.ndarray, "n *a"]
  relationships: Float[np.ndarray, "k n n"]
  social_cost: Float[np.ndarray, "*a"]
  names: tuple[str, ...] = ()

  def __post_init__(self) -> None:
    """Checks shapes and numbers."""
    checked = validation.check_payoffs(self.costs, name="costs")
    costs = np.asarray(checked, float)
    relationships = np.asarray(self.relationships, float)
    social_cost = np.asarray(self.social_cost, float)
    _check_relationships(relationships, len(costs))
    if social_cost.shape != costs.shape[1:]:
      raise ValueError(
        "social_cost: expected one number per joint strategy, of shape "
        f"{costs.shape[1:]}, got {social_cost.shape}."
      )
    validation.check_finite("social_cost", social_cost)
    names = self.names or tuple(
      f"relationship {index}" for index in range(len(relationships))
    )
    if len(names) != len(relationships):
      raise ValueError(
        f"names: expected one for each of {len(relationships)} relationships, "
        f"got {names}."
      )
    object.__setattr__(self, "costs", _frozen(costs))
    object.__setattr__(self, "relationships", _frozen(relationships))
    object.__setattr__(self, "social_cost", _frozen(social_cost))
    object.__setattr__(self, "names", tuple(names))

  @property
  def spread(self) -> float:
    """What differences of social costs are small or large beside.

    The highest less the lowest social cost, so that an offset does not matter;
    of a constant one its size.
    """
    spread = float(np.ptp(self.social_cost))
    return spread or float(np.abs(self.social_cost).max())


def _check_relationships(
  relationships: Float[np.ndarray, "..."], players: int
) -> None:
  """Raises ValueError unless these are finite matrices between the players."""
  if relationships.ndim != 3 or relationships.shape[1:] != (players, players):
    raise ValueError(
      "relationships: expected matrices of shape [k, n, n] with n = "
      f"{players} players, got {relationships.shape}."
    )
  if not len(relationships):
    raise ValueError("relationships: expected at least one matrix, got none.")
  validation.check_finite("relationships", relationships)


def _frozen(array: np.ndarray) -> np.ndarray:
  """Returns a copy that cannot be written to."""
  copy = array.copy()
  copy.flags.writeable = False
  return copy


Weights: TypeAlias = Float[Array, " k"] | Float[np.ndarray, " k"]


def eager_in_float64(function: Callable[..., Array]) -> Callable[..., Any]:
  """Returns a function that computes in float64 unless it is traced."""

  @functools.wraps(function)
  def call(game: RelationshipGame, values: Any) -> Any:
    if validation.is_traced(values):
      return function(game, values)
    with jax.enable_x64(True):
      return np.asarray(function(game, jnp.asarray(values, jnp.float64)))

  return call


@eager_in_float64
def induced_costs(
  game: RelationshipGame, weights: Weights
) -> Float[Array, "n *a"]:
  """Returns the costs that players of weighted relationships have (Eq. 9).

  NumPy in float64 where nothing is traced.

  Args:
    game: with k relationships.
    weights: `[k]`, of any sign and length.

  Raises:
    ValueError: weights of another shape, or that are not finite.

  Example:
    >>> import numpy as np
    >>> from nes_spiel import relationship_games
    >>> game = relationship_games.two_lane_congestion()
    >>> costs = relationship_games.induced_costs(game, np.array([1.0, 0.0]))
    >>> bool((costs == game.costs).all())
    True
  """
  check_weights(game, weights)
  network = mixing.superpose(
    jnp.asarray(weights), jnp.asarray(game.relationships)
  )
  return mixing.mix(jnp.asarray(game.costs), network)


def induced_payoffs(
  game: RelationshipGame, weights: Weights
) -> Float[Array, "n *a"]:
  """Returns minus the induced costs, which `equilibria` works with."""
  return -induced_costs(game, weights)


def check_weights(game: RelationshipGame, weights: Any) -> None:
  """Raises ValueError unless there is a finite weight per relationship."""
  if np.shape(weights) != (len(game.relationships),):
    raise ValueError(
      f"weights: expected {len(game.relationships)}, one per relationship, got "
      f"the shape {np.shape(weights)}."
    )
  if not validation.is_traced(weights):
    validation.check_finite("weights", weights)
