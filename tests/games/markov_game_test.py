# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Markov games read from OpenSpiel, against playing them."""

import numpy as np
import pyspiel
import pytest

from nes_spiel import games

CROSSING = "pathfinding(grid=A.b\na.B,players=2,step_reward=0.0)"


def with_returns(state):
  """Goals are rewarded once."""
  return f"{state}{state.returns()}"


@pytest.fixture(scope="module")
def crossing():
  return games.markov_game(pyspiel.load_game(CROSSING), key=with_returns)


def test_probabilities_and_rewards_are_those_of_play(crossing):
  """Of joint actions that OpenSpiel applies, over what chance then does."""
  game = pyspiel.load_game(CROSSING)
  numbers = {name: k for k, name in enumerate(crossing.names)}
  rng, checked = np.random.default_rng(0), 0
  states, players, *sizes = crossing.rewards.shape
  table = crossing.transitions.toarray().reshape(states, *sizes, states)
  state = game.new_initial_state()
  for _ in range(200):
    while state.is_chance_node():
      likely, chances = zip(*state.chance_outcomes(), strict=True)
      state.apply_action(int(rng.choice(likely, p=chances)))
    if state.is_terminal():
      state = game.new_initial_state()
      continue
    here = numbers[with_returns(state)]
    joint = [int(rng.choice(state.legal_actions(p))) for p in range(players)]
    places = tuple(
      state.legal_actions(p).index(action) for p, action in enumerate(joint)
    )
    after = state.clone()
    after.apply_actions(joint)
    expected, gained = np.zeros(states), np.zeros(players)
    for end, probability in outcomes(after):
      gained += probability * (
        np.array(end.returns()) - np.array(state.returns())
      )
      if not end.is_terminal():
        expected[numbers[with_returns(end)]] += probability
    np.testing.assert_allclose(table[here][places], expected, atol=1e-12)
    np.testing.assert_allclose(
      crossing.rewards[(here, slice(None), *places)], gained, atol=1e-12
    )
    checked += 1
    state = after
  assert checked > 50


def outcomes(state):
  if not state.is_chance_node():
    return [(state, 1.0)]
  return [
    (end, share * probability)
    for action, share in state.chance_outcomes()
    for end, probability in outcomes(state.child(action))
  ]


def test_soccer_has_its_states():
  """Two cells of 20 for players, and the ball free or with either."""
  soccer = games.markov_game(pyspiel.load_game("markov_soccer"))
  assert soccer.rewards.shape == (1444, 2, 5, 5)
  assert soccer.start.sum() == pytest.approx(1)
  assert soccer.strategy_mask.all()
  mass = np.asarray(soccer.transitions.sum(axis=1))
  assert ((mass <= 1 + 1e-12) & (mass >= 0)).all()
  np.testing.assert_allclose(soccer.rewards.sum(1), 0, atol=1e-12)
  # What ends the game is won.
  won = np.abs(soccer.rewards[:, 0]).reshape(-1)
  np.testing.assert_allclose(won, 1 - mass, atol=1e-12)


def test_players_may_move_in_turns():
  game = games.markov_game(pyspiel.load_game("tic_tac_toe"))
  moves = game.strategy_mask.sum(-1)
  assert (moves.min(1) == 1).all()
  assert moves[0].tolist() == [9, 1]
  # Columns are the cells that are free, by OpenSpiel's numbers.
  board = game.names.index("...\n.x.\n...")
  assert game.actions[board, 1].tolist() == [0, 1, 2, 3, 5, 6, 7, 8, -1]
  assert game.actions[board, 0].tolist() == [0] + [-1] * 8
  assert len(game.names) == 4520  # of 5478, those in which the game goes on
  np.testing.assert_allclose(game.rewards.sum(1), 0)


def test_values_are_backed_up(crossing):
  rng = np.random.default_rng(1)
  values = rng.normal(size=crossing.rewards.shape[:2])
  found = crossing.action_values(values, 0.7)
  states, _, *sizes = crossing.rewards.shape
  table = crossing.transitions.toarray().reshape(states, *sizes, states)
  later = np.einsum("sabt,tn->snab", table, values)
  np.testing.assert_allclose(found, crossing.rewards + 0.7 * later, atol=1e-12)
  np.testing.assert_array_equal(
    crossing.action_values(values, 0.0), crossing.rewards
  )


@pytest.mark.usefixtures("unchecked")
def test_what_is_no_markov_game_is_refused():
  with pytest.raises(ValueError, match=r"expected a pyspiel.Game.* got str"):
    games.markov_game("markov_soccer")
  with pytest.raises(ValueError, match=r"(?s)key: in pathfinding.* does not"):
    games.markov_game(pyspiel.load_game(CROSSING))
  for name, message in (
    ("kuhn_poker", "information IMPERFECT_INFORMATION"),
    ("goofspiel(imp_info=True)", "information IMPERFECT_INFORMATION"),
    ("mfg_crowd_modelling", "dynamics MEAN_FIELD"),
  ):
    with pytest.raises(ValueError, match=message):
      games.markov_game(pyspiel.load_game(name))
  with pytest.raises(ValueError, match="more than 100 states"):
    games.markov_game(pyspiel.load_game("markov_soccer"), max_states=100)
