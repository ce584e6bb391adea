# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Relationship games, and what a society pays in their equilibria.

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

from nes_spiel.equilibria import mixed_profiles, quantal_response
from nes_spiel.games import mixing, validation


@dataclasses.dataclass(frozen=True, eq=False)
class RelationshipGame:
  """A game of costs with relationships between its players (Definition 1).

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
    costs = np.asarray(validation.check_payoffs(self.costs), float)
    relationships = np.asarray(self.relationships, float)
    social_cost = np.asarray(self.social_cost, float)
    players = len(costs)
    if relationships.ndim != 3 or relationships.shape[1:] != (players, players):
      raise ValueError(
        "relationships: expected matrices of shape [k, n, n] with n = "
        f"{players} players, got {relationships.shape}."
      )
    if not len(relationships):
      raise ValueError("relationships: expected at least one matrix, got none.")
    if social_cost.shape != costs.shape[1:]:
      raise ValueError(
        "social_cost: expected one number per joint strategy, of shape "
        f"{costs.shape[1:]}, got {social_cost.shape}."
      )
    validation.check_finite("relationships", relationships)
    validation.check_finite("social_cost", social_cost)
    names = self.names or tuple(
      f"relationship {index}" for index in range(len(relationships))
    )
    if len(names) != len(relationships):
      raise ValueError(
        f"names: expected one for each of {len(relationships)} relationships, "
        f"got {names}."
      )
    object.__setattr__(self, "costs", costs)
    object.__setattr__(self, "relationships", relationships)
    object.__setattr__(self, "social_cost", social_cost)
    object.__setattr__(self, "names", tuple(names))


Weights: TypeAlias = Float[Array, " k"] | Float[np.ndarray, " k"]
Profile: TypeAlias = Float[Array, "n d"] | Float[np.ndarray, "n d"]


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

  Example:
    >>> import numpy as np
    >>> from nes_spiel import relationship_games
    >>> game = relationship_games.two_lane_congestion()
    >>> costs = relationship_games.induced_costs(game, np.array([1.0, 0.0]))
    >>> bool((costs == game.costs).all())
    True
  """
  network = mixing.superpose(
    jnp.asarray(weights), jnp.asarray(game.relationships)
  )
  return mixing.mix(jnp.asarray(game.costs), network)


def induced_payoffs(
  game: RelationshipGame, weights: Weights
) -> Float[Array, "n *a"]:
  """Returns minus the induced costs, which `equilibria` works with."""
  return -induced_costs(game, weights)


@eager_in_float64
def expected_social_cost(
  game: RelationshipGame, profile: Profile
) -> Float[Array, ""]:
  """Returns J(x, V), the social cost of a mixed profile `[n, d]`.

  NumPy in float64 where nothing is traced.
  """
  return mixed_profiles.expected_payoff(
    jnp.asarray(game.social_cost), jnp.asarray(profile)
  )


def social_cost_at(
  game: RelationshipGame,
  weights: Float[Array, " k"],
  temperature: Float[Array, ""] | float,
  profile: Float[Array, "n d"],
) -> Float[Array, ""]:
  """Returns J of the equilibrium that Newton's method finds from a profile.

  Pure; its derivative follows the equilibrium (Appendix A). In float64, within
  `jax.enable_x64(True)`.

  Args:
    game: whose equilibria.
    weights: `[k]`.
    temperature: lambda, above 0.
    profile: `[n, d]`, an equilibrium or near one.
  """
  found = quantal_response.solve_quantal_response(
    induced_payoffs(game, weights), temperature, profile
  )
  return expected_social_cost(game, found.profile)


def social_cost_gradient(
  game: RelationshipGame,
  weights: Any,
  profile: Any,
  *,
  temperature: float,
) -> Float[np.ndarray, " k"]:
  """Returns the derivative of J with respect to the weights (Eq. A2).

  Of the equilibrium that moves with them; two equilibria that meet at a fold
  have none there, and near one it is large: see
  `QuantalResponseSet.condition`. For tracers: `jax.grad(social_cost_at)`.

  Args:
    game: whose equilibria.
    weights: `[k]`.
    profile: `[n, d]`, an equilibrium of the induced game.
    temperature: lambda, above 0.

  Raises:
    ValueError: shapes that do not fit, or a profile that is no equilibrium.
  """
  weights, profile = np.asarray(weights, float), np.asarray(profile, float)
  check_weights(game, weights)
  with jax.enable_x64(True):
    arguments = (jnp.asarray(weights), jnp.asarray(profile))
    gap = quantal_response.response_gap(
      induced_payoffs(game, arguments[0]), arguments[1], temperature
    )
    residual = float(jnp.max(jnp.abs(gap)))
    if not residual <= 1e-8:
      raise ValueError(
        "profile: expected a quantal response equilibrium, with a residual of "
        f"at most 1e-8; got one of {residual:.1e}."
      )
  return gradient_at(game, weights, temperature, profile)


@functools.partial(jax.jit, static_argnums=0)
def _gradient(
  game: RelationshipGame, weights: Array, temperature: Array, profile: Array
) -> Float[Array, " k"]:
  return jax.grad(social_cost_at, argnums=1)(
    game, weights, temperature, profile
  )


def gradient_at(
  game: RelationshipGame,
  weights: Float[np.ndarray, " k"],
  temperature: float,
  profile: Float[np.ndarray, "n d"],
) -> Float[np.ndarray, " k"]:
  """Returns dJ / dw of the equilibrium at a profile, unchecked."""
  with jax.enable_x64(True):
    arguments = (weights, temperature, profile)
    arrays = [jnp.asarray(x, jnp.float64) for x in arguments]
    return np.asarray(_gradient(game, *arrays))


def check_weights(game: RelationshipGame, weights: Any) -> None:
  """Raises ValueError unless there is a finite weight per relationship."""
  if np.shape(weights) != (len(game.relationships),):
    raise ValueError(
      f"weights: expected {len(game.relationships)}, one per relationship, got "
      f"the shape {np.shape(weights)}."
    )
  validation.check_finite("weights", weights)
