# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""D2 to D4 and D20 to D22: local-effect games.

All players have the same strategies, and these are the nodes of a graph. With
D(u) players at node u, a player at node v pays f_vv(D(v)) plus f_vu(D(u)) for
every neighbour u of v, empty ones included; payoffs are the costs negated. The
functions, of one of GAMUT's eight classes drawn per game, see `functions`.

Source: K. Leyton-Brown and M. Tennenholtz, "Local-effect games", IJCAI 2003.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int, Key

from nes_spiel.games.gamut import functions
from nes_spiel.games.gamut.graphs import Graph


def bidirectional(
  key: Key[Array, ""], shape: tuple[int, ...], graph: Graph
) -> Float[Array, "n *a"]:
  """Draws a game with one function per node and per edge: f_vu = f_uv."""
  v, u = np.indices((shape[0], shape[0]))
  larger, smaller = np.maximum(u, v), np.minimum(u, v)
  # Unordered pairs in the order (0, 0), (0, 1), (1, 1), (0, 2), ...
  return _local_effect(key, shape, graph, larger * (larger + 1) // 2 + smaller)


def uniform(
  key: Key[Array, ""], shape: tuple[int, ...], graph: Graph
) -> Float[Array, "n *a"]:
  """Draws a game in which a node does the same to all its neighbours.

  f_vu = f_wu for all neighbours v and w of u; f_uu is another function.
  """
  nodes = shape[0]
  v, u = np.indices((nodes, nodes))
  return _local_effect(key, shape, graph, np.where(u == v, nodes + u, u))


def _local_effect(
  key: Key[Array, ""],
  shape: tuple[int, ...],
  graph: Graph,
  number: Int[np.ndarray, "v u"],
) -> Float[Array, "n *a"]:
  """Draws a local-effect game in which f_vu is the function `number[v, u]`."""
  graph_key, function_key = jax.random.split(key)
  nodes, players = shape[0], len(shape)
  drawn = functions.sample_functions(
    function_key, int(number.max()) + 1, players + 1
  )
  felt = graph(graph_key, nodes) | jnp.eye(nodes, dtype=bool)
  effects = jnp.where(felt[:, :, None], drawn[number], 0)
  return -_costs(effects, shape)


def _costs(
  effects: Float[Array, "v u c"], shape: tuple[int, ...]
) -> Float[Array, "n *a"]:
  """Returns what each player pays at every joint strategy.

  Args:
    effects: f_vu(0), f_vu(1), ..., f_vu(n).
    shape: v strategies for each of the n players.
  """
  nodes, _, counts = effects.shape
  places = np.indices(shape).reshape(len(shape), -1)
  present = np.stack([(places == node).sum(0) for node in range(nodes)])
  # 1 where so many are at the node: [u, c, joint strategies].
  crowd = present[:, None, :] == np.arange(counts)[None, :, None]
  costs = jnp.einsum(
    "vuc,ucj->vj",
    effects,
    jnp.asarray(crowd, dtype=effects.dtype),
    precision=lax.Precision.HIGHEST,
  )
  joints = np.arange(places.shape[1])[None, :]
  return costs[places, joints].reshape(len(shape), *shape)
