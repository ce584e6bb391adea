# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A game that is cut off at a time step: what a depth-limited search sees."""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int

from nes_spiel.pub_amg.game_tree import TERMINAL, HistoryTree
from nes_spiel.pub_amg.public_game import PublicGame
from nes_spiel.pub_amg.sequence_form import grouped


class Horizon(NamedTuple):
  """A game up to the decisions of one time step, which are its leaves.

  Attributes:
    game: cut off; public states before the horizon keep their numbers.
    rows: of the whole game, for each player's information states.
    public_states: `[l]`, those at the horizon.
    histories: `[l, k]`, their histories in the whole game, filled up with the
      number of histories.
    leaves: `[l, k]`, their places among the nodes of the form that is cut off,
      filled up with the number of nodes.
  """

  game: PublicGame
  rows: tuple[Int[np.ndarray, " i"], Int[np.ndarray, " j"]]
  public_states: Int[np.ndarray, " l"]
  histories: Int[np.ndarray, "l k"]
  leaves: Int[np.ndarray, "l k"]


def cut_off(game: PublicGame, time: int) -> Horizon:
  """Returns a game up to a time step.

  Args:
    game: the whole one.
    time: how many decisions are before the horizon.
  """
  tree = game.tree
  kept = np.flatnonzero(tree.time <= time)
  at_horizon = (tree.time == time) & (tree.actor >= 0)
  public_state = np.where(at_horizon, -1, game.public_state)[kept]
  width = game.information_states[0].actions.shape[1]
  short = PublicGame.of_tree(_kept(tree, kept, at_horizon), public_state, width)
  ends = np.flatnonzero(at_horizon)
  public_states = np.unique(game.public_state[ends])
  place = np.searchsorted(public_states, game.public_state[ends])
  table = grouped(place, len(public_states))
  nodes = np.searchsorted(short.form.nodes, np.searchsorted(kept, ends))
  first, second = (
    _rows(game.information_states[p].strings, short.information_states[p])
    for p in (0, 1)
  )
  return Horizon(
    game=short,
    rows=(first, second),
    public_states=public_states,
    histories=np.append(ends, len(tree.parent))[table],
    leaves=np.append(nodes, len(short.form.nodes))[table],
  )


def _kept(
  tree: HistoryTree,
  kept: Int[np.ndarray, " h"],
  at_horizon: np.ndarray,
) -> HistoryTree:
  """Returns some of the histories, the game ending at those at the horizon."""
  number = np.cumsum(np.isin(np.arange(len(tree.parent)), kept))
  parent = tree.parent[kept]
  return tree._replace(
    parent=np.where(parent < 0, -1, number[parent] - 1),
    end=number[tree.end[kept] - 1],
    action=tree.action[kept],
    actor=np.where(at_horizon, TERMINAL, tree.actor)[kept],
    chance=tree.chance[kept],
    returns=tree.returns[kept],
    time=tree.time[kept],
    legal=[() if at_horizon[h] else tree.legal[h] for h in kept.tolist()],
    strings=[None if at_horizon[h] else tree.strings[h] for h in kept.tolist()],
    observed=tree.observed[kept] if tree.observed.size else tree.observed,
  )


def _rows(strings: tuple[str, ...], states: Any) -> Int[np.ndarray, " i"]:
  """Returns where information states stand among those of the whole game."""
  number = {string: row for row, string in enumerate(strings)}
  return np.array([number[string] for string in states.strings], np.int64)
