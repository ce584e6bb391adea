# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Polytopes of equilibria against what is known of them, and Figure 1."""

import numpy as np
import pytest
from scipy import optimize

from nes_spiel import games
from nes_spiel.examples.reproduce import points, polytope, polytope_plots

PNG = b"\x89PNG\r\n\x1a\n"
TWO_BY_TWO = [
  name
  for name in games.classics.NAMES
  if games.classics.make(name).shape == (2, 2, 2)
]


def test_chicken_by_hand():
  """Two pure equilibria, the mixed one, and two more."""
  found = polytope.find(games.classics.chicken(), "ce")
  expected = [
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [1 / 9, 2 / 9, 2 / 9, 4 / 9],
    [0, 1 / 4, 1 / 4, 1 / 2],
    [1 / 5, 2 / 5, 2 / 5, 0],
  ]
  flat = found.vertices.reshape(-1, 4)
  assert len(flat) == len(expected)
  for vertex in expected:
    assert np.abs(flat - vertex).max(1).min() < 1e-9, vertex
  assert len(found.edges) == 9  # a bipyramid: 5 - 9 + 6 = 2


@pytest.mark.parametrize("name", TWO_BY_TWO)
def test_ce_and_cce_of_two_strategies_are_one(name):
  left, right = (
    polytope.find(games.classics.make(name), concept).vertices.reshape(-1, 4)
    for concept in ("ce", "cce")
  )
  assert len(left) == len(right) >= 1
  for vertex in left:
    assert np.abs(right - vertex).max(1).min() < 1e-9


@pytest.mark.parametrize("name", ["prisoners_dilemma", "matching_pennies"])
def test_a_single_equilibrium_is_a_single_vertex(name):
  found = polytope.find(games.classics.make(name), "cce")
  assert len(found.vertices) == 1
  assert found.edges == []


@pytest.mark.parametrize("concept", ["ce", "cce"])
def test_every_objective_has_its_best_at_a_vertex(concept, random_games):
  """By linear programming, on games of 2x3 where CE and CCE differ."""
  (payoffs,) = random_games(0, 1, (2, 3))
  rows = polytope.constraints(payoffs, concept)
  vertices = polytope.find(payoffs, concept).vertices.reshape(-1, 6)
  assert (rows @ vertices.T).max() < 1e-8
  np.testing.assert_allclose(vertices.sum(1), 1)
  for objective in np.random.default_rng(0).normal(size=(20, 6)):
    best = optimize.linprog(
      -objective,
      A_ub=rows,
      b_ub=np.zeros(len(rows)),
      A_eq=np.ones((1, 6)),
      b_eq=[1],
    )
    assert (vertices @ objective).max() == pytest.approx(-best.fun, abs=1e-8)


def test_what_is_too_large_or_no_2x2_game_is_refused():
  with pytest.raises(ValueError, match="at most 9 joint strategies"):
    polytope.find(np.zeros((2, 4, 4)), "cce")
  with pytest.raises(ValueError, match="expected 2x2 games, got 'shapleys"):
    points.find_points(["chicken", "shapleys_game"])
  with pytest.raises(ValueError, match="purity: expected"):
    list(points.point_selections(1.0))


def test_picture(tmp_path):
  """A polytope with volume, and one that is a point."""
  found = []
  for name in ("chicken", "prisoners_dilemma"):
    corners = polytope.find(games.classics.make(name), "cce")
    joints = {"ME": corners.vertices[0], "target (0, 0)": corners.vertices[-1]}
    found.append(points.Points(name, corners, joints, joints, {}))
  polytope_plots.save_points(tmp_path / "figure1.png", found, "caption")
  assert (tmp_path / "figure1.png").read_bytes().startswith(PNG)


@pytest.mark.reference
def test_points_lie_in_the_polytope():
  """At finite rho a little outside of it; the network's further."""
  found = points.find_points(["chicken", "stag_hunt"])
  table = points.table(found)
  assert len(table.rows) == 12
  for game in found:
    rows = polytope.constraints(games.classics.make(game.name), "cce")
    for name, joint in game.exact.items():
      assert (rows @ joint.ravel()).max() < 5e-3, (game.name, name)
      assert game.gaps[name][1] < 5e-3
    apart = np.abs(game.exact["ME"] - game.network["ME"]).sum() / 2
    assert 0 < apart < 0.1
  welfare = {game.name: game.exact["MW"] for game in found}
  assert welfare["stag_hunt"][0, 0] > 0.99
  np.testing.assert_allclose(  # the vertex with the largest sum of payoffs
    welfare["chicken"], [[0, 1 / 4], [1 / 4, 1 / 2]], atol=1e-2
  )
