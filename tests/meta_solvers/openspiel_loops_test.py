# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The released OpenSpiel's JPSRO and PSRO run on our meta-solvers."""

import cvxpy as cp
import jax
import numpy as np
import pyspiel
import pytest
from open_spiel.python import policy
from open_spiel.python.algorithms import jpsro
from open_spiel.python.algorithms.psro_v2 import (
  best_response_oracle,
  psro_v2,
)

from nes_spiel import equilibria, meta_solvers

pytestmark = pytest.mark.usefixtures("registered")


@pytest.fixture
def compilations():
  """Returns the list of compilations since the start of the test."""
  events = []

  def listen(event, duration, **kwargs):
    del duration, kwargs
    if "backend_compile" in event:
      events.append(event)

  jax.monitoring.register_event_duration_secs_listener(listen)
  yield events
  jax.monitoring.unregister_event_duration_listener(listen)


def run_jpsro(iterations, **options):
  """Returns JPSRO's train gaps by iteration, and its last arguments."""
  players = {"players": 3}
  seen = []
  jpsro.run_loop(
    game=pyspiel.load_game_as_turn_based("kuhn_poker", players),
    game_name="kuhn_poker_3p",
    seed=1,
    iterations=iterations,
    callback=lambda *values: seen.append(values),
    **options,
  )
  gaps = np.sum(seen[-1][10], axis=1)
  return gaps, seen[-1]


def closest_cce(meta_game, repeats):
  """Returns the CCE closest to the counts, by CVXPY and without epsilon."""
  target = meta_solvers.product_of_counts(repeats)
  rows = equilibria.polytope.gain_rows(meta_game, "cce")
  joint = cp.Variable(target.size)
  distance = cp.sum(cp.kl_div(joint, target.ravel()))
  cp.Problem(
    cp.Minimize(distance), [rows @ joint <= 0, cp.sum(joint) == 1]
  ).solve(solver="CLARABEL")
  return joint.value.reshape(target.shape)


@pytest.mark.usefixtures("global_draws")
def test_jpsro_with_cce(compilations):
  jax.clear_caches()
  gaps, last = run_jpsro(3, train_meta_solver="mecce", eval_meta_solver="mecce")
  # Nothing is drawn: exact returns, exact best responses, a unique solution.
  # A best response that is tied decides what comes after.
  np.testing.assert_allclose(gaps[:2], [33 / 16, 5 / 6], atol=1e-5)
  assert max(gaps[2:]) < 0.7
  assert 1 <= len(compilations) <= 2
  repeats, meta_games, joints = last[1], last[5], last[6]
  assert (
    joints[-1].shape == tuple(map(len, repeats)) == meta_games[-1].shape[1:]
  )
  np.testing.assert_allclose(joints[-1].sum(), 1, atol=1e-12)
  without_slack = closest_cce(meta_games[-1], repeats)
  # What remains of epsilon, and of CVXPY's tolerance.
  assert np.abs(joints[-1] - without_slack).sum() / 2 < 5e-3


@pytest.mark.usefixtures("global_draws")
def test_jpsro_with_ce():
  gaps, _ = run_jpsro(
    2,
    train_meta_solver="mece",
    eval_meta_solver="mece",
    target_equilibrium="ce",
  )
  assert len(gaps) == 3
  assert np.isfinite(gaps).all()
  assert gaps[-1] < gaps[0]


@pytest.mark.usefixtures("global_draws")
@pytest.mark.parametrize("symmetric_game", [False, True])
@pytest.mark.parametrize("sample_from_marginals", [False, True])
def test_psro(symmetric_game, sample_from_marginals):
  np.random.seed(0)
  game = pyspiel.load_game("kuhn_poker")
  uniform = [policy.TabularPolicy(game) for _ in range(game.num_players())]
  solver = psro_v2.PSROSolver(
    game,
    best_response_oracle.BestResponseOracle(
      game=game, policy=policy.UniformRandomPolicy(game)
    ),
    sims_per_entry=5,
    initial_policies=uniform,
    training_strategy_selector="probabilistic",
    rectifier="",
    meta_strategy_method="mecce",
    sample_from_marginals=sample_from_marginals,
    number_policies_selected=1,
    symmetric_game=symmetric_game,
  )
  for count in (2, 3):
    solver.iteration()
    assert solver.get_meta_game()[0].shape == (count, count)
    strategies = solver.get_meta_strategies()
    assert [len(strategy) for strategy in strategies] == [count, count]
    for strategy in strategies:
      assert strategy.min() >= 0
      np.testing.assert_allclose(strategy.sum(), 1, atol=1e-9)
