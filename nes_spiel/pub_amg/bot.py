# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A bot that plans at the public belief and plays."""

from typing import Any

import numpy as np
import pyspiel
from jaxtyping import Float

from nes_spiel.pub_amg import beliefs
from nes_spiel.pub_amg.beliefs import PublicBelief
from nes_spiel.pub_amg.maps import PublicPolicy
from nes_spiel.pub_amg.public_game import PublicGame, check_public_game


class PublicBeliefBot(pyspiel.Bot):
  """Plays a public-belief policy under the assumption that all follow it.

  Of the state it reads what is public, by which beliefs move, and its own
  information state.
  """

  def __init__(
    self,
    game: PublicGame,
    player: int,
    public_policy: PublicPolicy,
    rng: np.random.Generator,
  ):
    """Prepares playing.

    Args:
      game: the game.
      player: 0 or 1.
      public_policy: of both players, such as a `Planner`.
      rng: what actions are drawn from.
    """
    super().__init__()
    check_public_game(game)
    if not isinstance(rng, np.random.Generator):
      raise ValueError(
        f"rng: expected a numpy.random.Generator, got {type(rng).__name__}."
      )
    if player not in (0, 1):
      raise ValueError(f"player: expected 0 or 1, got {player}.")
    self._game, self._player = game, player
    self._public_policy, self._rng = public_policy, rng

  def player_id(self) -> int:
    """Returns 0 or 1."""
    return self._player

  def provides_policy(self) -> bool:
    """Returns that `step_with_policy` works."""
    return True

  def restart(self) -> None:
    """Forgets nothing: beliefs are followed from the state's history."""

  def restart_at(self, state: Any) -> None:
    """As `restart`."""

  def inform_action(self, state: Any, player: int, action: int) -> None:
    """As `restart`."""

  def step(self, state: Any) -> int:
    """Returns the action to take."""
    return self.step_with_policy(state)[1]

  def step_with_policy(self, state: Any) -> tuple[list[tuple[int, float]], int]:
    """Returns the probabilities of legal actions, and the action to take."""
    policy = self.get_policy(state)
    legal, chances = zip(*policy, strict=True)
    return policy, int(self._rng.choice(legal, p=chances))

  def get_policy(self, state: Any) -> list[tuple[int, float]]:
    """Returns the probabilities of legal actions.

    Raises:
      ValueError: a state at which the player does not act.
    """
    if state.current_player() != self._player:
      raise ValueError(
        f"state: expected one at which player {self._player} acts, got one of "
        f"player {int(state.current_player())} (-1 is chance)."
      )
    legal = state.legal_actions(self._player)
    return list(zip(legal, self._chances(state).tolist(), strict=True))

  def _chances(self, state: Any) -> Float[np.ndarray, " a"]:
    """Returns the probabilities of legal actions, in their order."""
    here = self._belief(state)
    rule = self._public_policy(here)
    history = self._game.find(tuple(state.history()))
    rows = self._game.rows_at(here.public_state)
    row = np.searchsorted(rows, self._game.information_state[history])
    chances = rule[row, : len(state.legal_actions(self._player))]
    return chances / chances.sum()

  def _belief(self, state: Any) -> PublicBelief:
    """Returns the public belief state, by the public states on the way."""
    following = beliefs.initial_beliefs(self._game)
    here = None
    for public_state in self._public_path(state):
      if here is not None:
        rule = self._public_policy(here)
        following = beliefs.successors(self._game, here, rule)
      reached = [
        x.state for x in following if x.state.public_state == public_state
      ]
      if not reached:
        raise ValueError(
          f"state: {state} is at public state {public_state}, which the policy "
          "never reaches."
        )
      here = reached[0]
    assert here is not None
    return here

  def _public_path(self, state: Any) -> list[int]:
    """Returns the public states up to this one."""
    actions = tuple(state.history())
    histories = [
      self._game.find(actions[:count]) for count in range(len(actions) + 1)
    ]
    path = self._game.public_state[histories]
    return path[path >= 0].tolist()
