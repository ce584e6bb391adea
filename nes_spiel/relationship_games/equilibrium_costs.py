# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Social costs of all equilibria that some starts lead to, at many weights."""

import functools
from typing import Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Key

from nes_spiel.equilibria import quantal_response
from nes_spiel.equilibria.response_search import start_profiles
from nes_spiel.games import masks
from nes_spiel.relationship_games.relationship_game import (
  RelationshipGame,
  induced_payoffs,
)
from nes_spiel.relationship_games.social_costs import (
  RESIDUAL,
  expected_social_cost,
)

Form = Literal["min_max", "min_min"]
FORMS = get_args(Form)
NEWTON_STEPS = 40  # the slowest of a chunk keeps the others waiting
LEAST_CHUNK, LARGEST_CHUNK = 64, 4096  # equilibria per compiled call


class EquilibriumCosts(NamedTuple):
  """Where starts lead, `[b, s]` for b weights and s starts.

  Attributes:
    social_costs: `[b, s]`.
    profiles: `[b, s, n, d]`.
    converged: `[b, s]`; the others are no equilibria.
  """

  social_costs: Float[np.ndarray, "b s"]
  profiles: Float[np.ndarray, "b s n d"]
  converged: Bool[np.ndarray, "b s"]


class Active(NamedTuple):
  """The equilibrium that decides, for each of b weights.

  Attributes:
    values: `[b]`, its social cost; infinite where no equilibrium was found.
    profiles: `[b, n, d]`.
  """

  values: Float[np.ndarray, " b"]
  profiles: Float[np.ndarray, "b n d"]


def random_starts(
  game: RelationshipGame, key: Key[Array, ""], count: int
) -> Float[np.ndarray, "s n d"]:
  """Returns profiles to start from: pure ones, the uniform one, random ones."""
  mask = masks.full_strategy_mask(game.costs.shape[1:])
  return start_profiles(key, mask, count)


def equilibrium_costs(
  game: RelationshipGame,
  weights: Float[np.ndarray, "b k"],
  temperature: float,
  starts: Float[np.ndarray, "s n d"],
) -> EquilibriumCosts:
  """Returns where every start leads, at every weight vector.

  Args:
    game: whose equilibria.
    weights: `[b, k]`.
    temperature: lambda, above 0.
    starts: `[s, n, d]`.
  """
  shape = (len(weights), len(starts))
  pairs = (
    np.repeat(weights, len(starts), axis=0),
    np.tile(starts, (len(weights), 1, 1)),
  )
  costs, profiles, residual = _in_chunks(game, temperature, *pairs)
  return EquilibriumCosts(
    costs.reshape(shape),
    profiles.reshape(*shape, *starts.shape[1:]),
    (residual <= RESIDUAL).reshape(shape),
  )


def active(form: Form, found: EquilibriumCosts) -> Active:
  """Returns the costliest equilibria ("min_max"), or the cheapest ("min_min").

  Those whose social cost Eqs. 10 and 11 minimise.
  """
  sign = 1 if form == "min_max" else -1
  ranked = np.where(found.converged, sign * found.social_costs, -np.inf)
  index = ranked.argmax(1)
  rows = np.arange(len(index))
  values = np.where(
    found.converged.any(1), found.social_costs[rows, index], np.inf
  )
  return Active(values, found.profiles[rows, index])


def _in_chunks(
  game: RelationshipGame,
  temperature: float,
  weights: Float[np.ndarray, "m k"],
  starts: Float[np.ndarray, "m n d"],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
  """Returns cost, profile and residual of every pair; few compilations."""
  count = len(weights)
  chunk = LEAST_CHUNK
  while chunk < min(count, LARGEST_CHUNK):
    chunk *= 2
  parts = []
  with jax.enable_x64(True):
    at = jnp.asarray(temperature, jnp.float64)
    for first in range(0, count, chunk):
      rows = slice(first, first + chunk)
      pair = (_filled(weights[rows], chunk), _filled(starts[rows], chunk))
      parts.append(jax.device_get(_solve_pairs(game, at, *pair)))
  costs, profiles, residual = zip(*parts, strict=True)
  joined = [np.concatenate(x)[:count] for x in (costs, profiles, residual)]
  return joined[0], joined[1], joined[2]


def _filled(rows: np.ndarray, count: int) -> np.ndarray:
  """Returns rows, the last one repeated up to a number of them."""
  return np.concatenate([rows, np.repeat(rows[-1:], count - len(rows), 0)])


@functools.partial(jax.jit, static_argnums=0)
def _solve_pairs(
  game: RelationshipGame,
  temperature: Float[Array, ""],
  weights: Float[Array, "m k"],
  starts: Float[Array, "m n d"],
) -> tuple[Float[Array, " m"], Float[Array, "m n d"], Float[Array, " m"]]:
  def one(weights: Array, start: Array) -> tuple[Array, Array, Array]:
    found = quantal_response.solve_quantal_response(
      induced_payoffs(game, weights),
      temperature,
      start,
      max_iterations=NEWTON_STEPS,
    )
    cost = expected_social_cost(game, found.profile)
    return cost, found.profile, found.residual

  return jax.vmap(one)(weights, starts)
