# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What is drawn and printed of agents that learn from mixed rewards."""

import jax
import numpy as np
import pytest

from nes_spiel import d3c
from nes_spiel.examples import d3c_rl_panels, d3c_rl_recipes, d3c_rl_tables

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
  panel = d3c_rl_panels.mean_returns("coins", {"d3c": result})
  (curve,) = panel.curves
  whole = result.total_return[:3]
  np.testing.assert_allclose(curve.values, whole.mean(0))
  np.testing.assert_allclose(curve.spread, whole.std(0))
  np.testing.assert_array_equal(curve.steps, [5, 10, 15])
  assert curve.name == "d3c"


def test_one_run_shows_its_share_of_own_coins():
  result = results_of(2)
  attention, total, coins = d3c_rl_panels.run_of_coins(result)
  np.testing.assert_array_equal(
    attention.curves[1].values, result.attention[0, :, 1]
  )
  np.testing.assert_array_equal(total.curves[0].values, result.total_return[0])
  own, others = result.events
  expected = 100 * own[0, :, 0] / (own[0, :, 0] + others[0, :, 0])
  np.testing.assert_allclose(coins.curves[0].values, expected, rtol=1e-6)
  assert np.isnan(coins.curves[1].values).tolist() == [False, True, False]


def test_agents_are_drawn_with_their_mean_so_far():
  result = results_of(3)
  panel = d3c_rl_panels.returns_so_far("d3c", result, 1)
  expected = [result.returns[1, : k + 1, 0].mean() for k in range(TIME)]
  np.testing.assert_allclose(panel.curves[0].values, expected, rtol=1e-6)
  assert panel.title == "d3c, run 2"


def test_a_table_has_what_was_counted():
  result = results_of(3)
  table = d3c_rl_tables.ends("coins", {"d3c": result, "selfish": result})
  first, second = table.rows
  assert first[1:] == second[1:]
  row = dict(zip(table.columns, first, strict=True))
  total = result.total_return[:2, -1]
  assert row["mean"].mean == pytest.approx(total.mean())
  assert row["std"].mean == pytest.approx(total.std())
  assert row["diverged"] == 1
  best = result.returns[:2, -1].max(-1).mean()
  assert row["agents, best first"].startswith(f"{best:.2f}, ")
  own, others = (count[:2, -1].sum(-1) for count in result.events)
  shares = 100 * own / (own + others)
  assert row["own coins, %"].startswith(f"{shares.mean():.1f} (")


@pytest.mark.parametrize("name", d3c_rl_recipes.RECIPES)
def test_recipes_can_be_trained(name):
  recipe = d3c_rl_recipes.RECIPES[name]
  game = d3c.envs.make(recipe.env, **recipe.options)
  learned = recipe.algorithm.start(game, jax.random.key(0))
  assert jax.tree.leaves(learned)
  assert recipe.batches % recipe.record_every == 0
