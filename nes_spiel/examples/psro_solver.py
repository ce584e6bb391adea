# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""OpenSpiel's PSRO with exact payoffs and a state that can be written."""

import contextlib
import io
from typing import Any

import numpy as np
import pyspiel
from open_spiel.python import policy
from open_spiel.python.algorithms import (
  expected_game_score,
  exploitability,
  policy_aggregator,
)
from open_spiel.python.algorithms.psro_v2 import best_response_oracle, psro_v2

from nes_spiel import runs


class TabularBestResponses:
  """Exact best responses as tables, which can be written to a file."""

  def __init__(self, game: pyspiel.Game):
    """Prepares OpenSpiel's oracle for a game."""
    self._oracle = best_response_oracle.BestResponseOracle(
      game=game, policy=policy.UniformRandomPolicy(game)
    )

  def __call__(self, game: pyspiel.Game, *args: Any, **kwargs: Any) -> Any:
    """Returns a list of new policies for every player."""
    found = self._oracle(game, *args, **kwargs)
    return [[_tabulate(game, new) for new in policies] for policies in found]


def _tabulate(game: pyspiel.Game, any_policy: Any) -> policy.TabularPolicy:
  """Returns a policy as a table; states it does not cover stay uniform."""
  tabular = policy.TabularPolicy(game)
  for index, state in enumerate(tabular.states):
    with contextlib.suppress(KeyError):
      probabilities = any_policy.action_probabilities(state)
      row = tabular.action_probability_array[index]
      row[:] = 0
      for action, probability in probabilities.items():
        row[action] = probability
  return tabular


class PsroSolver(psro_v2.PSROSolver):
  """PSRO that evaluates joint policies exactly, or as OpenSpiel does."""

  def __init__(self, game: pyspiel.Game, sims_per_entry: int, **options: Any):
    """Starts from uniform play.

    Args:
      game: sequential.
      sims_per_entry: episodes for each entry of the meta-game; 0 computes the
        expected returns exactly.
      **options: of OpenSpiel's PSROSolver.
    """
    uniform = [policy.TabularPolicy(game) for _ in range(game.num_players())]
    with contextlib.redirect_stdout(io.StringIO()):  # it prints its options
      super().__init__(
        game,
        TabularBestResponses(game),
        initial_policies=uniform,
        sims_per_entry=sims_per_entry,
        **options,
      )

  @property
  def game(self) -> pyspiel.Game:
    """The game that is played."""
    return self._game

  def sample_episodes(self, policies: Any, num_episodes: int) -> np.ndarray:
    """Returns each player's mean return."""
    if num_episodes:
      return super().sample_episodes(policies, num_episodes)
    state = self._game.new_initial_state()
    return np.asarray(expected_game_score.policy_value(state, policies))

  def nash_conv(self) -> float:
    """Returns NashConv of the aggregated policy in the full game."""
    players = range(self._game.num_players())
    aggregated = policy_aggregator.PolicyAggregator(self._game).aggregate(
      players, self.get_policies(), self.get_meta_strategies()
    )
    return float(exploitability.nash_conv(self._game, aggregated))

  def to_arrays(self) -> dict[str, np.ndarray]:
    """Returns meta-game, meta-strategies, policies and random states."""
    arrays = {"meta_game": np.stack(self._meta_games)}
    for player, marginal in enumerate(self.get_meta_strategies()):
      arrays[f"meta_strategy_{player}"] = np.asarray(marginal)
    joint = np.asarray(self._non_marginalized_probabilities)
    arrays["meta_joint"] = joint.reshape(arrays["meta_game"].shape[1:])
    for player, policies in enumerate(self._policies):
      tables = [found.action_probability_array for found in policies]
      arrays[f"policies_{player}"] = np.stack(tables)
    return arrays | runs.get_random_state()

  def restore(self, arrays: dict[str, np.ndarray]) -> None:
    """Continues from what `to_arrays` returned, random states included.

    Raises:
      ValueError: the policies are those of another game.
    """
    self._policies = [
      [self._from_table(table) for table in arrays[f"policies_{player}"]]
      for player in range(1 if self.symmetric_game else self._num_players)
    ]
    self._meta_games = list(arrays["meta_game"])
    self.update_meta_strategies()
    runs.set_random_state(arrays)

  def _from_table(self, table: np.ndarray) -> policy.TabularPolicy:
    """Returns the policy with a table of action probabilities."""
    tabular = policy.TabularPolicy(self._game)
    if tabular.action_probability_array.shape != table.shape:
      raise ValueError(
        f"policies: {self._game} needs tables of shape "
        f"{tabular.action_probability_array.shape}, the checkpoint has "
        f"{table.shape}; it was written for another game."
      )
    tabular.action_probability_array[:] = table
    return tabular
