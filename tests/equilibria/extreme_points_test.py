# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Extreme points of (C)CEs, against enumeration and what is known."""

import itertools

import numpy as np
import pytest
import vertex_enumeration
from scipy import optimize

from nes_spiel import equilibria, games
from nes_spiel.equilibria import polytope, vertices

CONCEPTS = ("ce", "cce")
NAMES = games.classics.NAMES


def draw(seed, shape):
  """Every other game of small whole numbers, which is often degenerate."""
  rng = np.random.default_rng(seed)
  if seed % 2:
    return rng.integers(-2, 3, size=shape).astype(float)
  return rng.normal(size=shape)


def share_an_edge(rows, ends):
  """Returns whether what is tight at both ends leaves one direction free."""
  tight = rows[(np.abs(rows @ ends.T) <= 1e-8).all(axis=1)]
  system = np.concatenate([np.ones((1, rows.shape[1])), tight])
  return np.linalg.matrix_rank(system, 1e-7) == rows.shape[1] - 1


def check_same(payoffs, concept):
  """Returns how many vertices there are, after comparing both ways."""
  found = equilibria.extreme_points(payoffs, concept)
  flat = found.joints.reshape(len(found.joints), -1)
  expected = vertex_enumeration.enumerate_vertices(payoffs, concept)
  assert found.is_complete
  assert len(flat) == len(expected)
  rows = vertices.half_spaces(polytope.gain_rows(payoffs, concept))
  pairs = itertools.combinations(range(len(flat)), 2)
  edges = [pair for pair in pairs if share_an_edge(rows, flat[[*pair]])]
  assert found.edges == edges
  apart = np.abs(flat[:, None] - expected).max(2)
  assert max(apart.min(0).max(), apart.min(1).max()) < 1e-7
  return len(flat)


def test_chicken_by_hand():
  """Two pure equilibria, the mixed one, and two more."""
  found = equilibria.extreme_points(games.classics.chicken(), "ce")
  expected = [
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [1 / 9, 2 / 9, 2 / 9, 4 / 9],
    [0, 1 / 4, 1 / 4, 1 / 2],
    [1 / 5, 2 / 5, 2 / 5, 0],
  ]
  flat = found.joints.reshape(-1, 4)
  assert len(flat) == len(expected)
  for vertex in expected:
    assert np.abs(flat - vertex).max(1).min() < 1e-12, vertex


@pytest.mark.parametrize("concept", CONCEPTS)
def test_all_vertices_of_small_games(concept):
  counts = [check_same(draw(seed, (2, 2, 2)), concept) for seed in range(50)]
  counts += [check_same(draw(seed, (2, 2, 3)), concept) for seed in range(20)]
  counts += [check_same(draw(seed, (3, 2, 2, 2)), concept) for seed in range(6)]
  assert min(counts) == 1
  assert max(counts) > 5


@pytest.mark.reference
@pytest.mark.parametrize("concept", CONCEPTS)
def test_all_vertices_of_3x3_games(concept):
  """Up to some two hundred of them."""
  counts = [check_same(draw(seed, (2, 3, 3)), concept) for seed in range(25)]
  print(concept, counts)
  assert max(counts) > 20


def test_flat_polytopes():
  """No equilibrium plays a dominated strategy, so the hull is flat."""
  chicken = games.classics.chicken()
  worse = chicken[:, :, :1] - np.array([0.0, 1.0])[:, None, None]
  flat = np.concatenate([chicken, worse], axis=2)
  assert check_same(flat, "ce") == 5
  assert check_same(np.stack([np.eye(2), np.zeros((2, 2))]), "ce") >= 2
  assert check_same(np.zeros((2, 2, 3)), "cce") == 6  # the whole simplex
  assert check_same(games.classics.matching_pennies(), "ce") == 1


@pytest.mark.parametrize(
  "name", [x for x in NAMES if games.classics.make(x).shape == (2, 2, 2)]
)
def test_ce_and_cce_of_two_strategies_are_one(name):
  left, right = (
    equilibria.extreme_points(games.classics.make(name), concept).joints
    for concept in CONCEPTS
  )
  assert len(left) == len(right) >= 1
  assert np.abs(left[:, None] - right).max((2, 3)).min(1).max() < 1e-9


@pytest.mark.parametrize(
  ("shape", "count"), [((1, 1), 1), ((1, 2), 1), ((2,), 1), ((1, 1, 2), 1)]
)
def test_games_with_hardly_a_choice(shape, count):
  payoffs = np.arange(float(len(shape) * np.prod(shape))).reshape(-1, *shape)
  found = equilibria.extreme_points(payoffs, "cce")
  assert (len(found.joints), found.edges) == (count, [])
  assert found.is_complete
  constant = equilibria.extreme_points(np.zeros_like(payoffs), "ce")
  assert len(constant.joints) == np.prod(shape)


def test_units_and_names_do_not_matter():
  payoffs = draw(4, (2, 2, 3))
  moved = payoffs[:, ::-1] * 1e6 - 3e7
  left, right = (
    equilibria.extreme_points(x, "cce").joints for x in (payoffs, moved)
  )
  apart = np.abs(left[:, None] - right[:, ::-1]).max((2, 3))
  assert len(left) == len(right)
  assert apart.min(0).max() < 1e-6


def test_every_objective_has_its_best_at_a_vertex():
  """Of 2x2x2 games too, by linear programs that know nothing of vertices."""
  payoffs = draw(0, (3, 2, 2, 2))
  points = equilibria.extreme_points(payoffs, "cce").joints.reshape(-1, 8)
  rows = polytope.gain_rows(payoffs, "cce")
  for objective in np.random.default_rng(0).normal(size=(20, 8)):
    best = optimize.linprog(
      -objective,
      A_ub=rows,
      b_ub=np.zeros(len(rows)),
      A_eq=np.ones((1, 8)),
      b_eq=[1],
    )
    assert (points @ objective).max() == pytest.approx(-best.fun, abs=1e-8)


def test_edges_are_those_of_a_bipyramid():
  """Of chicken: 5 - 9 + 6 = 2, and its ends are no neighbours."""
  found = equilibria.extreme_points(games.classics.chicken(), "cce")
  missing = {(i, j) for j in range(5) for i in range(j)} - {*found.edges}
  ((first, second),) = missing
  ends = found.joints[[first, second]].reshape(2, 4)
  ends = ends[np.argsort(ends[:, 0])]
  np.testing.assert_allclose(  # its apexes
    ends, [[0, 1 / 4, 1 / 4, 1 / 2], [1 / 5, 2 / 5, 2 / 5, 0]], atol=1e-12
  )
  constant = equilibria.extreme_points(np.zeros((2, 2, 3)), "ce")
  assert len(constant.edges) == 15  # any two corners of a simplex


def test_what_was_not_followed_is_told(monkeypatch):
  chicken = games.classics.chicken()
  found = equilibria.extreme_points(chicken, "ce", max_points=2)
  assert len(found.joints) >= 2
  assert not found.is_complete
  # A single choice of tight constraints already has 16 numbers.
  monkeypatch.setattr(vertices, "MOST_NUMBERS", 15)
  found = equilibria.extreme_points(chicken, "ce")
  assert (len(found.joints), found.is_complete) == (1, False)


def test_a_point_is_polished_or_refused():
  rows = vertices.half_spaces(
    polytope.gain_rows(games.classics.chicken(), "ce")
  )
  near = np.array([0.001, 0.249, 0.25, 0.5])
  np.testing.assert_allclose(
    vertices.polish(rows, near), [0, 0.25, 0.25, 0.5], atol=1e-15
  )
  no_vertex = np.concatenate([rows, [[-1.0, 0, 0, 0], [0.0, 1, -1, 0]]])
  assert vertices.polish(no_vertex[-2:], near) is None


@pytest.mark.usefixtures("unchecked")
def test_bad_input_is_refused():
  with pytest.raises(ValueError, match="max_points: expected at least 1"):
    equilibria.extreme_points(np.zeros((2, 2, 2)), "cce", max_points=0)
  with pytest.raises(ValueError, match="concept"):
    equilibria.extreme_points(np.zeros((2, 2, 2)), "nash")
