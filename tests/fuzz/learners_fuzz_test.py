# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Quantal responses, D3C and mirror descent on what is odd or no number."""

import jax
import numpy as np
import odd_games
import pyspiel
import pytest

from nes_spiel import d3c, equilibria, pub_amg

pytestmark = [pytest.mark.reference, pytest.mark.usefixtures("unchecked")]
RESPONSES, LEARNERS, DESCENTS = 300, 512, 200
EPS = np.finfo(np.float64).eps
NO_NUMBERS = [np.nan, np.inf, -np.inf, -1.0, 0.0]


def responses(payoffs, profile, temperature):
  """Returns softmax(values / temperature) of each player, by loops."""
  rows = []
  for player in range(len(payoffs)):
    values = np.moveaxis(payoffs[player], player, 0)
    for other in reversed([q for q in range(len(payoffs)) if q != player]):
      values = values @ profile[other][: values.shape[-1]]
    logits = values / temperature
    weights = np.exp(logits - logits.max())
    rows.append(weights / weights.sum())
  return rows


@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (2, 2, 2)])
def test_what_is_called_a_quantal_response_is_one(shape):
  rng, found_any = np.random.default_rng(0), 0
  for _ in range(RESPONSES):
    payoffs = odd_games.draw_odd_game(rng, shape)
    size = np.abs(payoffs).max() + np.finfo(float).tiny
    temperature = size * 10.0 ** rng.uniform(-3, 3)
    found = equilibria.quantal_response_equilibria(
      payoffs, temperature=temperature, starts=16
    )
    found_any += len(found.strategies) > 0
    for profile in found.strategies:
      rows = responses(payoffs, profile, temperature)
      for row, expected in zip(profile, rows, strict=True):
        own = row[: len(expected)]
        assert abs(own.sum() - 1) <= 1e-9
        assert own.min() >= 0
        # The tolerance, and what rounding of values makes of logits.
        off = np.abs(own - expected).max()
        assert off <= 1e-9 + 1e3 * EPS * size / temperature
  print(f"{RESPONSES} games, {found_any} with an equilibrium")
  assert found_any > 0.95 * RESPONSES


@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (2, 2, 2)])
def test_rows_stay_distributions_whatever_the_losses(shape):
  rng = np.random.default_rng(1)
  drawn = [odd_games.draw_odd_game(rng, shape) for _ in range(LEARNERS)]
  usual = [game for game in drawn if np.abs(game).max() < 1e30]
  assert len(usual) > LEARNERS / 2
  result = d3c.train(
    [d3c.games.from_payoffs(game) for game in usual],
    jax.random.key(0),
    steps=20,
  )
  finished = result.status == d3c.TrainingStatus.FINISHED
  assert (finished | (result.status == d3c.TrainingStatus.DIVERGED)).all()
  assert finished.mean() > 0.5
  assert np.isfinite(result.mixing).all()
  np.testing.assert_allclose(result.mixing.sum(2), 1, atol=1e-4)
  assert (result.mixing >= 0).all()
  assert np.isfinite(result.losses[finished]).all()
  print(f"{len(usual)} games, {finished.mean():.1%} finished")


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
@pytest.mark.parametrize("payoff", [np.nan, np.inf, 1e200])
def test_losses_that_are_no_numbers_are_refused(payoff):
  game = np.zeros((2, 2, 2))
  game[0, 0, 0] = payoff
  with pytest.raises(ValueError, match=r"payoffs|losses"):
    d3c.train(d3c.games.from_payoffs(game), jax.random.key(0), steps=10)


@pytest.mark.filterwarnings("ignore:step_size. .* may circle")
def test_descent_says_how_far_it_came():
  rng = np.random.default_rng(2)
  game = pub_amg.PublicGame.from_openspiel(pyspiel.load_game("kuhn_poker"))
  statuses = []
  for _ in range(DESCENTS):
    alpha, step_size = 10.0 ** rng.uniform(-8, 8, size=2)
    found = pub_amg.solve(game, alpha, step_size=step_size, max_sweeps=100)
    statuses.append(found.status)
    numbers = [found.regularized_exploitability, found.residual]
    if found.status == equilibria.Status.NOT_FINITE:
      assert not np.isfinite(numbers).all()
      continue
    assert np.isfinite(numbers).all()
    # The optimum itself has up to 1e-15 times its size on either side.
    assert numbers[0] >= -1e-12 * (1 + alpha)
    tables = found.policy.action_probability_array
    np.testing.assert_allclose(tables.sum(1), 1, atol=1e-9)
    if found.status == equilibria.Status.CONVERGED:
      assert numbers[0] <= 1e-6 * (1 + alpha)
  finite = np.mean(
    [status != equilibria.Status.NOT_FINITE for status in statuses]
  )
  converged = np.mean(
    [status == equilibria.Status.CONVERGED for status in statuses]
  )
  print(f"{DESCENTS} descents, {finite:.0%} finite, {converged:.0%} converged")
  assert finite > 0.9
  assert converged > 0.05


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_numbers_that_are_none_are_refused(number):
  game = pub_amg.PublicGame.from_openspiel(pyspiel.load_game("kuhn_poker"))
  with pytest.raises(ValueError, match="alpha"):
    pub_amg.solve(game, number)
  with pytest.raises(ValueError, match="step_size"):
    pub_amg.solve(game, 0.1, step_size=number)
  with pytest.raises(ValueError, match="temperature"):
    equilibria.quantal_response_equilibria(
      np.zeros((2, 2, 2)), temperature=number
    )
  belief = pub_amg.initial_beliefs(game)[0].state
  odd = belief._replace(belief=np.full(len(belief.belief), number))
  with pytest.raises(ValueError, match="belief"):
    pub_amg.Planner(game, 0.1)(odd)
