# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""GAMUT's graphs, and the games in which neighbours alone matter."""

import collections
import functools

import jax
import networkx as nx
import numpy as np
import pytest
from gamut_samples import sample
from scipy import stats

from nes_spiel.games import gamut
from nes_spiel.games.gamut import graphs

RARE = 1e-4
GRAPHICAL = [name for name in gamut.NAMES if name.startswith("Graphical")]
POLYMATRIX = [name for name in gamut.NAMES if name.startswith("Polymatrix")]
# Edges of the graphs that are always the same, on four players.
EDGES = {
  "CG": {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)},
  "Road": {(0, 1), (0, 2), (1, 3), (2, 3)},
  "SG": {(0, 1), (0, 2), (0, 3)},
}


@functools.cache
def sample_graphs(draw, nodes, batch=400):
  """Returns adjacency matrices `[b, v, v]`."""
  keys = jax.random.split(jax.random.key(1), batch)
  drawn = jax.jit(jax.vmap(lambda key: draw(key, nodes)))(keys)
  return np.asarray(drawn)


def edges_of(adjacency):
  """Returns the edges (smaller, larger), of an undirected graph for certain."""
  assert (adjacency == adjacency.T).all()
  assert not adjacency.diagonal().any()
  return {tuple(edge) for edge in np.argwhere(np.triu(adjacency)).tolist()}


def ladder(nodes):
  """Returns the edges of networkx's ladder, its sides even and odd."""
  half = (nodes + 1) // 2
  name = {i: 2 * i for i in range(half)}
  name |= {half + i: 2 * i + 1 for i in range(half)}
  edges = nx.relabel_nodes(nx.ladder_graph(half), name).edges
  return {(min(e), max(e)) for e in edges if max(e) < nodes}


@pytest.mark.parametrize("name", [*GRAPHICAL, *POLYMATRIX])
def test_every_class(name, check_gamut_class):
  check_gamut_class(name, (2, 2, 2, 2))


@pytest.mark.parametrize("nodes", [1, 2, 3, 6, 7])
def test_fixed_graphs(nodes):
  key = jax.random.key(0)
  for draw, expected in [
    (graphs.complete, nx.complete_graph(nodes).edges),
    (graphs.star, nx.star_graph(nodes - 1).edges),
    (graphs.road, ladder(nodes)),
  ]:
    adjacency = np.asarray(draw(key, nodes))
    assert edges_of(adjacency) == {tuple(sorted(edge)) for edge in expected}


def test_random_graph():
  drawn = [edges_of(x) for x in sample_graphs(graphs.random, 4, 2000)]
  sizes = collections.Counter(len(edges) for edges in drawn)
  assert set(sizes) == {1, 2, 3, 4, 5, 6}
  assert stats.chisquare(list(sizes.values())).pvalue > RARE
  # 6 graphs with one edge, 15 with two: equally likely.
  for size, count in [(1, 6), (2, 15)]:
    same_size = [frozenset(edges) for edges in drawn if len(edges) == size]
    found = collections.Counter(same_size)
    assert len(found) == count
    assert stats.chisquare(list(found.values())).pvalue > RARE


def test_random_graph_of_one_and_two_nodes():
  assert not sample_graphs(graphs.random, 1).any()
  assert (sample_graphs(graphs.random, 2).sum((1, 2)) == 2).all()


@pytest.mark.parametrize("nodes", [2, 3])
def test_small_world_of_few_nodes_is_complete(nodes):
  expected = ~np.eye(nodes, dtype=bool)
  assert (sample_graphs(graphs.small_world, nodes) == expected).all()


def test_small_world():
  drawn = sample_graphs(graphs.small_world, 8)
  sizes = np.array([len(edges_of(x)) for x in drawn])
  # K = 1, 2, 3 neighbours on either side; rewiring keeps the number of edges
  # and each node's K own ones.
  assert set(sizes) == {8, 16, 24}
  assert stats.chisquare(np.bincount(sizes // 8)[1:]).pvalue > RARE
  assert (drawn.sum(1).min(1) >= sizes // 8).all()
  # Of the 8 edges of a ring, uniformly from none to all are moved, but for the
  # chance that one falls where another has been: half of them on average.
  rings = [edges_of(x) for x in drawn if x.sum() == 16]
  ring = {tuple(sorted(edge)) for edge in nx.cycle_graph(8).edges}
  kept = np.array([len(ring & edges) for edges in rings]) / 8
  assert 0.4 < kept.mean() < 0.65
  assert kept.min() <= 1 / 8
  assert kept.max() == 1


def test_rewired_ends_are_uniform():
  drawn = sample_graphs(graphs.small_world, 8, 4000)
  first = drawn[drawn.sum((1, 2)) == 16][:, 0]
  # Node 0 of a ring, without its edges to 1 and 7: 2 to 6 are alike.
  assert stats.chisquare(first[:, 3:6].sum(0)).pvalue > RARE


def matters(payoffs, tolerance=1e-3):
  """Returns booleans [p, q]: whether p's payoff varies with q's strategy."""
  players = len(payoffs)
  return np.array(
    [
      [np.ptp(payoffs[p], axis=q).max() > tolerance for q in range(players)]
      for p in range(players)
    ]
  )


def neighbours(name, payoffs):
  """Returns who matters to whom, and checks it against the class's graph."""
  found = matters(payoffs)
  np.fill_diagonal(found, False)
  edges, kind = edges_of(found), name.split("-")[1]
  if kind in EDGES:
    assert edges == EDGES[kind]
  elif kind == "SW":
    assert len(edges) == 4
  else:
    assert 1 <= len(edges) <= 6
  return found


@pytest.mark.parametrize("name", GRAPHICAL)
def test_graphical_game(name):
  numbers = []
  for payoffs in sample(name, (2, 2, 2, 2)):
    found = neighbours(name, payoffs)
    assert matters(payoffs).diagonal().all()
    for player, payoff in enumerate(payoffs):
      own = [p for p in range(4) if p == player or found[player, p]]
      different = np.unique(payoff)
      assert len(different) == 2 ** len(own)
      numbers.extend(different)
  assert stats.kstest(numbers, stats.uniform(-100, 200).cdf).pvalue > RARE


def second_difference(payoff, q, r):
  """Returns what q's change does to what r's change is worth."""
  return np.diff(np.diff(payoff, axis=q), axis=r)


@pytest.mark.parametrize("name", POLYMATRIX)
def test_polymatrix_game(name):
  for payoffs in sample(name, (2, 2, 2, 2)):
    found = neighbours(name, payoffs)
    for p in range(4):
      others = [q for q in range(4) if q != p]
      # What one opponent does to p does not depend on what another does.
      for q in others:
        for r in others:
          if q < r:
            assert abs(second_difference(payoffs[p], q, r)).max() < 1e-3
        with_p = abs(second_difference(payoffs[p], p, q)).max()
        assert (with_p > 1e-3) == found[p, q]
      # The sum of as many payoffs as there are neighbours.
      assert abs(payoffs[p]).max() <= 100 * found[p].sum()


def test_polymatrix_payoffs_of_an_edge():
  road = sample("PolymatrixGame-Road", (2, 2, 2), 256)
  # Players 1 and 2 have one neighbour each, 0.
  one = road[:, 1, :, :, 0].ravel()
  np.testing.assert_array_equal(road[:, 1, :, :, 0], road[:, 1, :, :, 1])
  assert stats.kstest(one, stats.uniform(-100, 200).cdf).pvalue > RARE
  two = road[:, 2, :, 0, :].ravel()
  assert stats.kstest(two, stats.uniform(-100, 200).cdf).pvalue > RARE
  # Player 0 gets the sum of two such: a triangular distribution.
  total = road[:, 0, 0, 0, 0]
  expected = stats.triang(0.5, -200, 400).cdf
  assert stats.kstest(total, expected).pvalue > RARE


@pytest.mark.parametrize("name", ["GraphicalGame-SG", "PolymatrixGame-RG"])
def test_two_players_play_a_random_game(name):
  drawn = sample(name, (3, 3))
  assert stats.kstest(drawn.ravel(), stats.uniform(-100, 200).cdf).pvalue > RARE
  assert all(len(np.unique(payoffs)) == 18 for payoffs in drawn)
