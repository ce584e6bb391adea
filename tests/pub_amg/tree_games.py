# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""OpenSpiel games written down as trees."""

from typing import Any, NamedTuple

import numpy as np
import pyspiel


class Node(NamedTuple):
  """A history of a tree.

  Attributes:
    actor: 0, 1, or -1 for chance.
    strings: both players' information states.
    children: nodes, or what player 0 gains, by action; with chance all equally
      likely.
  """

  actor: int
  strings: tuple[str, str]
  children: tuple[Any, ...]


def matching_pennies() -> pyspiel.Game:
  """Returns the rigged matching pennies of Figure 5.

  Red may toss fairly; Blue, who does not see it, calls or stays out; Red calls.
  """
  fair, unfair = (("fair",), ("unfair",))

  def called(coin: int) -> Node:
    return Node(
      0, ("fair, in", f"in, {coin}"), (-1, 1) if coin == 0 else (1, -1)
    )

  after_fair = Node(1, (*fair, "?"), (called(0), called(1), 0))
  after_unfair = Node(1, (*unfair, "?"), (1, 1, 0))
  return tree_game(
    "rigged_pennies", Node(0, ("", ""), (after_fair, after_unfair))
  )


def signalling(seed: int, reveals: bool) -> pyspiel.Game:
  """Returns a random game of two steps, whose leader alone sees a card."""
  payoffs = np.random.default_rng(seed).normal(size=(2, 2, 3))

  def after(card: int, signal: int) -> Node:
    seen = f"{card}" if reveals else ""
    own = (f"{card}, {signal}", f"{seen}, {signal}")
    return Node(1, own, tuple(payoffs[card, signal].tolist()))

  dealt = [
    Node(
      0,
      (f"{card}", f"{card}" if reveals else ""),
      tuple(after(card, signal) for signal in (0, 1)),
    )
    for card in (0, 1)
  ]
  return tree_game(
    f"signalling_{seed}_{int(reveals)}", Node(-1, ("", ""), tuple(dealt))
  )


def tree_game(name: str, root: Node) -> pyspiel.Game:
  """Returns OpenSpiel's game of a tree."""
  return _TreeGame(name, root)


class _TreeGame(pyspiel.Game):
  """For two players, zero-sum."""

  def __init__(self, name: str, root: Node):
    kind = pyspiel.GameType(
      short_name=name,
      long_name=name,
      dynamics=pyspiel.GameType.Dynamics.SEQUENTIAL,
      chance_mode=pyspiel.GameType.ChanceMode.EXPLICIT_STOCHASTIC,
      information=pyspiel.GameType.Information.IMPERFECT_INFORMATION,
      utility=pyspiel.GameType.Utility.ZERO_SUM,
      reward_model=pyspiel.GameType.RewardModel.TERMINAL,
      max_num_players=2,
      min_num_players=2,
      provides_information_state_string=True,
      provides_information_state_tensor=False,
      provides_observation_string=False,
      provides_observation_tensor=False,
    )
    info = pyspiel.GameInfo(
      num_distinct_actions=3,
      max_chance_outcomes=3,
      num_players=2,
      min_utility=-10.0,
      max_utility=10.0,
      utility_sum=0.0,
      max_game_length=4,
    )
    super().__init__(kind, info, {})
    self.root = root

  def new_initial_state(self) -> "_TreeState":
    return _TreeState(self, self.root)

  def make_py_observer(self, iig_obs_type=None, params=None):
    if iig_obs_type is not None and not iig_obs_type.perfect_recall:
      return None
    return _TreeObserver()


class _TreeObserver:
  """Gives the strings of the nodes."""

  def __init__(self):
    self.tensor, self.dict = None, {}

  def set_from(self, state, player):
    pass

  def string_from(self, state, player):
    return state.node.strings[player]


class _TreeState(pyspiel.State):
  """A node, or what player 0 gains."""

  def __init__(self, game: _TreeGame, node: Any):
    super().__init__(game)
    self.node = node

  def is_terminal(self) -> bool:
    return not isinstance(self.node, Node)

  def current_player(self) -> int:
    if self.is_terminal():
      return pyspiel.PlayerId.TERMINAL
    return pyspiel.PlayerId.CHANCE if self.node.actor < 0 else self.node.actor

  def _legal_actions(self, player: int) -> list[int]:
    return list(range(len(self.node.children)))

  def chance_outcomes(self) -> list[tuple[int, float]]:
    count = len(self.node.children)
    return [(outcome, 1 / count) for outcome in range(count)]

  def _apply_action(self, action: int) -> None:
    self.node = self.node.children[action]

  def _action_to_string(self, player: int, action: int) -> str:
    return f"{action}"

  def returns(self) -> list[float]:
    gain = float(self.node) if self.is_terminal() else 0.0
    return [gain, -gain]

  def __str__(self) -> str:
    return f"{self.node}"
