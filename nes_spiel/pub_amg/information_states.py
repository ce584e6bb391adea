# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What a player knows where it acts, and which rows of tables stand for it."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from nes_spiel.pub_amg.game_tree import HistoryTree


class InformationStates(NamedTuple):
  """A player's information states, by how often it acted before, then by time.

  Attributes:
    strings: OpenSpiel's.
    actions: `[i, a]`, the legal ones in OpenSpiel's order, then -1.
    public_state: `[i]`, the one that it is consistent with.
  """

  strings: tuple[str, ...]
  actions: Int[np.ndarray, "i a"]
  public_state: Int[np.ndarray, " i"]

  @property
  def legal(self) -> Bool[np.ndarray, "i a"]:
    """Which columns are actions."""
    return self.actions >= 0


def information_states(
  tree: HistoryTree, public_state: Int[np.ndarray, " h"], width: int
) -> tuple[tuple[InformationStates, InformationStates], Int[np.ndarray, " h"]]:
  """Returns both players' information states, and the row of each history.

  Args:
    tree: of all histories.
    public_state: `[h]`, -1 where no player acts.
    width: of tables of actions, if there are no more.
  """
  rows = np.full(len(tree.parent), -1)
  known: tuple[dict[str, int], dict[str, int]] = ({}, {})
  members: tuple[list[int], list[int]] = ([], [])
  acting = tree.decisions
  order = np.lexsort([public_state[acting], _own_decisions(tree)[acting]])
  for history in acting[order].tolist():
    actor, string = int(tree.actor[history]), tree.acting_string(history)
    if string not in known[actor]:
      known[actor][string] = len(known[actor])
      members[actor].append(int(history))
    rows[history] = known[actor][string]
  width = max(width, *(len(legal) for legal in tree.legal))
  first, second = (
    InformationStates(
      tuple(known[player]),
      _padded([tree.legal[h] for h in members[player]], width),
      public_state[members[player]],
    )
    for player in (0, 1)
  )
  return (first, second), rows


def _padded(
  rows: list[tuple[int, ...]], width: int
) -> Int[np.ndarray, "k {width}"]:
  """Returns rows filled up with -1."""
  return np.array(
    [[*row, *[-1] * (width - len(row))] for row in rows], np.int64
  ).reshape(len(rows), width)


def _own_decisions(tree: HistoryTree) -> Int[np.ndarray, " h"]:
  """Returns how often each history's actor has acted before."""
  done = np.zeros((len(tree.parent), 2), np.int64)
  for history, parent in enumerate(tree.parent.tolist()):  # parents first
    if parent >= 0:
      done[history] = done[parent]
      if tree.actor[parent] >= 0:
        done[history, tree.actor[parent]] += 1
  return done[np.arange(len(done)), np.maximum(tree.actor, 0)]


def wrong_rows(
  table: Float[np.ndarray, "i a"],
  legal: Bool[np.ndarray, "i a"],
  interior: bool = False,
) -> Bool[np.ndarray, " i"]:
  """Returns which rows are no distributions over legal actions.

  Args:
    table: `[i, a]`, probabilities.
    legal: `[i, a]`.
    interior: whether every legal action must be above 0.
  """
  fits = np.where(legal, table > 0 if interior else table >= 0, table == 0)
  return ~(fits.all(-1) & (np.abs(table.sum(-1) - 1) <= 1e-6))


def uniform_rule(
  legal: Bool[np.ndarray, "i a"],
) -> Float[np.ndarray, "i a"]:
  """Returns equal probabilities of legal actions."""
  return legal / legal.sum(-1, keepdims=True)
