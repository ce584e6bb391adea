# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What is drawn and printed of Coins."""

import numpy as np
import pytest

from nes_spiel import d3c
from nes_spiel.examples import d3c_rl_runs

TIME, AGENTS = 3, 2


def results_of(runs, seed=0):
  """Returns a training with random numbers, the last run diverged."""
  rng = np.random.default_rng(seed)
  mixing = rng.dirichlet([1, 1], (runs, TIME + 1, AGENTS))
  returns = rng.normal(size=(runs, TIME, AGENTS)).astype(np.float32)
  returns[-1, 1:] = np.nan
  status = np.zeros(runs, int)
  status[-1] = d3c.TrainingStatus.DIVERGED
  counts = rng.integers(1, 9, (2, runs, TIME, AGENTS)).astype(np.float32)
  counts[:, 0, 1, 1] = 0
  return d3c.AgentTraining(
    returns=returns,
    attention=rng.normal(size=(runs, TIME + 1, AGENTS)).astype(np.float32),
    mixing_path=mixing,
    mixing=mixing[:, -1],
    learned=None,
    status=status,
    batches=np.arange(TIME + 1) * 5,
    events=d3c.envs.CoinEvents(*counts),
  )


def test_the_mean_is_of_runs_that_finished():
  result = results_of(4)
  panel = d3c_rl_runs.mean_returns("coins", {"d3c": result})
  (curve,) = panel.curves
  whole = result.total_return[:3]
  np.testing.assert_allclose(curve.values, whole.mean(0))
  np.testing.assert_allclose(curve.spread, whole.std(0))
  np.testing.assert_array_equal(curve.steps, [5, 10, 15])
  assert curve.name == f"d3c, {whole.mean():.2f}"


def test_one_run_shows_its_share_of_own_coins():
  result = results_of(2)
  attention, total, coins = d3c_rl_runs.one_run(result)
  np.testing.assert_array_equal(
    attention.curves[1].values, result.attention[0, :, 1]
  )
  np.testing.assert_array_equal(total.curves[0].values, result.total_return[0])
  own, others = result.events
  expected = 100 * own[0, :, 0] / (own[0, :, 0] + others[0, :, 0])
  np.testing.assert_allclose(coins.curves[0].values, expected, rtol=1e-6)
  assert np.isnan(coins.curves[1].values).tolist() == [False, True, False]


def test_recipes():
  by_name = d3c_rl_runs.recipe_for("coins", "actor_critic")
  assert by_name is d3c_rl_runs.recipe_for("coins")
  assert isinstance(by_name.algorithm, d3c.ActorCritic)
  with pytest.raises(ValueError, match=r"one of \['actor_critic'\] in coins"):
    d3c_rl_runs.recipe_for("coins", "reinforce")
