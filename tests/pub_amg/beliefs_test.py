# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Public beliefs, and the maps of Appendix A."""

import numpy as np
import pyspiel
import pytest

from nes_spiel import pub_amg
from nes_spiel.pub_amg import sweeps

GAMES = [
  "kuhn_poker",
  "liars_dice(dice_sides=2)",
  "goofspiel(num_cards=3,imp_info=True,points_order=descending)",
]


def reach_by_hand(game, tables):
  """The probability of each history, by a walk over OpenSpiel's states."""
  rows = [
    {string: row for row, string in enumerate(states.strings)}
    for states in game.information_states
  ]
  reach = {}

  def walk(state, probability):
    if state.is_terminal():
      return
    if state.is_chance_node():
      steps = state.chance_outcomes()
    else:
      reach[game.find(tuple(state.history()))] = probability
      player = state.current_player()
      row = rows[player][state.information_state_string()]
      chances = np.exp(tables[player][row])
      steps = zip(state.legal_actions(), chances, strict=False)
    for action, share in steps:
      walk(state.child(action), probability * share)

  walk(game.tree.game.new_initial_state(), 1.0)
  return reach


@pytest.mark.parametrize("name", GAMES)
def test_beliefs_are_those_of_bayes(read_game, random_policies, name):
  game = read_game(name)
  tables = random_policies(game, seed=1)
  reach = reach_by_hand(game, tables)
  waiting, seen = list(pub_amg.initial_beliefs(game)), {}
  while waiting:
    probability, state = waiting.pop()
    weights = [reach[h] for h in game.histories(state.public_state).tolist()]
    seen[state.public_state] = probability
    assert probability == pytest.approx(sum(weights), abs=1e-14)
    np.testing.assert_allclose(
      state.belief, np.array(weights) / sum(weights), atol=1e-13
    )
    rule = pub_amg.decision_rule(game, state.public_state, tables)
    for share, after in pub_amg.successors(game, state, rule):
      waiting.append(pub_amg.Successor(probability * share, after))
  assert sorted(seen) == list(range(game.num_public_states))


@pytest.mark.parametrize("name", GAMES)
def test_the_correspondence_undoes_the_canonical_choice(
  read_game, random_policies, name
):
  """And so preserves the value, as Appendix A says."""
  game = read_game(name)
  tables = random_policies(game, seed=2)
  public = pub_amg.canonical_choice(game, tables)
  back = pub_amg.correspondence(game, public)
  for a, b in zip(tables, back, strict=True):
    np.testing.assert_allclose(np.exp(a), np.exp(b), atol=1e-14)


def test_a_policy_may_depend_on_the_belief(read_game):
  """The follower of rock paper scissors answers what the leader announces."""
  game = read_game("perturbed_rps")
  payoffs = np.array([[0, -1, 2], [1, 0, -2], [-2, 2, 0]])
  leader = np.array([[0.2, 0.3, 0.5]])

  def public_policy(state):
    if game.actor(state.public_state) == 0:
      return leader
    order = game.tree.action[game.histories(state.public_state)]
    losses = state.belief @ payoffs[order]
    return np.eye(3)[[np.argmin(losses)]]

  first, second = pub_amg.correspondence(game, public_policy)
  np.testing.assert_allclose(np.exp(first), leader)
  expected = np.eye(3)[[np.argmin(leader[0] @ payoffs)]]
  np.testing.assert_allclose(np.exp(second), expected)


def test_what_is_not_reached_stays_uniform(read_game):
  game = read_game("kuhn_poker")
  always_pass = [
    np.log(np.where(states.actions == 0, 1 - 1e-16, 1e-320))
    for states in game.information_states
  ]
  public = pub_amg.canonical_choice(game, tuple(always_pass))
  first, _ = pub_amg.correspondence(game, public)
  row = game.information_states[0].strings.index("0pb")
  np.testing.assert_allclose(np.exp(first[row]), [0.5, 0.5])


@pytest.mark.parametrize("name", GAMES)
def test_a_subgame_has_the_values_of_the_game(
  read_game, random_policies, x64, name
):
  """J is what ends at once plus the subgames' values, by their probability."""
  game, alpha = read_game(name), 0.2
  objective = pub_amg.MiniMaxEnt()
  tables = random_policies(game, seed=3)
  whole = sweeps.action_values(game.form, 0, tables, objective, alpha)
  parts = 0.0
  for probability, state in pub_amg.initial_beliefs(game):
    form = game.subgame(*state)
    part = sweeps.action_values(form, 0, tables, objective, alpha)
    parts += probability * float(part.total)
    mirrored = sweeps.action_values(form, 1, tables, objective, alpha)
    assert float(mirrored.total) == pytest.approx(-float(part.total))
  assert float(whole.total) == pytest.approx(parts, abs=1e-12)
  # Action values do not depend on where the subgame starts.
  last = max(
    range(game.num_public_states), key=lambda s: len(game.histories(s))
  )
  reach = reach_by_hand(game, tables)
  weights = np.array([reach[h] for h in game.histories(last).tolist()])
  form = game.subgame(last, weights / weights.sum())
  player = game.actor(last)
  inner = sweeps.action_values(form, player, tables, objective, alpha)
  outer = sweeps.action_values(game.form, player, tables, objective, alpha)
  rows = game.rows_at(last)
  np.testing.assert_allclose(
    np.asarray(inner.values)[rows], np.asarray(outer.values)[rows], atol=1e-10
  )


def test_beliefs_that_are_none_are_refused(read_game):
  game = read_game("kuhn_poker")
  with pytest.raises(ValueError, match="expected 6 probabilities"):
    game.subgame(0, np.ones(3) / 3)
  with pytest.raises(ValueError, match="expected the sum 1, got 6"):
    game.subgame(0, np.ones(6))


def test_a_move_needs_a_belief_and_a_rule_of_the_game(read_game):
  game = read_game("liars_dice(dice_sides=2)")
  where = 2  # after the first claim, which cannot be made again
  legal = game.information_states[game.actor(where)].legal
  legal = legal[game.rows_at(where)]
  assert not legal.all()
  even = legal / legal.sum(1, keepdims=True)
  good = pub_amg.PublicBelief(where, np.full(4, 0.25))
  assert pub_amg.successors(game, good, even)
  long = pub_amg.PublicBelief(where, np.append(good.belief, 0.5))
  with pytest.raises(ValueError, match="belief: expected 4 probabilities"):
    pub_amg.successors(game, long, even)
  twice = pub_amg.PublicBelief(where, 2 * good.belief)
  with pytest.raises(ValueError, match="belief: expected the sum 1, got 2"):
    pub_amg.successors(game, twice, even)
  with pytest.raises(ValueError, match="rule: expected a distribution"):
    pub_amg.successors(game, good, np.where(legal, even, 0.1))


def test_games_of_openspiel_are_refused_where_public_ones_are_needed(
  unchecked,
):
  game = pyspiel.load_game("kuhn_poker")
  for refuses in (
    lambda: pub_amg.initial_beliefs(game),
    lambda: pub_amg.correspondence(game, lambda state: None),
    lambda: pub_amg.canonical_choice(game, (None, None)),
    lambda: pub_amg.public_exploitability(game, alpha=0.1),
    lambda: pub_amg.solve_nested(game, 0.1, 0.1, 0.1, [1]),
    lambda: pub_amg.collect(game, 0.1, [0]),
    lambda: pub_amg.exploitability(game, (None, None)),
  ):
    with pytest.raises(ValueError, match="game: expected a PublicGame"):
      refuses()
