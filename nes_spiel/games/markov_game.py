# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Markov games: in every state a normal-form game, whose play leads on."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import sparse


class MarkovGame(NamedTuple):
  """States of which each is a game of one joint action.

  Attributes:
    rewards: `[s, n, *a]`, of all players, expected over where play leads.
    transitions: sparse `[s * |A|, s]`, the probability of the next state by
      state and joint action; rows lack what ends the game.
    actions: `[s, n, d]`, OpenSpiel's number of each action, -1 for none; a
      player who does not move has one, 0.
    start: `[s]`, the probability of a first state.
    names: of states, as OpenSpiel prints them.
  """

  rewards: Float[np.ndarray, "s n *a"]
  transitions: sparse.csr_array
  actions: Int[np.ndarray, "s n d"]
  start: Float[np.ndarray, " s"]
  names: tuple[str, ...]

  @property
  def strategy_mask(self) -> Bool[np.ndarray, "s n d"]:
    """Which actions a state has."""
    return self.actions >= 0

  def action_values(
    self, values: Float[np.ndarray, "s n"], discount: float
  ) -> Float[np.ndarray, "s n *a"]:
    """Returns rewards plus discounted values of next states (Bellman).

    Args:
      values: `[s, n]`, of all states to all players.
      discount: gamma, of a step.
    """
    states, players, *sizes = self.rewards.shape
    later = (self.transitions @ values).reshape(states, *sizes, players)
    return self.rewards + discount * np.moveaxis(later, -1, 1)
