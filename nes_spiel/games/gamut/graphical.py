# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""D9 to D12 and D14 to D17: a player's payoff depends on its neighbours only.

Players are the nodes of a graph; all have the same number of strategies. On two
nodes every graph of `graphs` is the single edge: a two-player graphical or
polymatrix game is a RandomGame, as in GAMUT.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key

from nes_spiel.games.gamut import random_games
from nes_spiel.games.gamut.graphs import Graph


def graphical_game(
  key: Key[Array, ""], shape: tuple[int, ...], graph: Graph
) -> Float[Array, "n *a"]:
  """Draws a payoff for every joint strategy of a player and its neighbours.

  All payoffs are independent and uniform on [-100, 100). A player without
  neighbours, as random graphs have them, cares for its own strategy only.

  Source: M. Kearns, M. Littman and S. Singh, "Graphical models for game
  theory", UAI 2001.
  """
  graph_key, payoff_key = jax.random.split(key)
  adjacency = graph(graph_key, len(shape))
  payoffs = random_games.random_game(payoff_key, shape)
  cares = adjacency | jnp.eye(len(shape), dtype=bool)
  return jax.vmap(_forget)(payoffs, cares)


def _forget(
  payoff: Float[Array, "*a"], cares: Bool[Array, " n"]
) -> Float[Array, "*a"]:
  """Returns the payoff as if those not cared for played their strategy 0."""
  for player in range(payoff.ndim):
    first = jnp.take(payoff, jnp.array([0]), axis=player)
    payoff = jnp.where(cares[player], payoff, first)
  return payoff


def polymatrix_game(
  key: Key[Array, ""], shape: tuple[int, ...], graph: Graph
) -> Float[Array, "n *a"]:
  """Draws a two-player game for every edge; a player gets the sum of its own.

  The games on the edges are RandomGames, each payoff uniform on [-100, 100). A
  player without neighbours, as random graphs have them, always gets 0.

  Source: E. Janovskaja, "Equilibrium points in polymatrix games", Lithuanian
  Mathematical Collection 8, 1968.
  """
  graph_key, payoff_key = jax.random.split(key)
  players, strategies = len(shape), shape[0]
  adjacency = graph(graph_key, players)
  # At [p, q]: what p gets against q, by p's strategy and then by q's.
  parts = random_games.uniform_payoffs(
    payoff_key, (players, players, strategies, strategies)
  )
  parts = jnp.where(adjacency[:, :, None, None], parts, 0)
  return jnp.stack([_sum_of_parts(parts[p], p) for p in range(players)])


def _sum_of_parts(
  parts: Float[Array, "n d d"], player: int
) -> Float[Array, "*a"]:
  """Returns one player's payoff `[*a]`, the sum over its opponents' parts."""
  players, strategies = parts.shape[:2]
  total = jnp.zeros((strategies,) * players)
  for other in range(players):
    if other != player:
      part = parts[other] if player < other else parts[other].T
      elsewhere = [q for q in range(players) if q not in (player, other)]
      total += jnp.expand_dims(part, elsewhere)
  return total
