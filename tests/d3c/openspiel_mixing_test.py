# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Rewards of OpenSpiel's environments are mixed, and rows learn from them."""

import copy

import jax
import numpy as np
import pyspiel
import pytest
from open_spiel.python import rl_environment
from open_spiel.python.algorithms import tabular_qlearner

from nes_spiel import d3c
from nes_spiel.d3c import openspiel

GAME = "repeated_game(stage_game=matrix_pd(),num_repetitions=4)"
THREE = "repeated_game(stage_game=matching_pennies_3p(),num_repetitions=4)"
OPTIONS = d3c.MixingOptions(tau_min=1, tau_max=2, own_share=0.8)


def mixed(game=GAME, seed=0, **options):
  bare = rl_environment.Environment(game)
  options = {"options": OPTIONS} | options
  return openspiel.MixedEnvironment(bare, jax.random.key(seed), **options)


def play(environment, rng):
  """Plays an episode at random; returns its time steps."""
  steps = [environment.reset()]
  while not steps[-1].last():
    actions = rng.integers(2, size=environment.num_players).tolist()
    steps.append(environment.step(actions))
  return steps


def play_many(environment, episodes, seed=0):
  rng = np.random.default_rng(seed)
  return [step for _ in range(episodes) for step in play(environment, rng)]


def rewards_of(steps):
  return np.array([step.rewards for step in steps if not step.first()])


def same_bits(left, right):
  pairs = zip(jax.tree.leaves(left), jax.tree.leaves(right), strict=True)
  return all(
    x.dtype == y.dtype and x.tobytes() == y.tobytes() for x, y in pairs
  )


@pytest.mark.parametrize("mode", ["selfish", "cooperative", "d3c"])
@pytest.mark.parametrize("game", [GAME, THREE])
def test_rewards_add_up_at_every_step(mode, game):
  environment = mixed(game, mode=mode)
  received = rewards_of(play_many(environment, 12))
  earned = rewards_of(play_many(rl_environment.Environment(game), 12))
  np.testing.assert_allclose(received.sum(1), earned.sum(1), atol=1e-13)
  assert (mode == "selfish") == np.array_equal(received, earned)


def test_nothing_is_changed_for_the_selfish():
  bare = rl_environment.Environment(GAME, discount=0.9)
  environment = openspiel.MixedEnvironment(
    bare, jax.random.key(0), mode="selfish"
  )
  expected = play_many(rl_environment.Environment(GAME, discount=0.9), 3)
  found = play_many(environment, 3)
  assert [x._asdict() for x in found] == [x._asdict() for x in expected]
  assert isinstance(found[0], rl_environment.TimeStep)
  assert environment.observation_spec() == bare.observation_spec()
  assert environment.action_spec() == bare.action_spec()
  assert environment.is_turn_based is False
  assert environment.game is bare.game
  assert environment.get_time_step()._asdict() == found[-1]._asdict()
  with pytest.raises(AttributeError, match="no_such_thing"):
    environment.no_such_thing  # noqa: B018


def test_only_rewards_are_mixed():
  matrix = [[0.9, 0.1], [0.3, 0.7]]
  environment = mixed(mode="fixed", mixing=matrix)
  found = play_many(environment, 2)
  expected = play_many(rl_environment.Environment(GAME), 2)
  for step, bare in zip(found, expected, strict=True):
    assert step._replace(rewards=None) == bare._replace(rewards=None)
  earned = rewards_of(expected)
  by_hand = [
    [0.9 * first + 0.3 * second, 0.1 * first + 0.7 * second]
    for first, second in earned
  ]
  np.testing.assert_allclose(rewards_of(found), by_hand, atol=1e-6)
  assert environment.get_time_step().rewards == found[-1].rewards
  np.testing.assert_allclose(environment.mixing, matrix, atol=1e-7)


def test_all_may_be_swapped():
  environment = mixed(mode="fixed", mixing=[[0, 1], [1, 0]])
  earned = rewards_of(play_many(rl_environment.Environment(GAME), 2))
  np.testing.assert_array_equal(
    rewards_of(play_many(environment, 2)), earned[:, ::-1]
  )


@pytest.mark.parametrize("per_iteration", [1, 3])
def test_rows_move_as_algorithm_1_says(per_iteration):
  iterations, key = 8, jax.random.key(5)
  environment = mixed(seed=5, episodes_per_iteration=per_iteration)
  of_start, of_trials = jax.random.split(key)
  states = d3c.mixing_start(of_start, OPTIONS, 2)
  update = jax.jit(jax.vmap(d3c.mixing_update, (0, None, 0, 0)))
  bare, rng = rl_environment.Environment(GAME), np.random.default_rng(0)
  other = np.random.default_rng(0)
  for number in range(iterations):
    returns = []
    for _ in range(per_iteration):
      np.testing.assert_allclose(
        environment.trial, np.exp(states.log_trial), atol=1e-5
      )
      play(environment, rng)
      earned = rewards_of(play(bare, other)).sum(0)
      returns.append(d3c.mix_rewards(states, np.float32(earned)))
    keys = jax.random.split(jax.random.fold_in(of_trials, number), 2)
    states = update(keys, OPTIONS, states, np.mean(returns, axis=0))
    np.testing.assert_allclose(
      environment.mixing, np.exp(states.log_row), atol=1e-5
    )
  history = environment.history
  assert history.earned.shape == history.received.shape == (iterations, 2)
  assert history.mixing.shape == (iterations + 1, 2, 2)
  np.testing.assert_allclose(history.earned.sum(1), history.received.sum(1))
  np.testing.assert_array_equal(history.mixing[-1], environment.mixing)
  assert np.ptp(history.mixing, axis=0).min() > 0.01


def test_rows_do_not_move_in_evaluation_nor_by_half_an_episode():
  environment = mixed()
  play_many(environment, 5)
  before = environment.progress
  environment.is_evaluation = True
  play_many(environment, 5)
  environment.is_evaluation = False
  environment.reset()
  environment.step([1, 0])
  environment.reset()
  environment.is_evaluation = True  # in the midst of one is enough
  while not environment.step([1, 0]).last():
    pass
  environment.is_evaluation = False
  assert same_bits(before, environment.progress)
  play_many(environment, 5)
  assert not same_bits(before, environment.progress)


def test_steps_after_the_last_begin_an_episode():
  environment = mixed()
  assert environment.step([0, 0]).first()
  while not environment.step([0, 0]).last():
    pass
  assert environment.step([0, 0]).first()
  assert len(environment.history.earned) == 1


@pytest.mark.parametrize("after", [6, 7])
def test_what_is_restored_ends_with_the_same_bits(after):
  whole = mixed(THREE, episodes_per_iteration=2)
  play_many(whole, after)
  progress = whole.progress
  before = copy.deepcopy(progress)
  whole.restore(progress)  # which it is already
  resumed = mixed(THREE, episodes_per_iteration=2)
  resumed.step([0, 0, 0])
  resumed.step([0, 0, 0])
  resumed.restore(progress)
  assert resumed.step([0, 0, 0]).first()
  found = [rewards_of(play_many(x, 9, seed=1)) for x in (whole, resumed)]
  np.testing.assert_array_equal(*found)
  assert same_bits(whole.progress, resumed.progress)
  assert same_bits(before, progress)


def test_keys_differ():
  first, second = mixed(seed=0), mixed(seed=1)
  assert not np.array_equal(first.trial, second.trial)


def test_mavericks_keep_theirs():
  environment = mixed(THREE, opts_in=[True, True, False])
  earned = rewards_of(play_many(rl_environment.Environment(THREE), 12))
  received = rewards_of(play_many(environment, 12))
  np.testing.assert_array_equal(received[:, 2], earned[:, 2])
  assert not np.array_equal(received[:, :2], earned[:, :2])
  np.testing.assert_array_equal(environment.mixing[2], [0, 0, 1])
  equal = mixed(THREE, mode="cooperative", opts_in=[True, True, False])
  np.testing.assert_allclose(
    equal.mixing, [[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]
  )


def test_agents_of_openspiel_learn_from_it():
  environment = mixed(mode="fixed", mixing=[[0, 1], [1, 0]])
  np.random.seed(0)
  agents = [
    tabular_qlearner.QLearner(player, 2, discount_factor=0.0)
    for player in range(2)
  ]
  for _ in range(60):
    time_step = environment.reset()
    while not time_step.last():
      actions = [agent.step(time_step).action for agent in agents]
      time_step = environment.step(actions)
    for agent in agents:
      agent.step(time_step)
  time_step = environment.reset()
  # To cooperate dominates once rewards are swapped.
  assert [x.step(time_step, True).action for x in agents] == [0, 0]


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"mode": "kind"}, r"mode: expected one of \['selfish'.*got 'kind'"),
    ({"mode": "fixed"}, "mixing: expected one in mode"),
    ({"mode": "selfish", "mixing": np.eye(2)}, "(?s)mixing: .* mode 'selfish'"),
    (
      {"mixing": [[0.5, 0.6], [0, 1]]},
      "mixing: every row .* misses one by 0.1",
    ),
    ({"mode": "fixed", "mixing": [[2, -1], [0, 1]]}, "smallest entry is -1"),
    ({"mode": "fixed", "mixing": np.eye(3)}, r"shape \(2, 2\), got \(3, 3\)"),
    (
      {"mode": "fixed", "mixing": [[0, 1], [1, 0]], "opts_in": [True, False]},
      "gives to agents who do not opt in",
    ),
    ({"options": {"tau_min": 1}}, "options: expected MixingOptions, got .*tau"),
    ({"opts_in": [True]}, r"opts_in: expected 2 booleans.*got .*True"),
    ({"episodes_per_iteration": 0}, "episodes_per_iteration: .* >= 1, got 0"),
    ({"game": "matrix_pd"}, "reward_model: .*REWARDS.* got .*TERMINAL"),
    ({"game": "catch"}, "num_players: expected a whole number >= 2, got 1"),
  ],
)
@pytest.mark.usefixtures("unchecked")
def test_bad_input_is_refused(options, message):
  with pytest.raises(ValueError, match=message):
    mixed(**options)


@pytest.mark.usefixtures("unchecked")
def test_a_game_is_no_environment():
  with pytest.raises(ValueError, match=r"expected an rl_environment.Env.*Game"):
    openspiel.MixedEnvironment(pyspiel.load_game(GAME), jax.random.key(0))


def test_progress_of_others_is_refused():
  with pytest.raises(ValueError, match=r"shape \(2, 2\), got \(3, 3\)"):
    mixed().restore(mixed(THREE).progress)


def test_what_d3c_does_not_have_is_an_attribute_error():
  with pytest.raises(AttributeError, match="no_such_thing"):
    d3c.no_such_thing  # noqa: B018
