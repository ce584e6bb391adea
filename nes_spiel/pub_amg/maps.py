# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Between policies of the public-belief game and of the original one."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

from nes_spiel.pub_amg import beliefs, policies
from nes_spiel.pub_amg.beliefs import PublicBelief
from nes_spiel.pub_amg.public_game import PublicGame, check_public_game
from nes_spiel.pub_amg.sweeps import Policies

# Maps a public belief state to a decision rule `[i, a]`, of the rows
# `game.rows_at(public_state)`.
PublicPolicy: TypeAlias = Callable[[PublicBelief], Float[np.ndarray, "i a"]]


def correspondence(game: PublicGame, public_policy: PublicPolicy) -> Policies:
  """Returns the policies that a public-belief policy leads to (Algorithm 1).

  Args:
    game: the game.
    public_policy: of both players; called once per reached public state.

  Returns:
    Both players' `[i, a]`, as logarithms; uniform where it does not lead.

  Raises:
    ValueError: no `PublicGame`, or a decision rule that is none.
  """
  check_public_game(game)
  tables = [np.array(table) for table in policies.uniform(game)]
  waiting = [successor.state for successor in beliefs.initial_beliefs(game)]
  while waiting:
    state = waiting.pop()
    rule = np.asarray(public_policy(state), np.float64)
    following = beliefs.successors(game, state, rule)
    waiting += [successor.state for successor in following]
    table = tables[game.actor(state.public_state)]
    with np.errstate(divide="ignore"):
      table[game.rows_at(state.public_state)] = np.log(rule)
  return tables[0], tables[1]


def canonical_choice(game: PublicGame, log_policies: Policies) -> PublicPolicy:
  """Returns the public-belief policy that ignores beliefs (Algorithm 2).

  Args:
    game: the game.
    log_policies: of both players, as logarithms.

  Raises:
    ValueError: no `PublicGame`.
  """
  check_public_game(game)

  def public_policy(state: PublicBelief) -> Float[np.ndarray, "i a"]:
    return beliefs.decision_rule(game, state.public_state, log_policies)

  return public_policy
