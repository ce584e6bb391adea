# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Figure 1: selected equilibria in the polytope of all of them."""

import numpy as np
import pytest
from results import assert_picture

from nes_spiel import equilibria, games
from nes_spiel.equilibria import vertices
from nes_spiel.examples.reproduce import points, polytope_plots


def test_what_is_no_2x2_game_is_refused():
  with pytest.raises(ValueError, match="expected 2x2 games, got 'shapleys"):
    points.find_points(["chicken", "shapleys_game"])
  with pytest.raises(ValueError, match="purity: expected"):
    list(points.point_selections(1.0))


def test_picture(tmp_path):
  """A polytope with volume, and one that is a point."""
  found = []
  for name in ("chicken", "prisoners_dilemma"):
    corners = equilibria.extreme_points(games.classics.make(name), "cce")
    joints = {"ME": corners.joints[0], "target (0, 0)": corners.joints[-1]}
    found.append(points.Points(name, corners, joints, joints, {}))
  polytope_plots.save_points(tmp_path / "figure1.png", found, "caption")
  assert_picture(tmp_path / "figure1.png")


@pytest.mark.reference
def test_points_lie_in_the_polytope():
  """At finite rho a little outside of it; the network's further."""
  found = points.find_points(["chicken", "stag_hunt"])
  table = points.table(found)
  assert len(table.rows) == 12
  for game in found:
    payoffs = np.asarray(games.classics.make(game.name))
    gains = equilibria.polytope.gain_rows(payoffs, "cce")
    rows = vertices.half_spaces(gains)
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
