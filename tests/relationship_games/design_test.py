# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Weights that are designed, re-enumerated by an independent source."""

import affine_oracle
import jax
import numpy as np
import pytest

from nes_spiel import equilibria, relationship_games
from nes_spiel.relationship_games import DescentStatus, weight_search

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
  np.testing.assert_array_equal(
    design.history[-1], [design.value, *design.weights]
  )


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


def options(**given):
  return relationship_games.DescentOptions(**given)


def profiles_of(chances):
  """Returns `[k, n, 2]` of chances of the first lane `[k, n]`."""
  return np.stack([chances, 1 - chances], axis=2)


def test_one_step_of_algorithm_1(social_costs):
  """Eqs. 12 and 13 at the costliest equilibrium, from another source."""
  game = relationship_games.congestion_with_ambulance()
  weights = np.array([0.5, 0.5, 0.7, 0.1])
  found = relationship_games.min_max_descent(
    game,
    weights,
    temperature=0.5,
    options=options(step_size=0.2, max_iterations=2, rerolls=200),
  )
  chances = affine_oracle.enumerate_equilibria(weights, 0.5, ambulance=True)
  costs = social_costs(game, chances)
  assert found.values[0] == pytest.approx(costs.max(), abs=1e-9)
  gradient = relationship_games.social_cost_gradient(
    game, weights, profiles_of(chances)[costs.argmax()], temperature=0.5
  )
  moved = weights - 0.2 * gradient
  np.testing.assert_allclose(
    found.path[1], moved / np.linalg.norm(moved), atol=1e-9
  )


def test_algorithm_1_goes_down_and_says_how_it_ended(scenario, social_costs):
  """Its value is that of all equilibria, not only of those it came upon."""
  game, enumerate_equilibria = scenario
  kinds = len(game.relationships)
  found = relationship_games.min_max_descent(
    game,
    np.ones(kinds),
    temperature=0.5,
    options=options(max_iterations=60, rerolls=20),
  )
  assert found.status == DescentStatus.MAX_ITERATIONS
  assert len(found.path) == 60
  np.testing.assert_allclose(np.linalg.norm(found.path, axis=1), 1)
  costs = social_costs(game, enumerate_equilibria(found.weights, 0.5))
  assert found.value == pytest.approx(costs.max(), abs=1e-7)
  assert found.value < found.values[0] - 0.02


def test_algorithm_2_never_goes_up():
  game = relationship_games.congestion_with_ambulance()
  found = relationship_games.min_min_descent(
    game,
    np.ones(4),
    temperature=0.5,
    options=options(max_iterations=150),
  )
  moved = np.flatnonzero(np.any(np.diff(found.path, axis=0) != 0, axis=1)) + 1
  assert len(moved) > 10
  assert (np.diff(found.values[moved]) <= 1e-9).all()
  assert found.value < found.values[0] - 1
  assert len(found.values) <= 150
  costs = [
    relationship_games.expected_social_cost(game, profile)
    for profile in equilibria.quantal_response_equilibria(
      relationship_games.induced_payoffs(game, found.weights), temperature=0.5
    ).strategies
  ]
  assert np.abs(np.array(costs) - found.value).min() <= 1e-7


@pytest.mark.parametrize("seed", [6, 77, 247])
def test_algorithm_2_does_not_exceed_what_other_seeds_found(seed):
  """After a rejected step the next seed may stand at a cheaper equilibrium."""
  found = relationship_games.min_min_descent(
    relationship_games.congestion_with_ambulance(),
    np.random.default_rng(seed).normal(size=4),
    temperature=0.5,
    options=options(step_size=0.5, max_iterations=60, rerolls=8),
  )
  moved = np.flatnonzero(np.any(np.diff(found.path, axis=0) != 0, axis=1))
  lowest = np.minimum.accumulate(found.values)
  assert len(moved)
  assert (found.values[moved + 1] <= lowest[moved] + 1e-9).all()


def test_a_robust_descent_goes_where_the_worst_equilibrium_is():
  """It has a gradient at the weights around, none at those in the middle."""
  game = relationship_games.congestion_with_ambulance()
  search = weight_search.WeightSearch(
    game, "min_max", 1.0, 0.3, jax.random.key(0), 60
  )
  weights = np.array([0.5, 0.5, 1.4, 0.5])
  found = search.evaluate(weights[None])
  apart = np.linalg.norm(found.points[0] - weights)
  assert apart == pytest.approx(0.3)
  gradient = relationship_games.social_cost_gradient(
    game, found.points[0], found.profiles[0], temperature=1.0
  )
  assert np.isfinite(gradient).all()
  cost = relationship_games.expected_social_cost(game, found.profiles[0])
  assert float(cost) == pytest.approx(found.values[0])


def test_a_plateau_is_no_success():
  """Weights that love delays: everybody in one slow lane, J = 18."""
  game = relationship_games.two_lane_congestion()
  found = relationship_games.min_max_descent(
    game, np.array([-1.0, -1.0]), temperature=0.05
  )
  with pytest.raises(RuntimeError, match=r"SATURATED after .* cost is 18"):
    found.check()
  assert found.value == pytest.approx(18, abs=1e-4)
  assert found.status == DescentStatus.SATURATED


def test_an_offset_of_the_social_cost_changes_nothing():
  """Neither what counts as a plateau, nor what as a fold."""
  game = relationship_games.two_lane_congestion()
  moved = relationship_games.RelationshipGame(
    game.costs, game.relationships, game.social_cost - 18
  )
  found = relationship_games.min_max_descent(
    moved, np.array([-1.0, -1.0]), temperature=0.05
  )
  assert found.value == pytest.approx(0, abs=1e-4)
  assert found.status == DescentStatus.SATURATED
  assert moved.spread == game.spread == 12


def test_a_search_learns_from_fresh_starts():
  """One start leads to one of seven equilibria, not the costliest."""
  game, key = relationship_games.two_lane_congestion(), jax.random.key(0)
  search = weight_search.WeightSearch(game, "min_max", 0.5, 0.0, key, 1)
  search.starts = np.array([[[1.0, 0], [1, 0], [0, 1]]])
  search.weights = np.full(2, 0.5**0.5)
  search.value = float(search.evaluate(search.weights[None]).values[0])
  assert search.value == pytest.approx(6.139842742, abs=1e-7)
  costliest = np.full((3, 2), 0.5)
  search.learn(costliest)
  assert search.value == pytest.approx(7.919898161, abs=1e-7)
  np.testing.assert_array_equal(
    search.history[-1], [search.value, *search.weights]
  )


def test_what_is_worst_nearby(social_costs):
  """More than at the weights; from very near, the same."""
  game = relationship_games.two_lane_congestion()
  weights = np.array([0.6, 0.6])
  around = {"temperature": 0.8, "radius": 0.1, "samples": 7, "starts": 60}
  found = {
    form: relationship_games.worst_near(game, weights, form=form, **around)
    for form in ("min_max", "min_min")
  }
  own = social_costs(game, affine_oracle.enumerate_equilibria(weights, 0.8))
  for form, value in found.items():
    assert deciding(form, own) < value <= 18
    close = {**around, "radius": 1e-6}
    assert relationship_games.worst_near(
      game, weights, form=form, **close
    ) == pytest.approx(deciding(form, own), abs=1e-4)


def test_bad_input(unchecked):
  game = relationship_games.two_lane_congestion()
  design = relationship_games.design_weights
  worst = relationship_games.worst_near
  nearby = {"form": "min_max", "temperature": 1.0, "radius": 0.1}
  for change, message in [
    ({"form": "max_min"}, "form: expected one of"),
    ({"temperature": 0.0}, "temperature: expected a finite"),
    ({"radius": 0.0}, "radius: expected a number above 0"),
    ({"samples": 0}, "samples: expected at least 1"),
    ({"starts": 0}, "starts: expected at least 1"),
  ]:
    with pytest.raises(ValueError, match=message):
      worst(game, np.ones(2), **(nearby | change))
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
      descend(game, np.ones(2), temperature=0.5, options=options(rerolls=0))
    with pytest.raises(ValueError, match="max_iterations: expected at least 1"):
      descend(
        game, np.ones(2), temperature=0.5, options=options(max_iterations=0)
      )
    with pytest.raises(ValueError, match="step_size: expected a number above"):
      descend(game, np.ones(2), temperature=0.5, options=options(step_size=-1))
    with pytest.raises(ValueError, match="temperature: expected a finite"):
      descend(game, np.ones(2), temperature=0.0)
    with pytest.raises(ValueError, match="weights: expected 2"):
      descend(game, np.ones(3), temperature=0.5)
