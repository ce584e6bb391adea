# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Our equilibria inside OpenSpiel's multi-agent Q-learners."""

import numpy as np
import pytest
from open_spiel.python import rl_environment

import nes_spiel
from nes_spiel import games, meta_solvers

CHICKEN = np.asarray(games.classics.chicken(), float)
SHAPLEY = np.array(
  [[[0, 0, 1], [1, 0, 0], [0, 1, 0]], [[0, 1, 0], [0, 0, 1], [1, 0, 0]]], float
)


@pytest.mark.parametrize("concept", ["ce", "cce"])
@pytest.mark.parametrize("payoffs", [CHICKEN, SHAPLEY])
def test_it_answers_as_solve_does(payoffs, concept):
  solver = meta_solvers.JointActionSolver(concept)
  mixtures, values = solver(payoffs)
  joint = nes_spiel.solve(payoffs, concept).joint
  np.testing.assert_allclose(mixtures[0], joint.sum(1), atol=1e-9)
  np.testing.assert_allclose(mixtures[1], joint.sum(0), atol=1e-9)
  np.testing.assert_allclose(values, (payoffs * joint).sum((1, 2)), atol=1e-9)
  assert all(x.sum() == pytest.approx(1, abs=1e-12) for x in mixtures)


def test_a_ce_is_not_a_cce():
  """OpenSpiel's own solver calls the same routine for both."""
  fewer = np.random.default_rng(0).normal(size=(2, 3, 3))
  joints = [
    meta_solvers.JointActionSolver(concept).batch(fewer[None])[0][0]
    for concept in ("ce", "cce")
  ]
  assert np.abs(joints[0] - joints[1]).max() > 0.01


def test_the_selection_is_that_of_solve():
  best = meta_solvers.JointActionSolver("ce", nes_spiel.MaximumWelfare())
  usual = meta_solvers.JointActionSolver("ce")
  assert sum(best(CHICKEN)[1]) > sum(usual(CHICKEN)[1]) + 0.1


def test_a_batch_is_many_states():
  tables = np.random.default_rng(1).normal(size=(7, 3, 2, 2, 2))
  solver = meta_solvers.JointActionSolver("cce")
  joints, values = solver.batch(tables)
  assert joints.shape == (7, 2, 2, 2)
  for table, value in zip(tables, values, strict=True):
    np.testing.assert_allclose(solver(table)[1], value, atol=1e-7)


@pytest.mark.usefixtures("global_draws")
@pytest.mark.parametrize("concept", ["ne", "ce", "cce"])
def test_openspiels_learners_run_with_it(concept):
  """Their rules are distributions; what they learn is a matter of time."""
  learner = pytest.importorskip(
    "open_spiel.python.algorithms.tabular_multiagent_qlearner"
  )
  environment = rl_environment.Environment("matrix_rps")
  agents = [
    learner.MultiagentQLearner(
      player,
      2,
      [3, 3],
      meta_solvers.JointActionSolver(concept),
      step_size=0.5,
    )
    for player in (0, 1)
  ]
  for _ in range(40):
    time_step, actions = environment.reset(), [None, None]
    actions = [agent.step(time_step, actions).action for agent in agents]
    time_step = environment.step(actions)
    for agent in agents:
      agent.step(time_step, actions)
  time_step = environment.reset()
  for agent in agents:
    chances = agent.step(time_step, [None, None], is_evaluation=True).probs
    assert (np.asarray(chances) >= 0).all()
    assert sum(chances) == pytest.approx(1)


@pytest.mark.usefixtures("unchecked")
def test_games_that_are_too_large_are_refused():
  solver = meta_solvers.JointActionSolver(max_entries=10)
  with pytest.raises(ValueError, match="has 18 payoffs, more than max_entries"):
    solver(SHAPLEY)
  with pytest.raises(ValueError, match="payoffs"):
    solver(np.ones((2, 3)))
