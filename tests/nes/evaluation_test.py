# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What is measured of a network, on games whose answer is known."""

import jax
import numpy as np
import pytest

import nes_spiel
from nes_spiel import equilibria, games, nes

SMALL = nes.Config(payoff_channels=(4,), middle_channels=4, dual_channels=(4,))
COUNT = 70  # more than one compiled piece


@pytest.fixture(scope="module")
def found(random_network):
  """Returns a function to the measurements of a random network."""
  network, variables = random_network(SMALL)
  payoffs = games.sample_invariant(jax.random.key(0), COUNT, (3, 3))

  def evaluate(selection):
    return nes.evaluate(network, variables, payoffs, selection)

  return evaluate


def test_strata(found):
  """Epsilons that all gains respect, that none can reach, and in between."""
  with_epsilon = equilibria.MaximumEntropy(
    np.repeat([[10.0], [-10.0], [0.0]], [20, 20, 30], 0) * np.ones((1, 2))
  )
  measured = found(with_epsilon)
  assert set(measured.stratum[:20]) == {0}
  assert set(measured.stratum[20:40]) == {2}
  assert (measured.stratum[40:] == 1).mean() > 0.8
  assert measured.solved.all()
  # Zero duals are exact where nothing binds, and nowhere else.
  assert measured.trivial_gap[:20].max() <= 1e-8
  assert measured.trivial_gap[20:40].min() > 1e-3
  parts = [measured.of_stratum(name) for name in nes.STRATA]
  assert [len(part.solved) for part in parts] == [
    (measured.stratum == index).sum() for index in range(3)
  ]
  np.testing.assert_allclose(
    measured.mean("solver_gap")[0],
    sum(part.solver_gap.sum() for part in parts) / COUNT,
  )


def test_distances_are_those_of_the_solutions(found, random_network):
  payoffs = games.sample_invariant(jax.random.key(0), COUNT, (3, 3))
  measured = found(equilibria.MaximumEntropy())
  exact = nes_spiel.solve_batch(payoffs)
  apart = np.abs(exact.joint - 1 / 9).sum((1, 2)) / 2
  np.testing.assert_allclose(measured.trivial_gap, apart, atol=1e-6)
  assert (measured.solver_gap > 0).all()
  # The network's own answers, by the front that users call.
  network = random_network(SMALL)
  model = nes.Model(*network, {"rows": ["ME"]})
  answers = nes_spiel.solve_batch(payoffs, method="nes", model=model)
  apart_here = np.abs(exact.joint - answers.joint).sum((1, 2)) / 2
  np.testing.assert_allclose(measured.solver_gap, apart_here, atol=1e-5)
  np.testing.assert_allclose(
    measured.equilibrium_gap, answers.gap_sum, atol=1e-5
  )
  np.testing.assert_allclose(measured.exact_gap, exact.gap_sum, atol=1e-6)
  mean, error = measured.mean("trivial_gap")
  assert mean == pytest.approx(apart.mean(), abs=1e-6)
  assert error == pytest.approx(apart.std(ddof=1) / np.sqrt(COUNT), abs=1e-6)
