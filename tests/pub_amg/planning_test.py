# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Planning step by step is solving the game; and a bot that does."""

import numpy as np
import pyspiel
import pytest
from open_spiel.python.bots import uniform_random

from nes_spiel import pub_amg
from nes_spiel.equilibria import mirror_descent
from nes_spiel.pub_amg import leader, leader_program


@pytest.mark.parametrize("warm_start", [True, False])
def test_planning_gives_the_equilibrium(read_game, warm_start):
  """Theorem 1: each step's subgame is solved anew, and then one step played."""
  game = read_game("kuhn_poker")
  planner = pub_amg.Planner(game, alpha=0.2, warm_start=warm_start)
  solved = pub_amg.solve(game, alpha=0.2)
  planned = pub_amg.correspondence(game, planner)
  for a, b in zip(planned, solved.log_policies, strict=True):
    np.testing.assert_allclose(np.exp(a), np.exp(b), atol=1e-7)


def test_plans_answer_any_belief(read_game):
  """Of a leader who always plays scissors: the answer is near rock."""
  game = read_game("perturbed_rps")
  planner = pub_amg.Planner(game, alpha=0.1)
  order = game.tree.action[game.histories(1)]
  state = pub_amg.PublicBelief(1, (order == 2).astype(np.float64))
  rule = planner(state)
  scores = np.exp(np.array([2.0, -2.0, 0.0]) / 0.1)
  np.testing.assert_allclose(rule[0], scores / scores.sum(), atol=1e-8)
  again = pub_amg.Planner(game, alpha=0.1)(state)
  np.testing.assert_array_equal(rule, again)


@pytest.mark.parametrize("alpha", [0.05, 0.5])
def test_values_are_continuous_in_the_belief(read_game, alpha):
  """Theorem 4: |v(b) - v(b')| <= 2 M TV(b, b'), M the largest |J| from there.

  In Kuhn poker a player acts twice at most, with an entropy of log 2 each.
  """
  game = read_game("kuhn_poker")
  planner = pub_amg.Planner(game, alpha)
  largest = 2 + 2 * alpha * np.log(2)
  rng = np.random.default_rng(0)
  for public_state in range(game.num_public_states):
    count = len(game.histories(public_state))
    first, second = rng.dirichlet(np.ones(count), 2)
    for share in (1.0, 0.1, 0.001):
      near = (1 - share) * first + share * second
      distance = np.abs(near - first).sum() / 2
      a, b = (
        planner.value(pub_amg.PublicBelief(public_state, belief))
        for belief in (first, near)
      )
      assert abs(a - b) <= 2 * largest * distance


def test_without_regularization_the_value_is_continuous_too(read_game):
  """Theorem 4 at alpha 0; by a linear program, after the first pass."""
  game, rng = read_game("kuhn_poker"), np.random.default_rng(0)
  after_pass = 1
  assert [
    str(game.state(h))[-1] for h in game.histories(after_pass).tolist()
  ] == (["p"] * 6)

  def value(belief):
    form = game.subgame(after_pass, belief)
    return leader_program.solve(leader.leader_view(form, 1)).lower

  for _ in range(10):
    first, second = rng.dirichlet(np.full(6, 0.3), 2)
    for share in (1.0, 0.1, 0.001):
      near = (1 - share) * first + share * second
      distance = np.abs(near - first).sum() / 2
      assert abs(value(first) - value(near)) <= 2 * 2 * distance + 1e-12
    # And it is where values of small alphas go.
    planned = -pub_amg.Planner(game, 0.1).value(
      pub_amg.PublicBelief(after_pass, first)
    )
    assert abs(planned - value(first)) <= 2 * 0.1 * np.log(2)


def test_values_are_those_of_the_game(read_game):
  """At the beginning, and as the mean over what follows."""
  game = read_game("kuhn_poker")
  planner, solved = pub_amg.Planner(game, 0.2), pub_amg.solve(game, 0.2)
  (begin,) = pub_amg.initial_beliefs(game)
  assert begin.probability == pytest.approx(1)
  assert planner.value(begin.state) == pytest.approx(solved.value, abs=1e-10)
  # After a pass or a bet: less the entropy of the first decision.
  rule = planner(begin.state)
  following = pub_amg.successors(game, begin.state, rule)
  later = sum(p * planner.value(state) for p, state in following)
  entropy = -np.sum(rule * np.log(rule)) / 3
  assert later + 0.2 * entropy == pytest.approx(solved.value, abs=1e-8)


def test_a_bot_plays_its_plan(read_game):
  game = read_game("kuhn_poker")
  planner = pub_amg.Planner(game, alpha=0.2)
  solved = pub_amg.solve(game, alpha=0.2)
  bot = pub_amg.PublicBeliefBot(game, 1, planner, np.random.default_rng(0))
  assert (bot.player_id(), bot.provides_policy()) == (1, True)
  state = game.tree.game.new_initial_state()
  for action in (0, 1, 1):  # cards 0 and 1, a bet
    state.apply_action(action)
  policy, action = bot.step_with_policy(state)
  expected = solved.policy.policy_for_key("1b")
  np.testing.assert_allclose([p for _, p in policy], expected, atol=1e-7)
  assert action in (0, 1)
  assert bot.get_policy(state) == policy
  for count, acts in ((0, -1), (2, 0)):  # chance, then the other player
    state = game.tree.game.new_initial_state()
    for action in (0, 1)[:count]:
      state.apply_action(action)
    with pytest.raises(ValueError, match=f"player 1 acts, got .* {acts} "):
      bot.step(state)


def test_a_bot_beats_chance(read_game):
  game = read_game("kuhn_poker")
  planner = pub_amg.Planner(game, alpha=0.2)
  bots = [
    uniform_random.UniformRandomBot(0, np.random.RandomState(1)),
    pub_amg.PublicBeliefBot(game, 1, planner, np.random.default_rng(1)),
  ]
  returns = [
    pyspiel.evaluate_bots(game.tree.game.new_initial_state(), bots, seed)[1]
    for seed in range(300)
  ]
  # 0.33 is expected of the equilibrium; the standard error is about 0.08.
  assert np.mean(returns) > 0.1


def test_numbers_out_of_range_are_refused(read_game):
  game = read_game("kuhn_poker")
  with pytest.raises(ValueError, match="above 0, got 0"):
    pub_amg.Planner(game, 0.0)
  with pytest.raises(ValueError, match="max_sweeps: expected 1 or more, got 0"):
    pub_amg.Planner(game, 0.1, max_sweeps=0)
  with pytest.raises(ValueError, match=r"step_size: .* above 0, got -1"):
    pub_amg.Planner(game, 0.1, step_size=-1)
  with pytest.raises(ValueError, match="tolerance: expected 0 or more, got n"):
    pub_amg.Planner(game, 0.1, tolerance=float("nan"))
  with pytest.warns(UserWarning, match="left after 3 sweeps"):
    pub_amg.Planner(game, 0.1, max_sweeps=3)(
      pub_amg.initial_beliefs(game)[0].state
    )
  planner = pub_amg.Planner(game, 0.1)
  with pytest.raises(ValueError, match="player: expected 0 or 1, got 2"):
    pub_amg.PublicBeliefBot(game, 2, planner, np.random.default_rng(0))


@pytest.mark.usefixtures("unchecked")
def test_subgames_have_one_alpha(read_game):
  game, schedule = read_game("kuhn_poker"), mirror_descent.inverse_root(1.0)
  for make in (
    lambda: pub_amg.Planner(game, schedule),
    lambda: pub_amg.DepthLimitedPlanner(game, schedule, 1),
    lambda: pub_amg.collect(game, schedule, [0]),
  ):
    with pytest.raises(ValueError, match=r"alpha: expected a number.* schedul"):
      make()


def test_warnings_name_the_caller(read_game):
  game = read_game("kuhn_poker")
  (start,) = pub_amg.initial_beliefs(game)
  search = pub_amg.DepthLimitedPlanner(game, 0.1, 1, max_sweeps=3)
  for warns in (
    lambda: pub_amg.solve(game, 0.1, step_size=0.5, max_sweeps=10),
    lambda: pub_amg.Planner(game, 0.1, step_size=0.5, max_sweeps=10),
    lambda: pub_amg.Planner(game, 0.1, max_sweeps=3)(start.state),
    lambda: next(pub_amg.collect(game, 0.1, [0], max_sweeps=3)),
    lambda: search(start.state),
  ):
    with pytest.warns(UserWarning, match="may circle|left after") as caught:
      warns()
    assert {warning.filename for warning in caught} == {__file__}
