# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What equilibria are worth, against all vertices of their polytope."""

import numpy as np
import pytest
import vertex_enumeration
from scipy import spatial

from nes_spiel import equilibria, games

CHICKEN = np.asarray(games.classics.chicken(), float)


def check_region(payoffs, concept, region, views=None):
  """The hull of what every vertex is worth has the same corners."""
  respects = payoffs[:2] if views is None else views
  vertices = vertex_enumeration.enumerate_vertices(payoffs, concept)
  worth = vertices @ respects.reshape(2, -1).T
  if len(worth) > 2 and np.linalg.matrix_rank(worth - worth[0], 1e-6) == 2:
    hull = spatial.ConvexHull(worth)
    assert region.area == pytest.approx(hull.volume, abs=1e-6)
    worth = worth[hull.vertices]
  apart = spatial.distance.cdist(region.corners, worth)
  assert apart.min(1).max() < 1e-5  # each corner is worth what a vertex is
  for direction in np.random.default_rng(0).normal(size=(20, 2)):
    farthest = (region.corners @ direction).max()
    assert farthest == pytest.approx((worth @ direction).max(), abs=1e-5)
  for corner, joint in zip(region.corners, region.joints, strict=True):
    np.testing.assert_allclose(
      np.einsum("nab,ab->n", respects, joint), corner, atol=1e-9
    )
    assert equilibria.gap_sum(payoffs, joint, concept) < 1e-6


@pytest.mark.parametrize("concept", ["ce", "cce"])
@pytest.mark.parametrize("seed", range(13))
def test_corners_are_those_of_the_polytope(seed, concept):
  """52 games in all, every other one of small whole numbers."""
  rng = np.random.default_rng(seed)
  for shape in ((2, 2, 2), (2, 3, 3) if concept == "cce" else (2, 2, 3)):
    payoffs = rng.normal(size=shape)
    if seed % 2:
      payoffs = rng.integers(-2, 3, size=shape).astype(float)
    region = equilibria.payoff_region(payoffs, concept)
    check_region(payoffs, concept, region)


def test_segments_keep_their_ends():
  """In zero-sum games all equilibria are worth the same to a player."""
  rng = np.random.default_rng(5)
  for _ in range(40):
    own = rng.integers(-2, 3, size=(3, 3)).astype(float)
    payoffs, views = np.stack([own, -own]), np.stack([own, rng.random((3, 3))])
    region = equilibria.payoff_region(payoffs, "cce", views)
    check_region(payoffs, "cce", region, views)


def test_units_do_not_matter():
  region = equilibria.payoff_region(CHICKEN * 1e-8 + 1e-3, "ce")
  known = equilibria.payoff_region(CHICKEN, "ce")
  np.testing.assert_allclose(
    region.corners, known.corners * 1e-8 + 1e-3, rtol=1e-9
  )


def test_other_views():
  """Welfare and how far players are apart, of three players too."""
  views = np.stack([CHICKEN.sum(0), CHICKEN[0] - CHICKEN[1]])
  region = equilibria.payoff_region(CHICKEN, "ce", views)
  check_region(CHICKEN, "ce", region, views)
  three = np.random.default_rng(0).normal(size=(3, 2, 2, 2))
  best = equilibria.polytope.maximize(three, "cce", three.sum(0)).value
  region = equilibria.payoff_region(
    three, "cce", np.stack([three.sum(0), three.min(0)])
  )
  assert region.corners[:, 0].max() == pytest.approx(best, abs=1e-7)


def test_regions_without_area():
  """One equilibrium is a point, interests that are opposed make a segment."""
  dilemma = np.asarray(games.classics.prisoners_dilemma(), float)
  point = equilibria.payoff_region(dilemma, "ce")
  assert point.corners.shape == (1, 2)
  assert point.area == 0
  np.testing.assert_allclose(point.corners, dilemma[:, 1, 1][None], atol=1e-9)
  same = np.array([[2.0, 0.0], [0.0, 1.0]])
  segment = equilibria.payoff_region(np.stack([same, same]), "cce")
  assert segment.corners.shape == (2, 2)
  assert segment.area == pytest.approx(0, abs=1e-9)
  constant = equilibria.payoff_region(np.ones((2, 2, 3)), "ce")
  np.testing.assert_allclose(constant.corners, [[1, 1]])
  # Only the second player cares: a vertical segment.
  second = np.zeros((2, 2, 2))
  second[1, 0] = 1.0
  upright = equilibria.payoff_region(second, "ce")
  np.testing.assert_allclose(np.sort(upright.corners, 0), [[0, 0], [0, 1]])


@pytest.mark.usefixtures("unchecked")
def test_bad_input_is_refused():
  with pytest.raises(ValueError, match=r"views: expected shape \(2, 2, 2\)"):
    equilibria.payoff_region(CHICKEN, "ce", np.ones((1, 2, 2)))
  with pytest.raises(ValueError, match="views: a game of one player"):
    equilibria.payoff_region(np.ones((1, 3)), "ce")
  with pytest.raises(ValueError, match="concept"):
    equilibria.payoff_region(CHICKEN, "nash")
  with pytest.raises(ValueError, match="views"):
    equilibria.payoff_region(CHICKEN, "ce", np.full((2, 2, 2), np.nan))
  for tolerance in (0.0, -1.0, np.nan, np.inf):
    with pytest.raises(ValueError, match="tolerance: expected a finite number"):
      equilibria.payoff_region(CHICKEN, "ce", tolerance=tolerance)
