# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Undirected graphs without loops, as GAMUT draws them.

Every function takes a key, which the fixed graphs leave unused, and the number
of nodes v, and returns the adjacency matrix: symmetric, false on the diagonal.
"""

from collections.abc import Callable
from typing import TypeAlias

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float, Int, Key

from nes_spiel.games.gamut import uniforms

Graph: TypeAlias = Callable[[Key[Array, ""], int], Bool[Array, "v v"]]


def complete(key: Key[Array, ""], nodes: int) -> Bool[Array, "v v"]:
  """Returns the graph with every edge (CompleteGraph)."""
  del key
  return ~jnp.eye(nodes, dtype=bool)


def star(key: Key[Array, ""], nodes: int) -> Bool[Array, "v v"]:
  """Returns node 0 joined to every other node (StarGraph)."""
  del key
  u, v = np.indices((nodes, nodes))
  return jnp.asarray((u != v) & ((u == 0) | (v == 0)))


def road(key: Key[Array, ""], nodes: int) -> Bool[Array, "v v"]:
  """Returns two parallel lines with rungs between them (RoadGraph).

  Even nodes are on one side and odd ones on the other: u is joined to u + 2,
  and even u to u + 1. The last rung is missing if the number of nodes is odd.
  """
  del key
  u, v = np.indices((nodes, nodes))
  rung = (u // 2 == v // 2) & (u != v)
  return jnp.asarray(rung | (abs(u - v) == 2))


def random(key: Key[Array, ""], nodes: int) -> Bool[Array, "v v"]:
  """Draws a graph with a given number of edges uniformly (RandomGraph).

  The number of edges is uniform from 1 to v (v - 1) / 2.
  """
  rows, columns = np.triu_indices(nodes, 1)
  u = uniforms.draw(key, (len(rows) + 1,))
  edges = uniforms.integer(u[0], 1, len(rows))
  chosen = jnp.argsort(jnp.argsort(u[1:])) < edges
  upper = jnp.zeros((nodes, nodes), dtype=bool).at[rows, columns].set(chosen)
  return upper | upper.T


def small_world(key: Key[Array, ""], nodes: int) -> Bool[Array, "v v"]:
  """Draws a graph by the model of Watts and Strogatz (SmallWorldGraph).

  On a ring, nodes up to K apart are joined; K is uniform from 1 to
  max(v // 2 - 1, 1). Then each edge (u, u + i), by i and then u, is rewired
  with probability p, uniform on [0, 1): its far end moves to a node that is
  neither u nor its neighbour, if there is one. Two or three nodes, with K = 1,
  are always all joined.

  Source: D. Watts and S. Strogatz, "Collective dynamics of small-world
  networks", Nature 393, 1998.
  """
  furthest = max(nodes // 2 - 1, 1)
  step, start = np.indices((furthest, nodes)).reshape(2, -1)
  end = (start + step + 1) % nodes
  # K and p, then for each edge a coin and a lottery among the nodes.
  u = uniforms.draw(key, (len(step) + 1, nodes + 1))
  reach = uniforms.integer(u[0, 0], 1, furthest)
  wanted = (u[1:, 0] <= u[0, 1]) & (step < reach)
  v, w = np.indices((nodes, nodes))
  apart = np.minimum((v - w) % nodes, (w - v) % nodes)

  def rewire(
    adjacency: Bool[Array, "v v"], edge: tuple[Array, Array, Array, Array]
  ) -> tuple[Bool[Array, "v v"], None]:
    wanted, start, end, lottery = edge
    moved = _rewire(adjacency, start, end, lottery)
    return jnp.where(wanted, moved, adjacency), None

  edges = (wanted, jnp.asarray(start), jnp.asarray(end), u[1:, 1:])
  return lax.scan(rewire, (apart > 0) & (apart <= reach), edges)[0]


def _rewire(
  adjacency: Bool[Array, "v v"],
  start: Int[Array, ""],
  end: Int[Array, ""],
  lottery: Float[Array, " v"],
) -> Bool[Array, "v v"]:
  """Returns the graph after the edge (start, end) has moved its end.

  It moves to the node with the highest number of those that are free.
  """
  free = ~adjacency[start] & (jnp.arange(len(adjacency)) != start)
  moved = _set_edge(adjacency, start, end, False)
  to = jnp.argmax(jnp.where(free, lottery, -1))
  moved = _set_edge(moved, start, to, True)
  return jnp.where(jnp.any(free), moved, adjacency)


def _set_edge(
  adjacency: Bool[Array, "v v"],
  u: Int[Array, ""],
  v: Int[Array, ""],
  exists: bool,
) -> Bool[Array, "v v"]:
  """Returns the graph with the edge between u and v there or not."""
  return adjacency.at[u, v].set(exists).at[v, u].set(exists)
