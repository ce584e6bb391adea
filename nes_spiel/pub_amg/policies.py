# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Policies as arrays, and as OpenSpiel's."""

from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from open_spiel.python import policy as openspiel_policy

from nes_spiel.pub_amg.information_states import uniform_rule, wrong_rows
from nes_spiel.pub_amg.public_game import PublicGame

UNIFORM_SHARE = 1e-6  # in an interior policy, where another had zeros


def uniform(game: PublicGame) -> tuple[Any, Any]:
  """Returns both players' uniform policies `[i, a]`, as logarithms."""
  first, second = (
    _logarithm(uniform_rule(states.legal)) for states in game.information_states
  )
  return first, second


def interior(
  game: PublicGame, log_policies: tuple[Any, Any]
) -> tuple[Any, Any]:
  """Returns policies without zeros, mixed with uniform ones where they had.

  Args:
    game: the game.
    log_policies: of both players `[i, a]`.
  """
  first, second = (
    _mixed(np.exp(np.asarray(table)), states.legal)
    for table, states in zip(log_policies, game.information_states, strict=True)
  )
  return first, second


def _mixed(
  chances: Float[np.ndarray, "i a"], legal: Bool[np.ndarray, "i a"]
) -> Float[np.ndarray, "i a"]:
  """Returns logarithms of rows that have no zero among the legal actions."""
  has_zero = (legal & (chances == 0)).any(-1, keepdims=True)
  share = np.where(has_zero, UNIFORM_SHARE, 0.0)
  return _logarithm((1 - share) * chances + share * uniform_rule(legal))


def to_openspiel(
  game: PublicGame, log_policies: tuple[Any, Any]
) -> openspiel_policy.TabularPolicy:
  """Returns policies as a `TabularPolicy` of the game with turns.

  Args:
    game: the game.
    log_policies: of both players `[i, a]`, as logarithms.
  """
  table = openspiel_policy.TabularPolicy(game.tree.game)
  pairs = zip(game.information_states, log_policies, strict=True)
  for states, log_policy in pairs:
    for row, string in enumerate(states.strings):
      legal = states.actions[row][states.legal[row]]
      entry = table.policy_for_key(string)
      entry[:] = 0
      entry[legal] = np.exp(np.asarray(log_policy)[row, : len(legal)])
  return table


def from_openspiel(game: PublicGame, policy: Any) -> tuple[Any, Any]:
  """Returns any OpenSpiel policy of the game as logarithms `[i, a]`.

  Args:
    game: the game; if moves are simultaneous there, the policy is of
      `game.tree.game`, which has turns.
    policy: has `action_probabilities(state)`, as `TabularPolicy` and others.

  Raises:
    ValueError: probabilities that are no distribution.
  """
  tables = [np.zeros(states.legal.shape) for states in game.information_states]
  done: set[tuple[int, int]] = set()
  for history in game.tree.decisions.tolist():
    player = int(game.tree.actor[history])
    row = int(game.information_state[history])
    if (player, row) in done:
      continue
    done.add((player, row))
    chances = policy.action_probabilities(game.state(history))
    actions = game.information_states[player].actions[row]
    for column, action in enumerate(actions[actions >= 0]):
      tables[player][row, column] = chances.get(int(action), 0)
  for player, table in enumerate(tables):
    check_distributions(game, player, table)
  return _logarithm(tables[0]), _logarithm(tables[1])


def log_tables(game: PublicGame, policy: Any) -> tuple[Any, Any]:
  """Returns a policy as logarithms, of OpenSpiel's or of such tables.

  Args:
    game: the game.
    policy: as `from_openspiel` takes it, or both players' `[i, a]`.

  Raises:
    ValueError: probabilities that are no distribution.
  """
  if not isinstance(policy, tuple | list):
    return from_openspiel(game, policy)
  if len(policy) != 2:
    raise ValueError(f"policy: expected two tables, got {len(policy)}.")
  for player, table in enumerate(policy):
    check_distributions(game, player, np.exp(np.asarray(table)))
  return policy[0], policy[1]


def check_distributions(
  game: PublicGame, player: int, table: Float[np.ndarray, "i a"]
) -> None:
  """Raises ValueError, naming the information state, for no distributions."""
  states = game.information_states[player]
  if table.shape != states.legal.shape:
    raise ValueError(
      f"policy: player {player} has {len(states.strings)} information states "
      f"with up to {states.legal.shape[1]} actions, got shape {table.shape}."
    )
  wrong = wrong_rows(table, states.legal)
  if wrong.any():
    row = int(np.flatnonzero(wrong)[0])
    raise ValueError(
      f"policy: at information state {states.strings[row]!r} of player "
      f"{player} there is no distribution over the legal actions: {table[row]}."
    )


def _logarithm(table: Float[np.ndarray, "i a"]) -> Float[np.ndarray, "i a"]:
  """Returns logarithms, -inf of 0."""
  with np.errstate(divide="ignore"):
    return np.log(table)
