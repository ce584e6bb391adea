# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Which histories the public cannot tell apart.

OpenSpiel's public observer says it for some games. For others it follows from
what the players know: two histories of one time step belong together if a
player confuses them, or if what follows them belongs together.
"""

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Int
from scipy.sparse import coo_matrix, csgraph

from nes_spiel.pub_amg.game_tree import HistoryTree

PublicFrom = Literal["auto", "observer", "common_knowledge"]
NOWHERE = -1  # the public state of a history where no player acts


def public_states(tree: HistoryTree, public: str) -> Int[np.ndarray, " h"]:
  """Returns the public state of each history, -1 where no player acts.

  Args:
    tree: of any game.
    public: one of `PublicFrom`; "auto" is the observer where there is one.

  Raises:
    ValueError: another word, or no observer of the game.
  """
  if public not in get_args(PublicFrom):
    raise ValueError(
      'public: expected "auto", "observer" or "common_knowledge", got '
      f"{public!r}."
    )
  if public == "observer" and not tree.observed.size:
    raise ValueError(
      f'public: OpenSpiel has no public observer of {tree.game}; "auto" and '
      '"common_knowledge" do without.'
    )
  if public == "common_knowledge" or not tree.observed.size:
    return by_common_knowledge(tree)
  return by_observer(tree)


def by_observer(tree: HistoryTree) -> Int[np.ndarray, " h"]:
  """Returns public states by equal public observations at equal times.

  Args:
    tree: of a game with a public observer.
  """
  acting = tree.decisions
  keys = np.stack([tree.time[acting], tree.observed[acting]], axis=1)
  return _numbered(tree, acting, keys)


def by_common_knowledge(tree: HistoryTree) -> Int[np.ndarray, " h"]:
  """Returns public states as the closure of what the players confuse.

  Histories of one time step are united where a player has the same information
  state at both; then, from the last step to the first, those that are followed
  by histories of one class.

  Args:
    tree: of any game.
  """
  acting, before = tree.decisions, previous_decisions(tree)
  times = tree.time[acting]
  classes = np.arange(len(tree.parent))
  after = acting[:0]
  for time in reversed(range(int(times.max(initial=-1)) + 1)):
    now = acting[times == time]
    links = [
      _numbers([tree.strings[h][player] for h in now.tolist()])
      for player in (0, 1)
    ]
    # Decisions ascend within `now`: the place of one is found by search.
    followed = np.searchsorted(now, before[after])
    classes[now] = now[
      _first_of_class(
        len(now), links, (followed, _numbers(classes[after].tolist()))
      )
    ]
    after = now
  return _numbered(tree, acting, np.stack([times, classes[acting]], axis=1))


def previous_decisions(tree: HistoryTree) -> Int[np.ndarray, " h"]:
  """Returns the last history before each where a player acted, -1 for none."""
  before = np.full(len(tree.parent), -1)
  for history, parent in enumerate(tree.parent):  # parents first
    if parent >= 0:
      acts = tree.actor[parent] >= 0
      before[history] = parent if acts else before[parent]
  return before


def _numbers(labels: Sequence[Any]) -> Int[np.ndarray, " k"]:
  """Returns equal numbers, from 0, for equal labels."""
  known: dict[Any, int] = {}
  return np.array([known.setdefault(x, len(known)) for x in labels], np.int64)


def _first_of_class(
  count: int,
  links: Sequence[Int[np.ndarray, " k"]],
  links_of_next: tuple[Int[np.ndarray, " m"], Int[np.ndarray, " m"]],
) -> Int[np.ndarray, " k"]:
  """Returns the first member of the class of each.

  Args:
    count: of members.
    links: for each relation the label of every member; equal ones are linked.
    links_of_next: members, and the label of what follows.
  """
  members = [np.arange(count)] * len(links) + [links_of_next[0]]
  labels, offset = [], count
  for label in (*links, links_of_next[1]):
    labels.append(label + offset)
    offset += int(label.max(initial=-1)) + 1
  rows, columns = np.concatenate(members), np.concatenate(labels)
  graph = coo_matrix((np.ones(len(rows)), (rows, columns)), (offset, offset))
  component = csgraph.connected_components(graph, directed=False)[1][:count]
  _, first, inverse = np.unique(
    component, return_index=True, return_inverse=True
  )
  return first[inverse.reshape(-1)]


def _numbered(
  tree: HistoryTree, acting: Int[np.ndarray, " d"], keys: np.ndarray
) -> Int[np.ndarray, " h"]:
  """Returns numbers of keys, in the order of time, by history."""
  states = np.full(len(tree.parent), NOWHERE)
  states[acting] = np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1)
  return states
