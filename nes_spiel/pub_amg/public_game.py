# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""An OpenSpiel game with its public states and information states."""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from nes_spiel.games.warn_caller import warn_caller
from nes_spiel.pub_amg import (
  game_tree,
  public_partition,
  sequence_form,
  validity,
)
from nes_spiel.pub_amg.game_tree import HistoryTree
from nes_spiel.pub_amg.information_states import (
  InformationStates,
  information_states,
)
from nes_spiel.pub_amg.public_partition import PublicFrom

MANY_HISTORIES = 100_000


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

    Made for up to 100000 histories; it warns beyond.

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
    if len(tree.parent) > MANY_HISTORIES:
      warn_caller(
        f"game: {game} has {len(tree.parent)} histories; with more than "
        f"{MANY_HISTORIES} reading it takes minutes and a sweep seconds."
      )
    public_state = public_partition.public_states(tree, public)
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
    states, information_state = information_states(tree, public_state, width)
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
    self.check_belief(public_state, belief)
    roots = self.histories(public_state)
    belief = np.asarray(belief, np.float64)
    return sequence_form.subgame(self.form, self.tree, roots, belief)

  def check_belief(self, public_state: int, belief: Any) -> None:
    """Raises ValueError for what is no distribution over a state's histories.

    Args:
      public_state: where.
      belief: `[k]`, over `histories(public_state)`.
    """
    count = len(self.histories(public_state))
    belief = np.asarray(belief, np.float64)
    if belief.shape != (count,) or not (belief >= 0).all():
      raise ValueError(f"belief: expected {count} probabilities, got {belief}.")
    if not np.isclose(belief.sum(), 1, atol=1e-9):
      raise ValueError(f"belief: expected the sum 1, got {belief.sum()}.")

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
