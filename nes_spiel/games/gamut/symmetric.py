# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""D8, D13, D19: symmetric games of which the strategies have an order or none.

All have the same number of strategies for each player.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key

from nes_spiel.games.gamut import random_games, uniforms


def dispersion_game(
  key: Key[Array, ""], shape: tuple[int, ...]
) -> Float[Array, "n *a"]:
  """Draws a game in which all prefer that they choose differently (D8).

  Everyone gets the same payoff, which depends only on the entropy of how the
  players are spread over the strategies, and increases with it: as many numbers
  as there are entropies are drawn uniformly from [-100, 100) and sorted. The
  joint strategies of the largest entropy, all different where there are enough
  strategies, are pure Nash equilibria. With two players there are two payoffs,
  the lower one on the diagonal.
  """
  rank = _dispersion_rank(shape)
  worth = random_games.uniform_payoffs(key, (int(rank.max()) + 1,))
  everyone = jnp.sort(worth)[rank]
  return jnp.stack([everyone] * len(shape))


def _dispersion_rank(shape: tuple[int, ...]) -> Int[np.ndarray, "*a"]:
  """Returns 0 where the spread of the players has the least entropy, then 1..

  Entropies are compared to five decimals, as GAMUT does: different spreads can
  have the same, such as (4, 1, 1, 1, 1) and (2, 2, 2, 2) of eight players.
  """
  actions = np.indices(shape)
  counts = np.stack([(actions == k).sum(0) for k in range(shape[0])])
  share = counts / len(shape)
  entropy = -np.sum(share * np.log2(np.where(share > 0, share, 1)), axis=0)
  _, rank = np.unique(entropy.round(5), return_inverse=True)
  return rank.reshape(shape)


def minimum_effort_game(
  key: Key[Array, ""], shape: tuple[int, ...]
) -> Float[Array, "n *a"]:
  """Draws a game in which the least effort counts for all (D13).

  Efforts are 1, 2, ... A player who makes effort E gets a + b M - c E, M the
  least effort of any. a is uniform on [-100, 100), b on [0, 100), c on [0, b),
  so every common effort is a pure Nash equilibrium, and more is better.
  """
  u = uniforms.draw(key, (3,))
  a = uniforms.between(u[0], -100, 100)
  b = uniforms.between(u[1], 0, 100)
  c = uniforms.between(u[2], 0, b)
  effort = _numbered_from_one(shape)
  return a + b * jnp.min(effort, axis=0, keepdims=True) - c * effort


def travelers_dilemma(
  key: Key[Array, ""], shape: tuple[int, ...]
) -> Float[Array, "n *a"]:
  """Draws a game in which to claim a little less than the others pays (D19).

  Claims are 1, 2, ..., d. Everyone gets the lowest claim, and who alone made
  it gets a reward besides, uniform on [1, d). Claims above the others' are
  dominated, weakly, until everyone claims 1. In GAMUT, other than in Basu's
  dilemma, those who claim more pay no penalty, so that at a lowest claim of 1
  they are indifferent: with two players, 2 against 1 is an equilibrium too.
  """
  reward = jax.random.uniform(key, minval=1, maxval=shape[0])
  claim = _numbered_from_one(shape)
  lowest = jnp.min(claim, axis=0, keepdims=True)
  is_lowest = claim == lowest
  alone = is_lowest & (jnp.sum(is_lowest, axis=0, keepdims=True) == 1)
  return lowest + jnp.where(alone, reward, 0)


def _numbered_from_one(shape: tuple[int, ...]) -> Float[Array, "n *a"]:
  """Returns the number of each player's strategy, counted from 1."""
  return jnp.asarray(np.indices(shape) + 1, dtype=float)
