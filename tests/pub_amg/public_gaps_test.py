# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Exploitability in the public-belief game, and where the two games differ."""

import itertools

import jax
import numpy as np
import pytest
import tree_games

from nes_spiel import pub_amg
from nes_spiel.pub_amg import (
  leader,
  leader_program,
  leader_search,
  nested,
  objectives,
  policies,
  public_gaps,
)

ALPHAS = [0.1, 0.5]
# From another program.
RPS = {0.1: 0.00961663, 0.5: 0.06538782}


@pytest.fixture(scope="module")
def pennies():
  return pub_amg.PublicGame.from_openspiel(tree_games.matching_pennies())


@pytest.fixture(scope="module", params=[False, True])
def signalling(request):
  game = tree_games.signalling(0, request.param)
  return pub_amg.PublicGame.from_openspiel(game)


def every_rule(legal, count):
  """Yields the rules of a grid, with two legal actions or all three."""
  simplices = []
  for row in legal:
    first = np.linspace(0, 1, count)
    if row.sum() == 2:
      simplices.append(
        [np.array([p, 1 - p] + [0.0] * (len(row) - 2)) for p in first]
      )
    else:
      simplices.append(
        [
          np.array([p, q, 1 - p - q])
          for p, q in itertools.product(first, first)
          if p + q <= 1 + 1e-12
        ]
      )
  return (np.array(rows) for rows in itertools.product(*simplices))


@pytest.mark.parametrize("alpha", ALPHAS)
def test_perturbed_rock_paper_scissors(read_game, alpha):
  found = pub_amg.public_exploitability(
    read_game("perturbed_rps"), alpha=alpha, tolerance=1e-2
  )
  assert found.value == pytest.approx(RPS[alpha], abs=1e-8)
  assert found.lower <= found.value <= found.upper <= found.lower + 5.1e-3


@pytest.mark.parametrize("regularized", [False, True])
def test_a_leaders_value_is_that_of_a_walk(
  signalling, random_policies, value_by_hand, x64, regularized
):
  """The follower's answer by hand: softmax of its values at the belief."""
  alpha, tables = 0.3, random_policies(signalling, seed=1)
  view = leader.read_leader(signalling)
  answer = np.array(tables[1])
  chances = np.exp(tables[0])
  for row in range(len(view.answers)):
    gains = np.einsum("ia,iab->b", chances, view.gains[:, :, row])
    reach = (chances * view.leads_to[:, :, row]).sum()
    scores = np.exp(-gains / reach / alpha)
    answer[row] = np.log(scores / scores.sum())
  expected = value_by_hand(
    signalling, (tables[0], answer), alpha if regularized else 0.0
  )
  value = leader.leader_value(
    view, chances, objectives.MiniMaxEnt(), alpha, regularized
  )
  assert float(value) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_no_rule_of_a_grid_beats_the_bound(signalling, alpha):
  """And the best of a fine grid is nearly what was found."""
  view = leader.read_leader(signalling)
  objective = objectives.MiniMaxEnt()
  with jax.enable_x64(True):
    grid = np.stack(list(every_rule(view.legal, 101)))
    values = np.asarray(leader.leader_values(view, grid, objective, alpha))
    policy = pub_amg.solve(signalling, alpha).policy
    found = pub_amg.public_exploitability(
      signalling, policy, alpha, tolerance=1e-2
    )
    follower = pub_amg.exploitability(signalling, policy) * 2
    own = leader_own_gain(signalling, policy)
  highest = (values.max() + follower - own) / 2
  assert highest - 1e-12 <= found.upper
  # The slope along a hundredth of an edge is at most about ten.
  assert highest == pytest.approx(found.value, abs=2e-3)


def leader_own_gain(game, policy):
  """Returns the leader's total of its best response in the original game."""
  from nes_spiel.pub_amg import sweeps

  tables = policies.from_openspiel(game, policy)
  return float(
    sweeps.action_values(
      game.form, 0, tables, objectives.MiniMaxEnt(), 0.0, best_response=True
    ).total
  )


def test_how_fast_values_change(signalling, x64):
  """Between random pairs of rules, near and far."""
  view, alpha = leader.read_leader(signalling), 0.1
  objective = objectives.MiniMaxEnt()
  magnet = np.where(view.answers, -np.log(3), -np.inf)
  limit = leader.variation(view, magnet, alpha)
  rng = np.random.default_rng(0)
  for step in (1.0, 0.1, 0.01):
    for _ in range(50):
      one = rng.dirichlet([0.5, 0.5], 2)
      other = (1 - step) * one + step * rng.dirichlet([0.5, 0.5], 2)
      pair = [np.hstack([rule, np.zeros((2, 1))]) for rule in (one, other)]
      apart = np.abs(pair[0] - pair[1]).sum(-1) / 2 @ limit
      values = leader.leader_values(view, np.stack(pair), objective, alpha)
      change = abs(float(values[0] - values[1]))
      assert change <= apart + 1e-12


def test_pieces_cover_all_rules():
  """A bound of a function whose highest value is in a corner is found."""
  legal = np.array([[True, True, True], [True, True, False]])
  weights = np.array([[0.3, -1.0, 2.0], [1.5, -0.5, 0.0]])
  spread = np.array([3.0, 2.0])

  def values(rules):
    return (rules * weights).sum((1, 2))

  found = leader_search.bound(values, spread, legal, -np.inf, 1e-2, 10**6)
  assert found.lower <= 3.5 + 1e-12
  assert 3.5 - 1e-12 <= found.upper <= found.lower + 1e-2 + 1e-12
  rough = leader_search.bound(values, spread, legal, -np.inf, 1e-2, 10)
  assert rough.upper - rough.lower > 1e-2
  assert rough.upper >= 3.5


def test_the_regularized_equilibrium_is_one_of_the_public_belief_game(
  signalling,
):
  found = pub_amg.public_exploitability(signalling, alpha=0.2, regularized=True)
  assert found.lower == pytest.approx(0, abs=1e-10)
  assert found.upper <= 1e-6


def test_an_equilibrium_of_one_game_is_none_of_the_other(pennies):
  """Figure 5: what is optimal in the public-belief game loses all."""
  policy = policies.to_openspiel(pennies, policies.uniform(pennies))
  policy.policy_for_key("")[:] = [1, 0, 0]
  policy.policy_for_key("?")[:] = [0.5, 0.5, 0]
  policy.policy_for_key("fair, in")[:] = [0, 1, 0]
  assert pub_amg.exploitability(pennies, policy) == 1


@pytest.mark.parametrize("name", ["kuhn_poker", "pennies"])
def test_three_steps(read_game, pennies, name):
  """Bounds hold what random rules of the leader gain, others answering."""
  game = pennies if name == "pennies" else read_game(name)
  alpha, rng = 0.2, np.random.default_rng(0)
  found = pub_amg.public_exploitability(game, alpha=alpha)
  assert 0 < found.lower == found.value < found.upper
  planner = pub_amg.Planner(game, alpha)
  usual = plain_value(game, planner)
  rows = game.rows_at(0)
  for _ in range(10):
    rule = np.zeros((len(rows), game.information_states[0].actions.shape[1]))
    rule[:, :2] = rng.dirichlet([0.5, 0.5], len(rows))

    def deviating(state, rule=rule):
      return rule if state.public_state == 0 else planner(state)

    gain = plain_value(game, deviating) - usual
    assert gain / 2 <= found.upper


def plain_value(game, public_policy):
  from open_spiel.python.algorithms import expected_game_score

  policy = policies.to_openspiel(
    game, pub_amg.correspondence(game, public_policy)
  )
  state = game.tree.game.new_initial_state()
  return expected_game_score.policy_value(state, [policy] * 2)[0]


def test_without_regularization_the_leader_is_measured_by_a_linear_program(
  read_game,
):
  """Value 0; a uniform leader loses 1/3 to the best answer."""
  game = read_game("perturbed_rps")
  found = pub_amg.public_exploitability(game, policies.uniform(game))
  assert found == pytest.approx((1 / 6, 1 / 6, 1 / 6), abs=1e-12)


class Other:
  """An objective of one's own, of which nothing more is known."""

  uniqueness_guaranteeing = True

  def penalty(self, places, log_policy):
    raise NotImplementedError

  greedy = step = restricted = penalty


def test_what_cannot_be_measured_is_refused(read_game):
  kuhn, rps = read_game("kuhn_poker"), read_game("perturbed_rps")
  with pytest.raises(
    ValueError, match="alpha: expected 0 or a finite number above, got -1"
  ):
    pub_amg.public_exploitability(rps, alpha=-1.0)
  for change, message in (
    ({"tolerance": float("nan")}, "tolerance: expected a finite number above"),
    ({"max_pieces": 0}, "max_pieces: expected 1 or more, got 0"),
  ):
    with pytest.raises(ValueError, match=message):
      pub_amg.public_exploitability(rps, alpha=0.1, **change)
  with pytest.raises(ValueError, match=r"kuhn_poker.* two time steps.*alpha 0"):
    pub_amg.public_exploitability(kuhn)
  with pytest.raises(ValueError, match="above 0, or a policy beside it"):
    pub_amg.public_exploitability(rps)
  wrong = tuple(np.full_like(x, np.nan) for x in policies.uniform(rps))
  with pytest.raises(ValueError, match=r"policy: at information state.*nan"):
    pub_amg.public_exploitability(rps, wrong, alpha=0.1)
  with pytest.raises(ValueError, match="bounds are known for MiniMaxEnt and"):
    pub_amg.public_exploitability(rps, alpha=0.1, objective=Other())
  with pytest.raises(ValueError, match=r"kuhn_poker.* a policy"):
    pub_amg.public_exploitability(kuhn, policies.uniform(kuhn), alpha=0.1)


def test_bounds_of_a_linear_program_hold_and_meet():
  """A random game of two steps: the bounds against grids of either's rules."""
  rng = np.random.default_rng(3)
  shape = (2, 3, 2, 2)
  game = leader.Leader(
    player=0,
    constant=0.3,
    ended=rng.normal(size=(2, 3)),
    gains=rng.normal(size=shape),
    leads_to=np.full((2, 3, 2), 0.5),
    arrives=np.ones(2),
    legal=np.ones((2, 3), bool),
    answers=np.ones((2, 2), bool),
  )
  found = leader_program.solve(game)
  assert found.lower <= found.upper <= found.lower + 1e-9
  rules = rng.dirichlet(np.ones(3), (2000, 2))
  answered = np.einsum("mia,iakb->mkb", rules, game.gains).min(-1).sum(-1)
  values = 0.3 + (rules * game.ended).sum((1, 2)) + answered
  assert values.max() <= found.upper + 1e-12
  answers = rng.dirichlet(np.ones(2), (2000, 2))
  left = game.ended + np.einsum("mkb,iakb->mia", answers, game.gains)
  assert (0.3 + left.max(-1).sum(-1)).min() >= found.lower - 1e-12


def test_a_concave_value_is_bounded_from_an_edge():
  """The slope of an entropy at an edge is infinite: inside it is not."""
  legal = np.ones((1, 2), bool)

  def slope(rule):
    logs = np.log(np.maximum(rule, 1e-300))
    gradient = np.where(rule > 0, np.array([[1.0, 0.0]]) - logs - 1, 0.0)
    return float(rule[0, 0] - (rule * logs).sum()), gradient

  highest = np.log(np.e + 1)  # of rule_0 plus the entropy
  found = public_gaps._concave_bounds(slope, np.array([[1.0, 0.0]]), legal)
  assert found.lower <= highest <= found.upper


def test_actors_may_differ_at_a_time_step_of_a_longer_game(read_game):
  """As in Leduc poker, whose second round either player may begin to act in."""
  game = read_game("leduc_poker")
  with pytest.raises(ValueError, match="either player may act"):
    nested.time_steps(game)
  with pytest.raises(ValueError, match=r"leduc_poker.* other than two time"):
    pub_amg.public_exploitability(game)


def test_bounds_that_cross_are_an_error():
  crossed = leader_search.Bounds(0.2, 0.1)
  with pytest.raises(RuntimeError, match="lower bound is above the upper"):
    public_gaps._certified(crossed)
  nearly = leader_search.Bounds(0.2, 0.2 - 1e-12)
  assert public_gaps._certified(nearly).upper == 0.2
