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


def test_what_is_refused(random_games, unchecked):
  payoffs = random_games(0, 2, (3, 3))
  with pytest.raises(ValueError, match="mu: expected a positive number, got 0"):
    solvers.welfare_bounds(payoffs, mu=0)
  with pytest.raises(ValueError, match="concept: expected"):
    solvers.price_of_anarchy(payoffs[0], "nash")
