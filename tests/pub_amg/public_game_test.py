# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Public states of OpenSpiel's games, and which games have none."""

import numpy as np
import pyspiel
import pytest

from nes_spiel import pub_amg
from nes_spiel.pub_amg import public_game, public_partition, validity

GOOFSPIEL = "goofspiel(num_cards=3,imp_info=True,points_order=descending)"
# Histories, public states, the most information states of who acts, and the
# most histories in one public state.
COUNTS = {
  "kuhn_poker": (58, 4, 3, 6),
  "leduc_poker": (9457, 186, 6, 30),
  "liars_dice(dice_sides=3)": (1147, 64, 3, 9),
  GOOFSPIEL: (67, 12, 2, 6),
  "dark_hex(board_size=2,gameversion=adh)": (471, 33, 18, 66),
}


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_counts(read_game, name):
  game = read_game(name)
  states = range(game.num_public_states)
  assert (
    len(game.tree.parent),
    game.num_public_states,
    max(len(game.rows_at(state)) for state in states),
    max(len(game.histories(state)) for state in states),
  ) == COUNTS[name]


@pytest.mark.parametrize("name", ["kuhn_poker", "leduc_poker"])
def test_observer_and_common_knowledge_agree(read_game, name):
  tree = read_game(name).tree
  seen = public_partition.by_observer(tree)
  known = public_partition.by_common_knowledge(tree)
  pairs = np.unique(np.stack([seen, known]), axis=1)
  assert len(np.unique(seen)) == len(np.unique(known)) == pairs.shape[1]


def test_states_and_histories_are_found_by_actions(read_game):
  game = read_game("kuhn_poker")
  for history in game.tree.decisions.tolist():
    state = game.state(history)
    assert state.information_state_string() == game.tree.acting_string(history)
    assert game.find(tuple(state.history())) == history
  with pytest.raises(ValueError, match=r"no history \(0, 0\)"):
    game.find((0, 0))
  with pytest.raises(ValueError, match="0 to 3, got 4"):
    game.histories(4)


@pytest.mark.parametrize(
  ("name", "message"),
  [
    ("tiny_hanabi", "utility IDENTICAL; expected ZERO_SUM"),
    ("kuhn_poker(players=3)", "3 players; expected 2"),
    ("blackjack", "1 players; expected 2"),
    ("bargaining", "GENERAL_SUM; expected ZERO_SUM"),
    ("backgammon", "information state string"),
  ],
)
def test_games_of_another_kind_are_refused(name, message):
  with pytest.raises(ValueError, match=message):
    pub_amg.PublicGame.from_openspiel(pyspiel.load_game(name))


def test_large_games_are_refused():
  with pytest.raises(ValueError, match="more than 50 histories; max_histories"):
    pub_amg.PublicGame.from_openspiel(
      pyspiel.load_game("kuhn_poker"), max_histories=50
    )


@pytest.mark.parametrize(
  ("name", "message"),
  [
    # Who wins an auction is public there, who acts next is not.
    ("dark_hex(board_size=2)", "who acts is not public"),
    ("dark_hex_ir(board_size=2,gameversion=adh)", "recall is not perfect"),
  ],
)
def test_games_without_public_beliefs_are_refused(name, message):
  with pytest.raises(ValueError, match=message) as caught:
    pub_amg.PublicGame.from_openspiel(pyspiel.load_game(name))
  assert name.split("(")[0] in str(caught.value)


def test_conflicts_in_a_tree_are_named(read_game):
  """Each check, on Kuhn poker's tree with one entry spoiled."""
  game = read_game("kuhn_poker")
  tree, public = game.tree, game.public_state
  history = int(game.histories(1)[0])
  string = tree.acting_string(history)

  def spoiled(**fields):
    changed = {}
    for name, value in fields.items():
      column = list(getattr(tree, name))
      column[history] = value
      is_array = isinstance(getattr(tree, name), np.ndarray)
      changed[name] = np.array(column) if is_array else column
    return tree._replace(**changed)

  other = public.copy()
  other[history] = 2
  for bad, states, message in (
    (spoiled(time=7), public, "not timeable: [17] and [17]"),
    (spoiled(legal=(0,)), public, "two legal actions"),
    (tree, other, "two public states: [12] and [12]"),
  ):
    with pytest.raises(ValueError, match=message) as caught:
      validity.check_tree(bad, states)
    assert repr(string) in str(caught.value)


def test_the_source_of_what_is_public_is_checked(unchecked):
  with pytest.raises(ValueError, match="no public observer"):
    pub_amg.PublicGame.from_openspiel(
      pyspiel.load_game("liars_dice(dice_sides=2)"), public="observer"
    )
  with pytest.raises(ValueError, match="common_knowledge"):
    pub_amg.PublicGame.from_openspiel(
      pyspiel.load_game("kuhn_poker"), public="all"
    )
  with pytest.raises(ValueError, match=r"expected a pyspiel\.Game"):
    pub_amg.PublicGame.from_openspiel("kuhn_poker")


def test_a_large_game_is_announced(monkeypatch):
  monkeypatch.setattr(public_game, "MANY_HISTORIES", 50)
  with pytest.warns(UserWarning, match=r"kuhn_poker\(\) has 58 histories"):
    pub_amg.PublicGame.from_openspiel(pyspiel.load_game("kuhn_poker"))
