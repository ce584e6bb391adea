# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Prices over all (C)CEs, and bounds that no equilibrium exceeds."""

import numpy as np
import pytest

from nes_spiel import equilibria, games, solvers
from nes_spiel.games import congestion


def test_braess_costs_80_for_65_whatever_correlates():
  """The shortcut is strictly dominant: the only CCE is that all take it."""
  delays = congestion.route_costs(4, congestion.braess_network())
  for concept in ("ce", "cce"):
    prices = solvers.price_of_anarchy(-delays, concept)
    assert prices.of_anarchy == pytest.approx(320 / 260)
    assert prices.of_stability == pytest.approx(320 / 260)


@pytest.mark.parametrize("name", ["chicken", "bach_or_stravinsky", "stag_hunt"])
def test_larger_sets_cost_more(name):
  payoffs = games.classics.make(name)
  nash = equilibria.nash_price_of_anarchy(payoffs)
  ce, cce = (solvers.price_of_anarchy(payoffs, x) for x in ("ce", "cce"))
  assert nash.worst + 1e-9 >= ce.worst >= cce.worst - 1e-9
  assert nash.best - 1e-9 <= ce.best <= cce.best + 1e-9
  assert cce.best <= cce.optimal + 1e-9


@pytest.mark.parametrize("concept", ["ce", "cce"])
@pytest.mark.parametrize("lowest", [False, True])
def test_bounds_hold_and_are_tight(concept, lowest, random_games):
  payoffs = random_games(4, 8, (4, 4))
  bounds = solvers.welfare_bounds(payoffs, concept, lowest=lowest)
  prices = [solvers.price_of_anarchy(game, concept) for game in payoffs]
  exact = np.array([p.worst if lowest else p.best for p in prices])
  beyond = (exact - bounds.bound) if lowest else (bounds.bound - exact)
  assert beyond.min() > -1e-9
  assert beyond.max() < 0.02  # of welfare with a standard deviation near 1
  assert bounds.gap.max() < 0.02


def test_bounds_hold_for_duals_that_are_not_optimal(random_games):
  """At a small mu they bound as well, only not as closely."""
  payoffs = random_games(5, 8, (4, 4))
  loose = solvers.welfare_bounds(payoffs, mu=1.0)
  tight = solvers.welfare_bounds(payoffs, mu=100.0)
  assert (loose.bound >= tight.bound - 1e-6).mean() > 0.8
  exact = [solvers.price_of_anarchy(game).best for game in payoffs]
  assert (loose.bound >= np.array(exact) - 1e-9).all()


def missed(payoffs, concept, method):
  """How far bounds on lowest and highest welfare are beyond HiGHS, `[2, b]`."""
  low, high = (
    solvers.welfare_bounds(payoffs, concept, lowest=lowest, method=method).bound
    for lowest in (True, False)
  )
  exact = [solvers.price_of_anarchy(game, concept) for game in payoffs]
  worst, best = np.array([(prices.worst, prices.best) for prices in exact]).T
  return np.stack([worst - low, high - best])


def test_bounds_of_a_network_hold(random_games):
  beyond = missed(random_games(6, 8, (4, 4)), "cce", "nes")
  assert beyond.min() > -1e-9
  assert np.median(beyond) < 0.3


@pytest.mark.reference
@pytest.mark.parametrize("size", [4, 8])
@pytest.mark.parametrize(
  ("concept", "method", "most"),
  [
    # Medians of the distance; welfare has a standard deviation near 1.4.
    ("cce", "exact", 0.002),
    ("ce", "exact", 0.03),
    # Networks know a mu of 10 alone, at which entropy still counts.
    ("cce", "nes", 0.3),
    ("ce", "nes", 1.0),
    ("cce", "nes+exact", 0.15),
    ("ce", "nes+exact", 0.4),
  ],
)
def test_bounds_hold_in_64_games(size, concept, method, most, random_games):
  beyond = missed(random_games(4, 64, (size, size)), concept, method)
  assert beyond.min() > -1e-9
  assert np.median(beyond, axis=1).max() < most


def test_ces_of_8x8_games_are_found(random_games):
  """At ten times the mu the solver would not converge."""
  payoffs = random_games(4, 8, (8, 8))
  bounds = solvers.welfare_bounds(payoffs, "ce", lowest=True)
  assert bounds.gap.max() < 0.02


def test_what_is_refused(random_games, unchecked):
  payoffs = random_games(0, 2, (3, 3))
  with pytest.raises(ValueError, match="mu: expected a positive number, got 0"):
    solvers.welfare_bounds(payoffs, mu=0)
  with pytest.raises(ValueError, match="concept: expected"):
    solvers.price_of_anarchy(payoffs[0], "nash")


def test_rounding_is_no_welfare():
  second, third = np.random.default_rng(0).normal(size=(2, 2, 2, 2))
  payoffs = np.stack([-(second + third), second, third])
  assert np.abs(payoffs.sum(0)).max() > 0
  prices = solvers.price_of_anarchy(payoffs)
  assert (prices.of_anarchy, prices.of_stability) == (1, 1)
  bounds = solvers.welfare_bounds(payoffs[None])
  np.testing.assert_allclose(bounds.bound, 0, atol=1e-12)
