# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What a society pays in an equilibrium, and how weights change it.

Section 5.1 and Appendix A of Chen et al. (2024).
"""

import functools
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from nes_spiel.equilibria import mixed_profiles, quantal_response
from nes_spiel.equilibria.response_search import check_temperature
from nes_spiel.relationship_games.relationship_game import (
  RelationshipGame,
  check_weights,
  eager_in_float64,
  induced_payoffs,
)

RESIDUAL = 1e-10  # the most that what is called an equilibrium may have
# Of a profile that is given: stored in few digits it is still one next to it.
GIVEN_RESIDUAL = 1e-8

Profile: TypeAlias = Float[Array, "n d"] | Float[np.ndarray, "n d"]


@eager_in_float64
def expected_social_cost(
  game: RelationshipGame, profile: Profile
) -> Float[Array, ""]:
  """Returns J(x, V), the social cost of a mixed profile `[n, d]`.

  NumPy in float64 where nothing is traced.

  Raises:
    ValueError: a profile of another shape.
  """
  check_profile(game, profile)
  return mixed_profiles.expected_payoff(
    jnp.asarray(game.social_cost), jnp.asarray(profile)
  )


def social_cost_at(
  game: RelationshipGame,
  weights: Float[Array, " k"],
  profile: Float[Array, "n d"],
  *,
  temperature: Float[Array, ""] | float,
) -> tuple[Float[Array, ""], Float[Array, ""]]:
  """Returns J where Newton's method ends from a profile, and the residual.

  Pure; its derivative follows the equilibrium (Appendix A), by
  `jax.value_and_grad(social_cost_at, argnums=1, has_aux=True)`. In float64,
  within `jax.enable_x64(True)`. With a residual above 1e-10 it is no
  equilibrium, and neither cost nor derivative mean anything.

  Args:
    game: whose equilibria.
    weights: `[k]`.
    profile: `[n, d]`, an equilibrium or near one.
    temperature: lambda, above 0.
  """
  found = quantal_response.solve_quantal_response(
    induced_payoffs(game, weights), temperature, profile
  )
  return expected_social_cost(game, found.profile), found.residual


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
  `QuantalResponseSet.condition`. NaN where Newton's method does not get from
  the profile to a residual of 1e-10. Tracers: see `social_cost_at`.

  Args:
    game: whose equilibria.
    weights: `[k]`.
    profile: `[n, d]`, an equilibrium of the induced game.
    temperature: lambda, above 0.

  Raises:
    ValueError: shapes that do not fit, a temperature not above 0, or a profile
      that is no equilibrium.
  """
  weights, profile = np.asarray(weights, float), np.asarray(profile, float)
  check_weights(game, weights)
  check_profile(game, profile)
  check_temperature(temperature)
  with jax.enable_x64(True):
    arguments = (jnp.asarray(weights), jnp.asarray(profile))
    gap = quantal_response.response_gap(
      induced_payoffs(game, arguments[0]), arguments[1], temperature
    )
    residual = float(jnp.max(jnp.abs(gap)))
    if not residual <= GIVEN_RESIDUAL:
      raise ValueError(
        "profile: expected a quantal response equilibrium, with a residual of "
        f"at most {GIVEN_RESIDUAL:g}; got one of {residual:.1e}."
      )
  return gradient_at(game, weights, profile, temperature)


@functools.partial(jax.jit, static_argnums=0)
def _gradient(
  game: RelationshipGame, weights: Array, profile: Array, temperature: Array
) -> Float[Array, " k"]:
  differentiate = jax.grad(social_cost_at, argnums=1, has_aux=True)
  derivative, residual = differentiate(
    game, weights, profile, temperature=temperature
  )
  return jnp.where(residual <= RESIDUAL, derivative, jnp.nan)


def gradient_at(
  game: RelationshipGame,
  weights: Float[np.ndarray, " k"],
  profile: Float[np.ndarray, "n d"],
  temperature: float,
) -> Float[np.ndarray, " k"]:
  """Returns dJ / dw of the equilibrium at a profile; NaN if there is none."""
  with jax.enable_x64(True):
    arguments = (weights, profile, temperature)
    arrays = [jnp.asarray(x, jnp.float64) for x in arguments]
    return np.asarray(_gradient(game, *arrays))


def check_profile(game: RelationshipGame, profile: Any) -> None:
  """Raises ValueError unless there is a padded strategy for every player."""
  expected = (len(game.costs), max(game.costs.shape[1:]))
  if np.shape(profile) != expected:
    raise ValueError(
      f"profile: expected the shape [n, d] = {expected}, one strategy per "
      f"player, got {np.shape(profile)}."
    )
