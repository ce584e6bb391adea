# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Weights that are designed, re-enumerated by an independent source."""

import jax
import numpy as np
import pytest

from nes_spiel import relationship_games
from nes_spiel.relationship_games import DescentStatus

# What is known to be possible; min_max on the ambulance game ends on a fold.
# At 0.5: 6.139000, 7.875 (closed form), 25.44545 and 26.0048.
ATTAINABLE = {
  (2, "min_min", 0.5): 6.1401,
  (2, "min_max", 0.5): 7.8755,
  (4, "min_min", 0.5): 25.456,
  (4, "min_max", 0.5): 26.2,
}


def deciding(form, costs):
  return costs.max() if form == "min_max" else costs.min()


@pytest.mark.reference
@pytest.mark.parametrize("form", ["min_min", "min_max"])
def test_designs_are_what_is_known_to_be_possible(scenario, form, social_costs):
  game, enumerate_equilibria = scenario
  design = relationship_games.design_weights(game, form=form, temperature=0.5)
  assert np.linalg.norm(design.weights) == pytest.approx(1)
  assert design.certificate.agrees
  assert design.equilibria.residual.max() <= 1e-10
  chances = enumerate_equilibria(design.weights, 0.5)
  assert len(chances) == len(design.social_costs)
  costs = social_costs(game, chances)
  np.testing.assert_allclose(
    np.sort(costs), np.sort(design.social_costs), atol=1e-6
  )
  assert deciding(form, costs) == pytest.approx(design.value, abs=1e-6)
  kinds = len(game.relationships)
  assert design.value <= ATTAINABLE[kinds, form, 0.5]
  assert design.on_fold == ((kinds, form) == (4, "min_max"))
  assert (np.diff(design.history[:, 0]) < 0).all()


@pytest.mark.reference
def test_a_robust_design_holds_nearby():
  """Within 0.001 the worst case is at most 5 % above its own value."""
  game = relationship_games.congestion_with_ambulance()
  options = {"form": "min_max", "temperature": 0.5}
  design = relationship_games.design_weights(
    game, robust_radius=1e-3, **options
  )
  worst = relationship_games.worst_near(
    game, design.weights, radius=1e-3, **options
  )
  assert not design.on_fold
  assert worst <= 1.05 * design.value
  assert design.value < 30


def test_algorithm_1_goes_down_and_says_how_it_ended():
  game = relationship_games.two_lane_congestion()
  found = relationship_games.min_max_descent(
    game, np.ones(2), temperature=0.5, max_iterations=60
  )
  assert found.values[0] == pytest.approx(7.919898161, abs=1e-7)
  assert found.value == found.values.min() < 7.9
  assert found.status == DescentStatus.MAX_ITERATIONS
  assert len(found.path) == 60
  np.testing.assert_allclose(np.linalg.norm(found.path, axis=1), 1)


def test_algorithm_2_never_goes_up():
  game = relationship_games.congestion_with_ambulance()
  found = relationship_games.min_min_descent(
    game, np.ones(4), temperature=0.5, max_iterations=150
  )
  moved = np.flatnonzero(np.any(np.diff(found.path, axis=0) != 0, axis=1)) + 1
  lowest = np.minimum.accumulate(found.values)
  assert len(moved) > 10
  np.testing.assert_allclose(found.values[moved], lowest[moved], atol=1e-9)
  assert found.value == lowest[-1]
  assert found.value < found.values[0] - 1
  assert len(found.values) <= 150


def test_a_plateau_is_no_success():
  """Weights that love delays: everybody in one slow lane, J = 18."""
  game = relationship_games.two_lane_congestion()
  found = relationship_games.min_max_descent(
    game, np.array([-1.0, -1.0]), temperature=0.05
  )
  assert found.value == pytest.approx(18, abs=1e-4)
  assert found.status == DescentStatus.SATURATED


def test_bad_input(unchecked):
  game = relationship_games.two_lane_congestion()
  design = relationship_games.design_weights
  with pytest.raises(ValueError, match="form: expected one of"):
    design(game, form="max_max", temperature=1.0)
  with pytest.raises(ValueError, match="temperature: expected a finite"):
    design(game, temperature=-0.5)
  with pytest.raises(ValueError, match="robust_radius: expected 0 or more"):
    design(game, temperature=1.0, robust_radius=-1.0)
  with pytest.raises(ValueError, match="cannot be traced"):
    jax.jit(lambda t: design(game, temperature=t).weights)(0.5)
  for descend in (
    relationship_games.min_max_descent,
    relationship_games.min_min_descent,
  ):
    with pytest.raises(ValueError, match="not zero, to be projected"):
      descend(game, np.zeros(2), temperature=0.5)
    with pytest.raises(ValueError, match="rerolls: expected at least 1"):
      descend(game, np.ones(2), temperature=0.5, rerolls=0)
    with pytest.raises(ValueError, match="weights: expected 2"):
      descend(game, np.ones(3), temperature=0.5)
