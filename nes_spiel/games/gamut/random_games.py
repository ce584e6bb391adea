# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""D5 to D7 and D18: payoffs drawn cell by cell."""

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from nes_spiel.games.gamut import uniforms

LOWEST, HIGHEST = -100.0, 100.0


def random_game(
  key: Key[Array, ""], shape: tuple[int, ...]
) -> Float[Array, "n *a"]:
  """Draws every payoff uniformly from [-100, 100) (D18, RandomGame)."""
  return uniform_payoffs(key, (len(shape), *shape))


def uniform_payoffs(
  key: Key[Array, ""], shape: tuple[int, ...]
) -> Float[Array, "*s"]:
  """Draws a tensor of what GAMUT's games are made of, uniform payoffs."""
  return uniforms.between(uniforms.draw(key, shape), LOWEST, HIGHEST)


def covariant_game(
  key: Key[Array, ""],
  shape: tuple[int, ...],
  correlation: float | None = None,
) -> Float[Array, "n *a"]:
  """Draws standard normal payoffs, correlated between players (D5 to D7).

  At every joint strategy the n payoffs are normal with variance 1 and
  covariance r between any two players, independently of the other joint
  strategies: r = 1 is common interest, r = -1 with two players zero-sum.

  Args:
    key: consumed.
    shape: strategies of each player.
    correlation: r, from -1 / (n - 1) to 1. None draws it uniformly from there,
      once per game, as CovariantGame (D6) does; CovariantGame-Pos (D5) has 0.9,
      CovariantGame-Zero (D7) has 0.

  Raises:
    ValueError: no covariance matrix has this correlation.
  """
  players = len(shape)
  lowest = -1 / (players - 1)
  if correlation is not None and not lowest <= correlation <= 1:
    raise ValueError(
      f"correlation: expected a number from {lowest:.6g} to 1 for {players} "
      f"players; got {correlation}."
    )
  draw_key, normal_key = jax.random.split(key)
  if correlation is None:
    r = jax.random.uniform(draw_key, minval=lowest, maxval=1)
  else:
    r = jnp.asarray(correlation, dtype=float)
  normal = jax.random.normal(normal_key, (players * math.prod(shape),))
  normal = normal.reshape(players, *shape)
  # The covariance matrix has the eigenvalue 1 + (n - 1) r on equal payoffs and
  # 1 - r on what differs; its root scales the two parts by their roots.
  mean = jnp.mean(normal, axis=0, keepdims=True)
  together = jnp.sqrt(jnp.maximum(1 + (players - 1) * r, 0))
  return together * mean + jnp.sqrt(1 - r) * (normal - mean)
