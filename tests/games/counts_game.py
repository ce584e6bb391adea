# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A one-shot game of OpenSpiel's, in Python."""

import pyspiel


class CountsGame(pyspiel.Game):
  """A one-shot game in Python: legal actions 1, 3 and 0, 2, 3; 1 or 2 moves."""

  def __init__(self, num_moves):
    self.num_moves = num_moves
    kind = pyspiel.GameType(
      short_name="python_counts",
      long_name="Counts",
      dynamics=pyspiel.GameType.Dynamics.SIMULTANEOUS,
      chance_mode=pyspiel.GameType.ChanceMode.DETERMINISTIC,
      information=pyspiel.GameType.Information.ONE_SHOT,
      utility=pyspiel.GameType.Utility.GENERAL_SUM,
      reward_model=pyspiel.GameType.RewardModel.TERMINAL,
      max_num_players=2,
      min_num_players=2,
      provides_information_state_string=False,
      provides_information_state_tensor=False,
      provides_observation_string=False,
      provides_observation_tensor=False,
      parameter_specification={},
    )
    info = pyspiel.GameInfo(
      num_distinct_actions=4,
      max_chance_outcomes=0,
      num_players=2,
      min_utility=-10.0,
      max_utility=100.0,
      max_game_length=num_moves,
    )
    super().__init__(kind, info, {})

  def new_initial_state(self):
    return CountsState(self)


class CountsState(pyspiel.State):
  """Pays the row player the two actions as digits, the other one minus them."""

  def __init__(self, game):
    super().__init__(game)
    self._missing = game.num_moves
    self._joint = None

  def current_player(self):
    if self._missing == 0:
      return pyspiel.PlayerId.TERMINAL
    return pyspiel.PlayerId.SIMULTANEOUS

  def _legal_actions(self, player):
    return [1, 3] if player == 0 else [0, 2, 3]

  def _apply_actions(self, actions):
    self._missing -= 1
    self._joint = actions

  def _action_to_string(self, player, action):
    return f"{player}: {action}"

  def is_terminal(self):
    return self._missing == 0

  def returns(self):
    value = 10.0 * self._joint[0] + self._joint[1]
    return [value, 1.0 - value]

  def __str__(self):
    return str(self._joint)
