# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""An OpenSpiel game with its public states and information states."""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from nes_spiel.pub_amg import (
  game_tree,
  public_partition,
  sequence_form,
  validity,
)
from nes_spiel.pub_amg.game_tree import HistoryTree

PublicFrom = Literal["auto", "observer", "common_knowledge"]


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


class Steps(NamedTuple):
  """From one decision to the next, or to the end.

  Attributes:
    history: `[m]`, where a player acts next, or the game ends.
    before: `[m]`, where one acted before.
    column: `[m]`, of the action taken there.
    chance: `[m]`, the probability of chance in between.
  """

  history: Int[np.ndarray, " m"]
  before: Int[np.ndarray, " m"]
  column: Int[np.ndarray, " m"]
  chance: Float[np.ndarray, " m"]


def check_public_game(game: Any) -> None:
  """Raises ValueError unless a game is a `PublicGame`."""
  if not isinstance(game, PublicGame):
    raise ValueError(
      "game: expected a PublicGame, as PublicGame.from_openspiel(game) makes "
      f"one, got {type(game).__name__}."
    )


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class PublicGame:
  """A two-player game, and what is public in it (Section 2.1).

  Public states are numbered in the order of time. They are those where a player
  acts; chance and the end of the game happen between them.

      >>> import pyspiel
      >>> game = PublicGame.from_openspiel(pyspiel.load_game("kuhn_poker"))
      >>> game.num_public_states, len(game.histories(0))
      (4, 6)

  Attributes:
    tree: all histories.
    public_state: `[h]`, -1 where no player acts.
    information_states: of either player.
    information_state: `[h]`, the row of the acting player's, else -1.
  """

  tree: HistoryTree
  public_state: Int[np.ndarray, " h"]
  information_states: tuple[InformationStates, InformationStates]
  information_state: Int[np.ndarray, " h"]

  def __repr__(self) -> str:
    """Returns the game's name and sizes."""
    return (
      f"PublicGame({self.name}: {self.num_public_states} public states, "
      f"{len(self.public_state)} histories)"
    )

  @classmethod
  def from_openspiel(
    cls,
    game: Any,
    public: PublicFrom = "auto",
    max_histories: int = game_tree.MAX_HISTORIES,
  ) -> "PublicGame":
    """Reads a two-player zero-sum game.

    Args:
      game: OpenSpiel's. Simultaneous moves become turns.
      public: what is public: what OpenSpiel's public observer shows, or what is
        common knowledge of the players' information states; "auto" takes the
        observer where the game has one.
      max_histories: how many histories there may be.

    Raises:
      ValueError: not two players or not zero-sum; chance that is sampled; no
        information state strings; imperfect recall; time steps or actors that
        are not public; too many histories. Names the game, the information
        state and the two values that conflict.
    """
    return cls.read(validity.check_game(game), public, max_histories)

  @classmethod
  def read(
    cls, game: Any, public: PublicFrom, max_histories: int
  ) -> "PublicGame":
    """Reads a game of any utility, checked otherwise; as `from_openspiel`."""
    tree = game_tree.read_tree(game, max_histories)
    public_state = _public_states(tree, public)
    validity.check_tree(tree, public_state)
    return cls.of_tree(tree, public_state)

  @classmethod
  def of_tree(
    cls, tree: HistoryTree, public_state: Int[np.ndarray, " h"], width: int = 0
  ) -> "PublicGame":
    """Returns a tree with its public states and information states.

    Args:
      tree: of all histories.
      public_state: `[h]`, -1 where no player acts.
      width: of tables of actions, if there are no more.
    """
    states, information_state = _information_states(tree, public_state, width)
    return cls(tree, public_state, states, information_state)

  @property
  def name(self) -> str:
    """OpenSpiel's name of the game, with parameters."""
    return str(self.tree.game)

  @property
  def num_public_states(self) -> int:
    """How many public states there are."""
    return int(self.public_state.max(initial=-1)) + 1

  @property
  def last_time(self) -> int:
    """The time step of the last decision, from 0."""
    return int(self.tree.time[self.tree.decisions].max())

  def actor(self, public_state: int) -> int:
    """Returns who acts in a public state, 0 or 1."""
    return int(self.tree.actor[self.histories(public_state)[0]])

  def histories(self, public_state: int) -> Int[np.ndarray, " k"]:
    """Returns the histories of a public state, ascending."""
    members = self._members
    if not 0 <= public_state < len(members):
      raise ValueError(
        f"public_state: {self.name} has 0 to {len(members) - 1}, got "
        f"{public_state}."
      )
    return members[public_state]

  @functools.cached_property
  def form(self) -> sequence_form.SequenceForm:
    """The arrays that sweeps read."""
    first, second = self.information_states
    return sequence_form.build(
      self.tree, self.information_state, (first.actions, second.actions)
    )

  def subgame(
    self, public_state: int, belief: Float[np.ndarray, " k"]
  ) -> sequence_form.SequenceForm:
    """Returns the form of the game that a public belief state starts.

    Args:
      public_state: where.
      belief: `[k]`, over `histories(public_state)`.

    Raises:
      ValueError: no such public state, or no distribution over its histories.
    """
    roots = self.histories(public_state)
    belief = np.asarray(belief, np.float64)
    if belief.shape != roots.shape or not (belief >= 0).all():
      raise ValueError(
        f"belief: expected {len(roots)} probabilities, got {belief}."
      )
    if not np.isclose(belief.sum(), 1, atol=1e-9):
      raise ValueError(f"belief: expected the sum 1, got {belief.sum()}.")
    return sequence_form.subgame(self.form, self.tree, roots, belief)

  def state(self, history: int) -> Any:
    """Returns OpenSpiel's state of a history."""
    path = []
    while history > 0:
      path.append(int(self.tree.action[history]))
      history = int(self.tree.parent[history])
    state = self.tree.game.new_initial_state()
    for action in reversed(path):
      state.apply_action(action)
    return state

  def find(self, actions: tuple[int, ...]) -> int:
    """Returns the history that consists of some actions, chance's included.

    Raises:
      ValueError: there is none.
    """
    history = 0
    for action in actions:
      key = (history, action)
      if key not in self._children:
        raise ValueError(f"actions: {self.name} has no history {actions}.")
      history = self._children[key]
    return history

  def rows_at(self, public_state: int) -> Int[np.ndarray, " i"]:
    """Returns the acting player's information states in a public state."""
    return np.unique(self.information_state[self.histories(public_state)])

  def steps_after(self, public_state: int | None) -> Steps:
    """Returns the steps from a public state, for None those to the first."""
    where = -1 if public_state is None else public_state
    chosen = np.flatnonzero(self._step_starts == where)
    return Steps(*(column[chosen] for column in self._steps))

  @functools.cached_property
  def _steps(self) -> Steps:
    """The step to each history where a player acts or the game ends."""
    tree, nodes = self.tree, self.form.nodes
    before = public_partition.previous_decisions(tree)[nodes]
    actor = tree.actor[before]
    width = self.information_states[0].actions.shape[1]
    last = self.form.sequences[np.maximum(actor, 0), np.arange(len(nodes))]
    start = np.where(before >= 0, tree.chance[before], 1)
    return Steps(nodes, before, last % width, tree.chance[nodes] / start)

  @functools.cached_property
  def _step_starts(self) -> Int[np.ndarray, " m"]:
    """The public state where each step starts, -1 for none."""
    before = self._steps.before
    return np.where(before >= 0, self.public_state[before], -1)

  @functools.cached_property
  def _members(self) -> list[Int[np.ndarray, " k"]]:
    """The histories of every public state."""
    acting = self.tree.decisions
    order = acting[np.argsort(self.public_state[acting], kind="stable")]
    sizes = np.bincount(self.public_state[acting])
    return np.split(order, np.cumsum(sizes)[:-1])

  @functools.cached_property
  def _children(self) -> Mapping[tuple[int, int], int]:
    """The history after each (history, action)."""
    parents, actions = self.tree.parent.tolist(), self.tree.action.tolist()
    pairs = zip(parents, actions, strict=True)
    return {pair: child for child, pair in enumerate(pairs)}


def _public_states(tree: HistoryTree, public: str) -> Int[np.ndarray, " h"]:
  """Returns the public state of each history."""
  if public not in ("auto", "observer", "common_knowledge"):
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
    return public_partition.by_common_knowledge(tree)
  return public_partition.by_observer(tree)


def _information_states(
  tree: HistoryTree, public_state: Int[np.ndarray, " h"], width: int
) -> tuple[tuple[InformationStates, InformationStates], Int[np.ndarray, " h"]]:
  """Returns both players' information states, and the row of each history."""
  rows = np.full(len(tree.parent), -1)
  known: tuple[dict[str, int], dict[str, int]] = ({}, {})
  members: tuple[list[int], list[int]] = ([], [])
  acting = tree.decisions
  depth = np.array([len(past) for past in validity.own_histories(tree)])
  order = np.lexsort([public_state[acting], depth[acting]])
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
