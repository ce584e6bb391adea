# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Linear programs over (C)CEs, smoothness, and prices at given equilibria."""

import itertools

import jax.numpy as jnp
import numpy as np
import pytest

import nes_spiel
from nes_spiel import d3c, equilibria, games
from nes_spiel.equilibria import polytope, smoothness, welfare
from nes_spiel.games import congestion

DELAYS = congestion.route_costs(4, congestion.braess_network())


def test_chicken_by_hand():
  """Aumann's: the best CE pays 21/4 each, half (C, C), a quarter each side."""
  chicken = games.classics.chicken()
  best = polytope.maximize(chicken, "ce", chicken.sum(0))
  assert best.value == pytest.approx(10.5)
  np.testing.assert_allclose(best.joint, [[0, 0.25], [0.25, 0.5]], atol=1e-9)


@pytest.mark.parametrize("unit", [1e-10, 1e10])
def test_units_do_not_matter(unit):
  """Tolerances of linear programs are absolute."""
  chicken = unit * np.asarray(games.classics.chicken())
  best = polytope.maximize(chicken, "ce", chicken.sum(0))
  assert best.value == pytest.approx(10.5 * unit)


@pytest.mark.parametrize("outcome", [1e6, 1e9, -1e9])
def test_one_outcome_that_outweighs_all(outcome):
  """What the others gain by deviating is still seen."""
  for seed in range(10):
    payoffs = np.random.default_rng(seed).normal(size=(2, 3, 3))
    payoffs[0, 0, 0] = outcome
    joint = polytope.maximize(payoffs, "ce", payoffs[1]).joint
    rows = polytope.unit_rows(polytope.gain_rows(payoffs, "ce"))
    assert (rows @ joint.ravel()).max() < 1e-6


@pytest.mark.parametrize("concept", ["ce", "cce"])
def test_optimum_is_an_equilibrium_and_no_solution_is_better(
  concept, random_games
):
  (payoffs,) = random_games(0, 1, (3, 4))
  total = payoffs.sum(0)
  best = polytope.maximize(payoffs, concept, total)
  assert best.joint.sum() == pytest.approx(1)
  rows = polytope.gain_rows(payoffs, concept)
  assert (rows @ best.joint.ravel()).max() < 1e-9
  selection = equilibria.MaximumWelfare(mu=100.0, rho=1e7)
  found = nes_spiel.solve(payoffs, concept, selection, "exact")
  assert found.welfare <= best.value + 1e-2
  assert found.welfare > best.value - 0.1


def test_smoothness_of_braess_holds_at_every_pair():
  """The constraints themselves, in loops, and that they are tight."""
  found = smoothness.best_smoothness(DELAYS)
  total = DELAYS.sum(0)
  slack = []
  for here, there in itertools.product(np.ndindex(3, 3, 3, 3), repeat=2):
    entangled = sum(
      DELAYS[i][tuple(there[j] if j == i else here[j] for j in range(4))]
      for i in range(4)
    )
    slack.append(
      found.lambda_ * total[there] + found.mu * total[here] - entangled
    )
  assert min(slack) == pytest.approx(0, abs=1e-6)
  assert found.bound == pytest.approx(found.lambda_ / (1 - found.mu))
  # No equilibrium costs more: 80 minutes for each of four over 260.
  assert found.bound >= 320 / 260
  prices = equilibria.nash_price_of_anarchy(-DELAYS)
  assert prices.of_anarchy == pytest.approx(320 / 260)


def test_where_only_the_limit_bounds():
  """A prisoner's dilemma: both defecting costs twice what is possible."""
  dilemma = d3c.games.prisoners_dilemma(2)
  costs = np.zeros((2, 2, 2))
  for i, j in np.ndindex(2, 2):
    costs[:, i, j] = dilemma.losses(jnp.array([[i / 2], [j / 2]]))
  found = smoothness.best_smoothness(costs)
  assert found == (2, np.inf, -np.inf)


def test_affine_congestion_games_are_5_halves_smooth():
  """Christodoulou and Koutsoupias (2005), for any lanes and players."""
  for players, slopes in ((2, (1.0, 1.0)), (3, (1.0, 2.0, 5.0)), (4, (1.0, 3))):
    costs = congestion.lane_costs(players, slopes)
    assert 1 <= smoothness.best_smoothness(costs).bound <= 2.5 + 1e-9


def test_deviated_totals_by_hand():
  costs = np.arange(8.0).reshape(2, 2, 2)
  found = smoothness.deviated_totals(costs).reshape(2, 2, 2, 2)
  for a, b, c, d in itertools.product(range(2), repeat=4):
    assert found[a, b, c, d] == costs[0, c, b] + costs[1, a, d]


def test_prices():
  """Pure equilibria of chicken pay 9 of 12, and its mixed one 28 / 3."""
  chicken = games.classics.chicken()
  prices = equilibria.nash_price_of_anarchy(chicken)
  assert prices == welfare.prices(12.0, 9.0, 9.0)
  assert prices.of_anarchy == pytest.approx(4 / 3)
  mixed = np.full((1, 2, 2), [1 / 3, 2 / 3])
  prices = equilibria.nash_price_of_anarchy(chicken, mixed)
  assert prices.worst == pytest.approx(28 / 3)
  assert np.isnan(welfare.prices(1.0, -1.0, 0.5).of_anarchy)
  assert welfare.prices(-2.0, -3.0, -2.0).of_anarchy == 1.5
  assert welfare.prices(2.0, 0.0, 2.0).of_anarchy == np.inf
  assert welfare.prices(0.0, 0.0, 0.0).of_anarchy == 1
  np.testing.assert_array_equal(
    equilibria.pure_equilibria(chicken), [[False, True], [True, False]]
  )


def test_what_cannot_be(unchecked):
  pennies = games.classics.matching_pennies()
  with pytest.raises(ValueError, match="no equilibrium is pure"):
    equilibria.nash_price_of_anarchy(pennies)
  with pytest.raises(ValueError, match="was given"):
    equilibria.nash_price_of_anarchy(pennies, np.zeros((0, 2, 2)))
  with pytest.raises(ValueError, match="was given"):
    equilibria.nash_price_of_anarchy(pennies, [])
  with pytest.raises(ValueError, match=r"objective: expected shape \(2, 2\)"):
    polytope.maximize(pennies, "ce", np.zeros(3))
  with pytest.raises(ValueError, match=r"positive total costs, got 0\.0"):
    smoothness.best_smoothness(pennies)
  with pytest.raises(ValueError, match="at most 4096 joint strategies"):
    smoothness.best_smoothness(np.ones((2, 65, 64)))


def test_an_objective_may_have_a_large_offset():
  chicken = games.classics.chicken()
  total = chicken.sum(0) + 1e12
  best, worst = (
    polytope.maximize(chicken, "ce", sign * total).joint for sign in (1, -1)
  )
  assert (chicken.sum(0) * best).sum() == pytest.approx(10.5)
  assert (chicken.sum(0) * worst).sum() == pytest.approx(7.2)


@pytest.mark.parametrize("unit", [1e-10, 1e10])
def test_smoothness_has_no_unit(unit):
  costs = 4 - np.asarray(games.classics.prisoners_dilemma(), float)
  assert costs.sum(0).min() > 0
  expected = smoothness.best_smoothness(costs)
  assert expected.bound >= 1
  found = smoothness.best_smoothness(costs * unit)
  np.testing.assert_allclose(found, expected, rtol=1e-6)


def rounded_zero_sum():
  """Three players whose payoffs add up to rounding."""
  second, third = np.random.default_rng(0).normal(size=(2, 2, 2, 2))
  payoffs = np.stack([-(second + third), second, third])
  assert np.abs(payoffs.sum(0)).max() > 0
  return payoffs


def test_rounding_is_no_welfare():
  payoffs = rounded_zero_sum()
  np.testing.assert_array_equal(welfare.total_in_double(payoffs), 0)
  np.testing.assert_allclose(welfare.total_in_double(payoffs + 1), 3)
  profiles = np.full((1, 3, 2), 0.5)
  prices = equilibria.nash_price_of_anarchy(payoffs, profiles)
  assert prices == welfare.prices(0.0, 0.0, 0.0)


@pytest.mark.usefixtures("unchecked")
def test_equilibria_are_checked_at_the_door():
  chicken = games.classics.chicken()
  for shape in ((2, 2), (1, 2, 3), (1, 3, 2)):
    with pytest.raises(ValueError, match=r"profiles: expected shape \(e, 2, 2"):
      equilibria.nash_price_of_anarchy(chicken, np.ones(shape))
  with pytest.raises(ValueError, match="profiles: every value must be finite"):
    equilibria.nash_price_of_anarchy(chicken, np.full((1, 2, 2), np.nan))
  with pytest.raises(ValueError, match="payoffs: expected shape"):
    equilibria.pure_equilibria(np.ones((3, 2, 2)))
  with pytest.raises(ValueError, match="tolerance: expected a finite"):
    equilibria.pure_equilibria(chicken, -1.0)
