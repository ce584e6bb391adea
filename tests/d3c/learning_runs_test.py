# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs of training: shapes, compilation, divergence, and bad input."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from random_games import random_quadratic

from nes_spiel import d3c
from nes_spiel.d3c import compilation, games, training

KEY = jax.random.key(0)


def test_result_is_what_steps_lead_to():
  """Two runs beside a loop of steps, and what is recorded beside its parts."""
  game = games.prisoners_dilemma(3)
  result = d3c.train(game, KEY, 2, steps=20, record_every=5)
  np.testing.assert_array_equal(result.steps, [0, 5, 10, 15, 20])
  assert result.losses.shape == (2, 5, 3)
  population = d3c.Population((True,) * 3, (True,) * 3)
  recipe = dataclasses.replace(game.recipe, steps=20)
  step = jax.jit(
    lambda state: d3c.step(game, d3c.MODES["d3c"], recipe, population, state)
  )
  for run, key in enumerate(jax.random.split(KEY, 2)):
    state = d3c.initial_state(
      game.start(key), d3c.MODES["d3c"], recipe, population
    )
    for time in range(21):
      if time % 5 == 0:
        at = run, time // 5
        losses = game.losses(state.strategies)
        np.testing.assert_allclose(result.losses[at], losses, rtol=1e-4)
        np.testing.assert_allclose(
          result.strategy_path[at], state.strategies, rtol=1e-4
        )
        ratio = losses.sum() / game.optimal_loss
        np.testing.assert_allclose(
          result.ratio_to_optimal[at], ratio, rtol=1e-4
        )
        mixing = np.exp(state.log_mixing)
        others = np.log(mixing) * (1 - np.eye(3))
        attention = np.log(np.diag(mixing)) - others.sum(1) / 2
        np.testing.assert_allclose(result.attention[at], attention, atol=1e-3)
        bound = d3c.local_price_of_anarchy_bound(
          game, state.strategies, jnp.asarray(mixing), step_size=0.1
        )
        np.testing.assert_allclose(result.bound[at], bound, rtol=1e-4)
      state = step(state) if time < 20 else state
    np.testing.assert_allclose(
      result.mixing[run], np.exp(state.log_mixing), rtol=1e-3
    )
  assert (result.status == d3c.TrainingStatus.FINISHED).all()
  np.testing.assert_array_equal(result.strategies, result.strategy_path[:, -1])


def test_options_that_xla_does_not_know_are_left_out():
  assert not compilation.accepts({"xla_no_such_option": ""})
  assert compilation.compiler_options() in (None, compilation.NO_LIBRARY)


def test_one_compilation_for_all_runs_and_networks():
  networks = [games.sample_braess(jax.random.key(seed)) for seed in range(3)]
  options = {"steps": 10, "record_every": 5}
  together = d3c.train(networks, KEY, **options)
  before = training._compiled_run()._cache_size()
  again = d3c.train(networks[::-1], KEY, **options)
  assert training._compiled_run()._cache_size() == before
  starts = jax.vmap(networks[0].start)(jax.random.split(KEY, 3))
  for run, network in enumerate(networks):
    alone = d3c.train(network, KEY, strategies=starts[run][None], **options)
    np.testing.assert_allclose(alone.losses[0], together.losses[run], rtol=1e-4)
  assert np.abs(again.losses - together.losses).max() > 1


def test_a_run_that_diverges_harms_no_other():
  """Losses with a saddle, from its middle and from far away."""
  game = random_quadratic(0, agents=2, size=1)
  near, far = jnp.full((2, 1), 1e-6), jnp.full((2, 1), 1e19)
  options = {"mode": "cooperative", "steps": 20, "record_every": 10}
  both = d3c.train(game, KEY, 2, strategies=jnp.stack([near, far]), **options)
  alone = d3c.train(game, KEY, 1, strategies=near[None], **options)
  finished, diverged = d3c.TrainingStatus
  np.testing.assert_array_equal(both.status, [finished, diverged])
  np.testing.assert_array_equal(both.losses[0], alone.losses[0])
  assert np.isfinite(both.strategies).all()
  assert np.isfinite(both.mixing).all()


@pytest.mark.parametrize("optimum", [-np.inf, -1.0, 0.0])
def test_ratio_says_nothing_without_a_positive_optimum(optimum):
  game = dataclasses.replace(games.efficient_but_unfair(), optimal_loss=optimum)
  result = d3c.train(game, KEY, 2, steps=10)
  assert np.isnan(result.ratio_to_optimal).all()
  assert (result.bound >= 1).all()


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"mode": "kind"}, 'mode: expected one of .*d3c.*got "kind"'),
    ({"runs": 0}, "runs: expected a whole number >= 1, got 0"),
    ({"runs": 2.5}, "runs: expected a whole number >= 1, got 2.5"),
    ({"record_every": 2.0}, "record_every: expected a whole number.*got 2.0"),
    ({"record_every": 7}, "record_every: expected a divisor of 500"),
    ({"opts_in": [True]}, "opts_in: expected 2 booleans"),
    ({"moves": [True] * 3}, "moves: expected 2 booleans"),
    ({"strategies": np.zeros((3, 2, 1))}, r"strategies: expected shape"),
    ({"strategies": np.full((2, 2, 1), np.nan)}, "strategies: every value"),
    ({"epsilon": -1.0}, "epsilon: expected a number >= 0.0, got -1.0"),
    ({"mode": d3c.fixed(np.eye(3))}, r"2 agents, got \(3, 3\)"),
    (
      {"mode": d3c.fixed(np.full((2, 2), 0.5)), "opts_in": [True, False]},
      "gives to agents who do not opt in",
    ),
  ],
)
def test_what_train_refuses(options, message, unchecked):
  arguments = {"runs": 2, **options}
  with pytest.raises(ValueError, match=message):
    d3c.train(games.prisoners_dilemma(2), KEY, **arguments)


def test_what_is_recorded_unless_told():
  game = games.prisoners_dilemma(2)
  taken = [d3c.train(game, KEY, steps=steps).steps for steps in (20, 15, 7)]
  for steps, every in zip(taken, (10, 5, 1), strict=True):
    assert np.diff(steps).tolist() == [every] * (len(steps) - 1)


def test_slips_are_explained(unchecked):
  game = games.prisoners_dilemma(2)
  with pytest.raises(TypeError, match=r"a recipe has .*epsilon.*got \['eta'\]"):
    d3c.train(game, KEY, eta=0.1)
  for slip in ("braess", games.braess, None):
    with pytest.raises(ValueError, match=r"expected one such as games\.braess"):
      d3c.train(slip, KEY)


def test_games_that_train_refuses(unchecked):
  game = games.prisoners_dilemma(2)
  total = dataclasses.replace(game, loss_function=lambda _, x: jnp.sum(x))
  with pytest.raises(ValueError, match=r"losses should be \[n\].*shape \(\)"):
    d3c.train(total, KEY)
  infinite = dataclasses.replace(
    game, loss_function=lambda _, x: jnp.full(2, jnp.inf)
  )
  with pytest.raises(ValueError, match="finite at the start"):
    d3c.train(infinite, KEY)
  flat = dataclasses.replace(game, start=lambda _: jnp.zeros(2))
  with pytest.raises(ValueError, match="start should return"):
    d3c.train(flat, KEY)
  with pytest.raises(ValueError, match="one for each of 2 games, got 3"):
    d3c.train([game, game], KEY, 3)
  broken = dataclasses.replace(game, parameters=game.parameters * np.nan)
  with pytest.raises(ValueError, match=r"games\[2\]\): losses should be"):
    d3c.train([game, game, broken], KEY)
