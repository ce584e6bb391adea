# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Conversion agrees with playing OpenSpiel's games, and refuses in time."""

import functools
import itertools
import subprocess
import sys

import counts_game
import numpy as np
import open_spiel.python.games  # noqa: F401, registers games
import pyspiel
import pytest
from zero_sum_values import minimax

from nes_spiel.games import classics, openspiel

PD = "matrix_pd()"
# Every registered game of one joint action that needs no parameters.
ONE_SHOT = [
  game.short_name
  for game in pyspiel.registered_games()
  if game.information == pyspiel.GameType.Information.ONE_SHOT
  and game.default_loadable
]
# Games that become normal forms of at most a few hundred thousand cells, and
# the shapes of these: products of the legal actions, worked out by hand.
EXTENSIVE = {
  # Six information states of two actions each.
  "kuhn_poker": (64, 64),
  "python_kuhn_poker": (64, 64),
  # One private card of two; three actions, the first one seen by the second.
  "tiny_hanabi": (9, 729),
  # Chance tells the column player one of two things.
  "coordinated_mp": (2, 4),
  # The first takes 1 of the small heap, 1 or 2 of the other one.
  "nim(pile_sizes=1;2)": (3, 4),
  # A first move, then one after each of the four outcomes.
  f"repeated_game(stage_game={PD},num_repetitions=2)": (32, 32),
  "python_iterated_prisoners_dilemma(max_game_length=2)": (32, 32),
  "goofspiel(num_cards=2,imp_info=True)": (4, 4),
}


@functools.cache
def load_once(name):
  """Returns the payoffs, converted once for all tests, which only read."""
  payoffs = openspiel.load(name)
  payoffs.flags.writeable = False
  return payoffs


def expected_returns(state, policies):
  """Returns `[n]` under one action per player and information state."""
  if state.is_terminal():
    return np.array(state.returns())
  if state.is_chance_node():
    return sum(
      probability * expected_returns(state.child(action), policies)
      for action, probability in state.chance_outcomes()
    )
  policy = policies[state.current_player()]
  action = policy[state.information_state_string()]
  return expected_returns(state.child(action), policies)


def collect_actions(state, actions):
  """Fills per player: information state -> legal actions."""
  if state.is_terminal():
    return
  if not state.is_chance_node():
    table = actions[state.current_player()]
    table[state.information_state_string()] = state.legal_actions()
  for action in state.legal_actions():
    collect_actions(state.child(action), actions)


def normal_form_policies(game):
  """Returns every player's pure strategies in the documented order."""
  actions = [{} for _ in range(game.num_players())]
  collect_actions(game.new_initial_state(), actions)
  # itertools changes the last one fastest; the documented order, the first.
  keys = [sorted(table, reverse=True) for table in actions]
  return [
    [
      dict(zip(states, choice, strict=True))
      for choice in itertools.product(*(table[s] for s in states))
    ]
    for states, table in zip(keys, actions, strict=True)
  ]


def in_turns(name):
  game = pyspiel.load_game(name)
  sequential = pyspiel.GameType.Dynamics.SEQUENTIAL
  if game.get_type().dynamics == sequential:
    return game
  return pyspiel.convert_to_turn_based(game)


@pytest.mark.parametrize("name", ONE_SHOT)
def test_one_shot_games_entry_by_entry(name):
  game = pyspiel.load_game(name)
  payoffs = openspiel.from_openspiel(game)
  players = range(game.num_players())
  actions = [game.new_initial_state().legal_actions(p) for p in players]
  assert payoffs.dtype == np.float64
  assert payoffs.shape == (len(actions), *map(len, actions))
  for index in np.ndindex(*payoffs.shape[1:]):
    state = game.new_initial_state()
    state.apply_actions([actions[p][index[p]] for p in players])
    np.testing.assert_array_equal(
      payoffs[(slice(None), *index)], state.returns()
    )


def test_one_shot_games_are_all_there():
  assert {"blotto", "matching_pennies_3p", "matrix_pd"} <= set(ONE_SHOT)
  assert len(ONE_SHOT) >= 12


def test_parameters():
  payoffs = openspiel.load("blotto(players=3,fields=2,coins=3)")
  assert payoffs.shape == (3, 4, 4, 4)
  np.testing.assert_allclose(payoffs.sum(0), 0, atol=1e-12)


@pytest.mark.parametrize("name", EXTENSIVE)
def test_extensive_games_have_the_counted_shape(name):
  assert load_once(name).shape == (2, *EXTENSIVE[name])


@pytest.mark.parametrize("name", EXTENSIVE)
def test_extensive_games_entry_by_entry(name):
  payoffs = load_once(name)
  game = in_turns(name)
  policies = normal_form_policies(game)
  assert payoffs.shape[1:] == tuple(map(len, policies))
  rng = np.random.default_rng(0)
  for _ in range(300):
    index = tuple(int(rng.integers(size)) for size in payoffs.shape[1:])
    joint = [policies[player][i] for player, i in enumerate(index)]
    returns = expected_returns(game.new_initial_state(), joint)
    np.testing.assert_allclose(
      payoffs[(slice(None), *index)], returns, atol=1e-12
    )


@pytest.mark.parametrize(
  "name",
  [
    "goofspiel(num_cards=3,imp_info=True,points_order=descending)",
    "oshi_zumo(coins=2,horizon=2)",
  ],
)
def test_turns_change_no_simultaneous_game(name):
  direct = pyspiel.extensive_to_tensor_game(pyspiel.load_game(name))
  payoffs = openspiel.load(name)
  for player in (0, 1):
    expected = direct.player_utilities(player)
    assert payoffs[player].shape == expected.shape
    # The order of strategies may differ: information states are named anew.
    np.testing.assert_array_equal(
      np.sort(payoffs[player].sum(1)), np.sort(expected.sum(1))
    )


def test_kuhn_poker_has_its_value():
  # H. Kuhn, "A simplified two-person poker", 1950: the first player loses 1/18.
  payoffs = load_once("kuhn_poker")
  np.testing.assert_allclose(payoffs.sum(0), 0, atol=1e-12)
  assert minimax(payoffs[0]) == pytest.approx(-1 / 18, abs=1e-9)


def test_limit_is_inclusive():
  # 64 x 64 joint strategies, two players.
  assert openspiel.load("kuhn_poker", max_entries=8192).size == 8192


@pytest.mark.parametrize("name", EXTENSIVE)
def test_limit_agrees_with_what_is_built(name):
  entries = load_once(name).size
  with pytest.raises(ValueError, match=f"more than {entries - 1} payoffs"):
    openspiel.load(name, max_entries=entries - 1)


@pytest.mark.parametrize(
  "name",
  [
    "go",
    "kuhn_poker(players=3)",
    "universal_poker",
    "tiny_bridge_4p",
    "goofspiel",
    "python_iterated_prisoners_dilemma",
  ],
)
def test_huge_games_are_refused_before_conversion(name):
  with pytest.raises(ValueError, match="more than 10000000 payoffs"):
    openspiel.load(name)


def test_one_shot_limit_states_the_count():
  with pytest.raises(ValueError, match=r"18974736 joint .* 75898944 payoffs"):
    openspiel.load("blotto(players=4)")
  with pytest.raises(ValueError, match=r"4 joint .* 8 payoffs; .* is 7"):
    openspiel.load("matrix_pd", max_entries=7)
  assert openspiel.load("matrix_pd", max_entries=8).size == 8


def test_trees_of_many_histories_are_refused(monkeypatch):
  monkeypatch.setattr(openspiel, "_MAX_HISTORIES", 50)
  with pytest.raises(ValueError, match=r"kuhn_poker.*more than 50 histories"):
    openspiel.load("kuhn_poker")


@pytest.mark.parametrize(
  ("name", "message"),
  [
    ("mfg_crowd_modelling", "mean-field"),
    ("negotiation", "samples its chance"),
    ("hanabi", "cannot give hanabi"),
    ("laser_tag", "cannot give laser_tag"),
  ],
)
def test_games_without_a_normal_form(name, message):
  with pytest.raises(ValueError, match=message):
    openspiel.load(name)


@pytest.mark.parametrize(
  ("name", "message"),
  [
    ("nope", "'nope' is no game.*kuhn_poker"),
    ("", "'' is no game"),
    ("nfg_game", "refuses 'nfg_game'"),
    ("kuhn_poker(", "closing bracket"),
    ("kuhn_poker(players=99)", "refuses.*players=99"),
    ("blotto(coinz=3)", "Unknown parameter 'coinz'"),
  ],
)
def test_names_that_do_not_load(name, message):
  with pytest.raises(ValueError, match=message):
    openspiel.load(name)


@pytest.mark.parametrize("game", [None, 3, "matrix_pd", np.zeros((2, 2, 2))])
def test_not_a_game(game):
  with pytest.raises(ValueError, match=f"got {type(game).__name__}"):
    openspiel.from_openspiel(game)


@pytest.mark.parametrize(
  "shape", [(3,), (2, 3), (4, 1), (2, 1, 3), (2, 3, 2, 2)]
)
def test_round_trip_from_payoffs(shape):
  rng = np.random.default_rng(1)
  payoffs = rng.standard_normal((len(shape), *shape))
  game = openspiel.to_openspiel(payoffs)
  expected = pyspiel.MatrixGame if len(shape) == 2 else pyspiel.TensorGame
  assert isinstance(game, expected)
  np.testing.assert_array_equal(openspiel.from_openspiel(game), payoffs)


def test_round_trip_from_one_array_per_player():
  payoffs = [np.array([[1, 2, 3]]), np.array([[4, 5, 6]])]
  again = openspiel.from_openspiel(openspiel.to_openspiel(payoffs))
  np.testing.assert_array_equal(again, payoffs)


@pytest.mark.parametrize("name", ONE_SHOT)
def test_round_trip_from_openspiel(name):
  payoffs = openspiel.load(name)
  again = openspiel.from_openspiel(openspiel.to_openspiel(payoffs, "again"))
  np.testing.assert_array_equal(again, payoffs)


def test_to_openspiel_plays_the_payoffs():
  payoffs = np.arange(36.0).reshape(3, 2, 3, 2)
  game = openspiel.to_openspiel(payoffs, "counting")
  assert game.get_type().short_name == "counting"
  for index in np.ndindex(2, 3, 2):
    state = game.new_initial_state()
    state.apply_actions(list(index))
    assert state.returns() == payoffs[(slice(None), *index)].tolist()


@pytest.mark.parametrize(
  ("payoffs", "message"),
  [
    (np.zeros((2, 2)), "expected shape"),
    (np.full((1, 1), np.nan), "finite"),
    (np.zeros((2, 0, 2)), "at least one strategy"),
    (np.array([["a"]]), "real numbers"),
  ],
)
def test_to_openspiel_refuses(payoffs, message):
  with pytest.raises(ValueError, match=message):
    openspiel.to_openspiel(payoffs)


def test_shapleys_game_is_openspiels():
  np.testing.assert_array_equal(
    openspiel.load("matrix_shapleys_game"), classics.shapleys_game()
  )


def test_import_does_not_load_openspiel():
  code = (
    "import sys; import nes_spiel.games.openspiel; "
    "sys.exit(any(m.split('.')[0] in ('pyspiel', 'open_spiel') "
    "for m in sys.modules))"
  )
  subprocess.run([sys.executable, "-c", code], check=True)


def test_one_shot_game_in_python():
  payoffs = openspiel.from_openspiel(counts_game.CountsGame(1))
  np.testing.assert_array_equal(payoffs[0], [[10, 12, 13], [30, 32, 33]])
  np.testing.assert_array_equal(payoffs[1], 1 - payoffs[0])


def test_one_shot_game_that_goes_on():
  with pytest.raises(ValueError, match="goes on after"):
    openspiel.from_openspiel(counts_game.CountsGame(2))
