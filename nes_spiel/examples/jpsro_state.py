# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The state of OpenSpiel's JPSRO loop as arrays, and back."""

import itertools
from typing import Any, NamedTuple

import numpy as np
import pyspiel
from open_spiel.python import policy

from nes_spiel import runs


class JpsroState(NamedTuple):
  """What `jpsro.run_loop` passes to a callback, in its order."""

  iteration: int
  per_player_repeats: list[list[int]]
  per_player_policies: list[list[policy.TabularPolicy]]
  joint_policies: dict[tuple[int, ...], Any]
  joint_returns: dict[tuple[int, ...], list[float]]
  meta_games: list[np.ndarray]
  train_meta_dists: list[np.ndarray]
  eval_meta_dists: list[np.ndarray]
  train_meta_values: list[np.ndarray]
  eval_meta_values: list[np.ndarray]
  train_meta_gaps: list[list[float]]
  eval_meta_gaps: list[list[float]]


def to_arrays(state: JpsroState) -> dict[str, np.ndarray]:
  """Returns the state as arrays, with the global random states.

  The newest meta-game, joints and values are kept, and the gaps of all
  iterations; the rest follows from the policies.
  """
  arrays = {
    "meta_game": state.meta_games[-1],
    "train_joint": state.train_meta_dists[-1],
    "eval_joint": state.eval_meta_dists[-1],
    "train_value": np.asarray(state.train_meta_values[-1]),
    "eval_value": np.asarray(state.eval_meta_values[-1]),
    "train_gaps": np.asarray(state.train_meta_gaps),
    "eval_gaps": np.asarray(state.eval_meta_gaps),
  }
  for player, policies in enumerate(state.per_player_policies):
    tables = [found.action_probability_array for found in policies]
    arrays[f"policies_{player}"] = np.stack(tables)
    repeats = state.per_player_repeats[player]
    arrays[f"repeats_{player}"] = np.asarray(repeats, np.int64)
  return arrays | runs.get_random_state()


def from_arrays(
  game: pyspiel.Game, arrays: dict[str, np.ndarray], iteration: int
) -> JpsroState:
  """Rebuilds the state that `to_arrays` wrote.

  Args:
    game: the game that was played.
    arrays: what `to_arrays` returned.
    iteration: the next one to run.

  Raises:
    ValueError: the policies are those of another game.
  """
  players = range(game.num_players())
  policies = [
    [
      _tabular_policy(game, player, table)
      for table in arrays[f"policies_{player}"]
    ]
    for player in players
  ]
  joint_first = np.moveaxis(arrays["meta_game"], 0, -1)
  joints = list(itertools.product(*[range(len(found)) for found in policies]))
  return JpsroState(
    iteration=iteration,
    per_player_repeats=[arrays[f"repeats_{p}"].tolist() for p in players],
    per_player_policies=policies,
    joint_policies={ids: joint_policy(policies, ids) for ids in joints},
    joint_returns={ids: joint_first[ids].tolist() for ids in joints},
    meta_games=[arrays["meta_game"]],
    train_meta_dists=[arrays["train_joint"]],
    eval_meta_dists=[arrays["eval_joint"]],
    train_meta_values=[arrays["train_value"]],
    eval_meta_values=[arrays["eval_value"]],
    train_meta_gaps=arrays["train_gaps"].tolist(),
    eval_meta_gaps=arrays["eval_gaps"].tolist(),
  )


def joint_policy(
  policies: list[list[policy.TabularPolicy]], ids: tuple[int, ...]
) -> Any:
  """Returns the policies with these indices as one policy of all players."""
  chosen = [found[i] for found, i in zip(policies, ids, strict=True)]
  converted = tuple(policy.python_policy_to_pyspiel_policy(p) for p in chosen)
  return pyspiel.to_joint_tabular_policy(converted, True)


def _tabular_policy(
  game: pyspiel.Game, player: int, table: np.ndarray
) -> policy.TabularPolicy:
  """Returns one player's policy from its table of action probabilities."""
  tabular = policy.TabularPolicy(game, players=(player,))
  wanted = tabular.action_probability_array.shape
  if wanted != table.shape:
    raise ValueError(
      f"policies of player {player}: {game} needs tables of shape {wanted}, "
      f"the checkpoint has {table.shape}; it was written for another game."
    )
  tabular.action_probability_array = table.copy()
  return tabular
