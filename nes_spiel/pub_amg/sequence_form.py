# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A game as arrays that a sweep reads without branching.

With perfect recall a player's reach of a history follows from its last own
(information state, action) pair, its sequence (von Stengel 1996). A sweep over
sequences has as many levels as a player acts, not as the tree is deep.
"""

import dataclasses
from typing import Any, TypeAlias

import jax
import numpy as np
from jaxtyping import Bool, Float, Int

from nes_spiel.pub_amg.game_tree import CHANCE, HistoryTree

# NumPy's where a form is built, JAX's in a sweep.
Array: TypeAlias = Any


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Side:
  """One player's part of a form.

  Rows are its information states, as `PublicGame.information_states` has them.
  Sequence i * a + k is action k in row i, and the number of all these that of
  no action. Tables are filled up with the first number that is out of range.

  Attributes:
    legal: `[i, a]`.
    before: `[i, t]`, the sequences on the way to a row.
    nodes_at: `[i, m]`, the nodes where the player acts.
    nodes_after: `[i, a, k]`, the nodes after a sequence and before the player
      acts again.
    rows_after: `[i, a, c]`, the rows that may come next after a sequence.
    first: `[i]`, whether the player acts there for the first time.
    inside: `[i]`, whether a row is in the subgame; in the whole game all are.
    levels: where the rows of each number of earlier own actions start, and how
      many rows there are.
  """

  legal: Bool[Array, "i a"]
  before: Int[Array, "i t"]
  nodes_at: Int[Array, "i m"]
  nodes_after: Int[Array, "i a k"]
  rows_after: Int[Array, "i a c"]
  first: Bool[Array, " i"]
  inside: Bool[Array, " i"]
  levels: tuple[int, ...] = dataclasses.field(metadata={"static": True})


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class SequenceForm:
  """All that a sweep reads of a game or subgame.

  Attributes:
    sides: of players 0 and 1.
    nodes: `[h]`, the histories where a player acts or the game ends.
    sequences: `[2, h]`, each player's last sequence at a node.
    rows: `[2, h]`, a player's row where it acts, elsewhere their number.
    chance: `[h]`, the probability of chance, and in a subgame of the belief
      that it starts with; 0 outside of it.
    reward: `[h]`, what player 0 gains at the end, elsewhere 0.
  """

  sides: tuple[Side, Side]
  nodes: Int[Array, " h"]
  sequences: Int[Array, "2 h"]
  rows: Int[Array, "2 h"]
  chance: Float[Array, " h"]
  reward: Float[Array, " h"]


def build(
  tree: HistoryTree,
  row: Int[np.ndarray, " h"],
  actions: tuple[Int[np.ndarray, "i a"], Int[np.ndarray, "j a"]],
) -> SequenceForm:
  """Builds the form of a whole game.

  Args:
    tree: of all histories.
    row: `[h]`, the acting player's information state, -1 without.
    actions: `[i, a]` of both players, legal ones, then -1.
  """
  nodes = np.flatnonzero(tree.actor != CHANCE)
  sequences = _last_sequences(tree, row, actions)[:, nodes]
  rows = np.stack(
    [
      np.where(tree.actor[nodes] == player, row[nodes], len(actions[player]))
      for player in (0, 1)
    ]
  )
  first, second = (
    _side(actions[player], sequences[player], rows[player]) for player in (0, 1)
  )
  return SequenceForm(
    sides=(first, second),
    nodes=nodes,
    sequences=sequences,
    rows=rows,
    chance=tree.chance[nodes],
    reward=tree.returns[nodes, 0],
  )


def _last_sequences(
  tree: HistoryTree,
  row: Int[np.ndarray, " h"],
  actions: tuple[Int[np.ndarray, "i a"], Int[np.ndarray, "j a"]],
) -> Int[np.ndarray, "2 h"]:
  """Returns both players' last sequences, by history."""
  last = np.empty((2, len(tree.parent)), np.int64)
  last[:, 0] = [table.size for table in actions]
  for history, parent in enumerate(tree.parent):  # parents first
    if parent < 0:
      continue
    last[:, history] = last[:, parent]
    actor = tree.actor[parent]
    if actor >= 0:
      taken = actions[actor][row[parent]] == tree.action[history]
      column = int(np.argmax(taken))
      last[actor, history] = row[parent] * len(taken) + column
  return last


def _side(
  actions: Int[np.ndarray, "i a"],
  last: Int[np.ndarray, " h"],
  rows: Int[np.ndarray, " h"],
) -> Side:
  """Returns one player's part.

  Args:
    actions: `[i, a]`, legal ones, then -1.
    last: `[h]`, its last sequence at each node.
    rows: `[h]`, the row where it acts, elsewhere i.
  """
  count, width = actions.shape
  none = count * width
  nodes_at = grouped(rows, count)
  # All nodes of a row follow one sequence: perfect recall.
  parent = last[nodes_at[:, 0]] if count else np.zeros(0, np.int64)
  earlier = np.append(parent, none)
  before = [parent]
  while (before[-1] != none).any():
    before.append(earlier[before[-1] // width])
  depth = (np.stack(before) != none).sum(0)
  assert (np.diff(depth) >= 0).all()  # as `levels` needs
  after = grouped(np.where(rows < count, none, last), none)
  following = grouped(parent, none)
  return Side(
    legal=actions >= 0,
    before=np.stack(before, axis=1),
    nodes_at=nodes_at,
    nodes_after=after.reshape(count, width, after.shape[1]),
    rows_after=following.reshape(count, width, following.shape[1]),
    first=parent == none,
    inside=np.ones(count, bool),
    levels=(*np.searchsorted(depth, np.unique(depth)).tolist(), count),
  )


def grouped(
  labels: Int[np.ndarray, " k"], count: int
) -> Int[np.ndarray, "{count} m"]:
  """Returns for each label below `count` its places, filled up with k.

  Args:
    labels: others than 0 to `count` - 1 are left out.
    count: how many labels.
  """
  places = np.flatnonzero((labels >= 0) & (labels < count))
  places = places[np.argsort(labels[places], kind="stable")]
  chosen = labels[places]
  sizes = np.bincount(chosen, minlength=count)
  table = np.full((count, max(1, sizes.max(initial=0))), len(labels))
  column = np.arange(len(places)) - (np.cumsum(sizes) - sizes)[chosen]
  table[chosen, column] = places
  return table


def subgame(
  form: SequenceForm,
  tree: HistoryTree,
  roots: Int[Array, " r"],
  belief: Float[Array, " r"],
) -> SequenceForm:
  """Returns the game that starts at some histories, in arrays of equal shape.

  Args:
    form: of the whole game.
    tree: of all histories.
    roots: a public state's histories, ascending.
    belief: `[r]`, their probabilities.
  """
  # The last root before a node; none follows another.
  start = np.searchsorted(roots, form.nodes, side="right") - 1
  inside = (start >= 0) & (form.nodes < tree.end[roots][start])
  chance = np.where(
    inside, belief[start] * form.chance / tree.chance[roots][start], 0
  )
  at_root = np.isin(form.nodes, roots)
  first, second = (
    _restricted(form.sides[p], form.sequences[p][at_root], form.rows[p][inside])
    for p in (0, 1)
  )
  sequences = np.stack(
    [
      _forgotten(form.sides[p], form.sequences[p], form.sequences[p][at_root])
      for p in (0, 1)
    ]
  )
  return dataclasses.replace(
    form, sides=(first, second), sequences=sequences, chance=chance
  )


def _restricted(
  side: Side,
  past: Int[Array, " r"],
  rows: Int[Array, " k"],
) -> Side:
  """Returns a player's part of a subgame.

  Args:
    side: of the whole game.
    past: the player's last sequences at the roots.
    rows: where it acts in the subgame; others, out of range, do not count.
  """
  inside = np.isin(np.arange(len(side.first)), rows)
  before = _forgotten(side, side.before, past)
  first = inside & (before == side.legal.size).all(axis=1)
  return dataclasses.replace(side, before=before, first=first, inside=inside)


def _forgotten(
  side: Side, sequences: Int[Array, "*k"], past: Int[Array, " r"]
) -> Int[Array, "*k"]:
  """Returns sequences, those up to the roots replaced by that of none."""
  none, width = side.legal.size, side.legal.shape[1]
  acted = np.unique(past[past < none])
  known = np.union1d(acted, side.before[acted // width])
  return np.where(np.isin(sequences, known), none, sequences)
