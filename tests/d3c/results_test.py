# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What learning ends in, over 1000 runs of every game of the paper."""

import jax
import numpy as np
import pytest

from nes_spiel import d3c
from nes_spiel.d3c import games

pytestmark = pytest.mark.reference
KEY = jax.random.key(0)
RUNS = 1000


def ratios(game, mode="d3c", runs=RUNS, **options):
  every = options.get("steps", game.recipe.steps)
  result = d3c.train(game, KEY, runs, mode=mode, record_every=every, **options)
  assert (result.status == d3c.TrainingStatus.FINISHED).all()
  return result.ratio_to_optimal[:, -1]


@pytest.mark.parametrize("agents", [2, 3, 5, 10])
@pytest.mark.parametrize("c", [1.0, 1 / 9])
def test_prisoners_dilemma(agents, c):
  game = games.prisoners_dilemma(agents, c)
  runs = RUNS if agents < 10 else 200
  found = ratios(game, runs=runs)
  assert found.max() < 1.001
  nash = ratios(game, "selfish", runs=20)
  np.testing.assert_allclose(nash, agents / (agents - 1), rtol=1e-4)
  np.testing.assert_allclose(ratios(game, "cooperative", runs=20), 1, rtol=1e-4)


@pytest.mark.parametrize("kappa", [0.05, 0.1, 0.25, 0.5])
def test_nash_paradox(kappa):
  game = games.nash_paradox(kappa)
  assert ratios(game).mean() < 1.05
  price = 1 / kappa / (2 - kappa)
  for mode in ("selfish", "look_ahead", "lola"):
    # However clever the update: the fault lies in the game (Appendix B.3).
    np.testing.assert_allclose(ratios(game, mode, runs=20), price, rtol=1e-3)


def test_traffic():
  """The paper: 80 / 65 for gradient descent, near 1 for D3C (Figure 3b)."""
  selfish = ratios(games.braess(), "selfish", runs=200)
  assert selfish.mean() == pytest.approx(80 / 65, abs=0.005)
  assert ratios(games.braess(), runs=200).mean() < 1.03
  assert ratios(games.braess(), "cooperative", runs=200).mean() < 1.01
  open_roads = games.braess(shortcut=False)
  d3c_ratio = ratios(open_roads, runs=200).mean()
  assert d3c_ratio < ratios(open_roads, "selfish", runs=200).mean() + 1e-3


def test_random_networks():
  networks = [games.sample_braess(jax.random.key(i)) for i in range(200)]

  def mean(mode):
    found = d3c.train(networks, KEY, mode=mode, record_every=4000)
    return found.ratio_to_optimal[:, -1].mean()

  assert mean("selfish") > 1.1
  assert mean("d3c") < 1.02
  assert mean("cooperative") < 1.01


@pytest.mark.parametrize("agents", [2, 3, 5])
def test_altruism_does_not_work(agents):
  """Appendix H.1: agents who choose what they take on stay near Nash."""
  game = games.prisoners_dilemma(agents)
  price = agents / (agents - 1)
  altruism = ratios(game, "altruism", runs=200).mean()
  assert altruism > 1 + 0.8 * (price - 1)


def test_original_loss_works_for_two():
  game = games.prisoners_dilemma(2)
  assert ratios(game, "original_loss", runs=200).max() < 1.001


@pytest.mark.parametrize(
  # Three agents still keep a little after 500 steps; others round only.
  ("agents", "tolerance"),
  [(3, 0.005), (5, 1e-5), (10, 1e-5)],
)
def test_original_loss_gives_too_much_away(agents, tolerance):
  """Appendix D.1.2: more than two agents keep nothing and share it equally.

  Each strategy then ends at 1 / (n - 1), not 1 / n, and costs all agents
  (n - 1) x^2 + (x - 1)^2: a ratio to optimal of 1 + 1 / (n - 1)^3.
  """
  game = games.prisoners_dilemma(agents)
  found = ratios(game, "original_loss", runs=200)
  limit = 1 + 1 / (agents - 1) ** 3
  np.testing.assert_allclose(found, limit, atol=tolerance)


def test_election():
  """Two teams, and a race between them (Appendix F.5)."""
  result = d3c.train(games.election(), KEY, RUNS, record_every=1000)
  teams = np.kron(np.eye(2), np.ones((2, 2))) > 0
  mixing = result.mixing.mean(0)
  assert mixing[teams].min() >= 0.45
  assert mixing[~teams].max() <= 0.05


def test_efficient_but_unfair():
  """Learning halts at A_11 / A_21 = 11/10; cooperation never does (F.6)."""
  game = games.efficient_but_unfair()
  result = d3c.train(game, KEY, RUNS, record_every=5000)
  quotient = result.mixing[:, 0, 0] / result.mixing[:, 1, 0]
  assert np.median(quotient) == pytest.approx(1.1, rel=0.01)
  assert (np.abs(quotient / 1.1 - 1) < 0.01).mean() > 0.85
  assert np.abs(result.losses[:, -1]).max() < 100
  together = d3c.train(game, KEY, 20, mode="cooperative", record_every=5000)
  # x_1 grows by a factor of exp(0.001) each step.
  assert together.losses[:, -1, 0].min() > 1000


@pytest.mark.parametrize("mavericks", [1, 2, 3])
def test_mavericks(mavericks):
  """Proposition E.1, n = 5: a cooperator loses m + (n - m - 1)^2 / (n - m)."""
  agents = 5
  game = games.prisoners_dilemma(agents)
  opts_in = np.arange(agents) >= mavericks
  result = d3c.train(game, KEY, 50, opts_in=opts_in, steps=2000)
  losses = result.losses[:, -1]
  left = agents - mavericks
  cooperators = mavericks + (left - 1) ** 2 / left
  np.testing.assert_allclose(losses[:, opts_in], cooperators, atol=1e-3)
  assert losses[:, ~opts_in].min() > agents - 1 - 1e-3
