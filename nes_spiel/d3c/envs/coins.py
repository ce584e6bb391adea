# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Coins: two agents, tempted to pick up each other's coins.

Section 3.4 of Gemp et al. (2022), after Lerer and Peysakhovich, Maintaining
Cooperation in Complex Social Dilemmas Using Deep Reinforcement Learning (2017).
"""

import dataclasses
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, UInt8

from nes_spiel.d3c.envs import moves, painting
from nes_spiel.d3c.envs.environment import Environment
from nes_spiel.games import number_checks

ACTIONS = ("stay", "up", "down", "left", "right")
FEATURES = ("self", "other", "own coins", "other's coins")
AGENT_COLORS = ((40, 90, 200), (200, 60, 50))
COIN_COLORS = ((150, 180, 245), (245, 165, 155))


class CoinEvents(NamedTuple):
  """What happened in a step.

  Attributes:
    own: `[2]`, who picked up a coin of their own type.
    others: `[2]`, who picked up a coin of the other agent's type.
  """

  own: Bool[Array, "2"]
  others: Bool[Array, "2"]


class CoinsState(NamedTuple):
  """Where agents and coins are.

  Attributes:
    cells: `[2]`, the agents', numbered row by row.
    coins: `[2, cells]`, of each agent's type; at most one coin to a cell.
    time: `[]`, steps since the episode began.
    events: of the step that led here.
  """

  cells: Int[Array, "2"]
  coins: Bool[Array, "2 c"]
  time: Int[Array, ""]
  events: CoinEvents


@dataclasses.dataclass(frozen=True)
class Coins(Environment[CoinsState]):
  """Two agents on a small grid on which coins of two types appear.

  Whoever moves onto a coin gets 1. If its type is the other agent's, that agent
  gets -2. In a step agents move, pick up, and then coins appear on cells that
  hold neither agent nor coin.

  Observations `[2, 4, size, size]`, the whole grid from each agent's side: 0 or
  1 for itself, the other, coins of its own type and of the other's.

  Options, with what the paper says and, where it is silent, what was chosen:

  Attributes:
    size: of the square grid; 5 in the paper.
    episode_length: 500 in the paper.
    spawn_probability: 0.005 in the paper, for one type in one step.
    spawn: what has that probability, which the paper leaves open. "attempt":
      that a coin of a type appears, on a random empty cell, about 5 coins an
      episode, over which agents compete. "cell": that a coin of a type appears
      on a given empty cell, up to one in four steps, enough for both.
    collisions: who gets a cell that both want, which the paper leaves open.
      "random": one of them by a fair coin. "nobody": both stay where they are.
      In both, nobody enters a cell that the other does not leave, and nobody
      changes places. "share": agents may be in one cell; if both reach a coin
      at once, a fair coin says who gets it.
    first_cells: where an episode begins, which the paper leaves open. "random":
      on different cells. "corners": agent 0 top left, agent 1 bottom right.
      There are no coins at first.
    coin_reward: of the one who picks up; 1 in the paper.
    loss: of an agent whose coin the other picks up; 2 in the paper.

  Raises:
    ValueError: an option out of its range.

  Example:
    >>> import jax
    >>> from nes_spiel.d3c import envs
    >>> coins = envs.make("coins")
    >>> observations, state = coins.reset(jax.random.key(0))
    >>> observations.shape
    (2, 4, 5, 5)
  """

  size: int = 5
  episode_length: int = 500
  spawn_probability: float = 0.005
  spawn: str = "attempt"
  collisions: str = "random"
  first_cells: str = "random"
  coin_reward: float = 1.0
  loss: float = 2.0
  num_agents: int = dataclasses.field(default=2, init=False)

  def __post_init__(self) -> None:
    """Checks the options."""
    number_checks.check_count("size", self.size, 2, 100)
    number_checks.check_count("episode_length", self.episode_length)
    number_checks.check_choice("spawn", self.spawn, ("attempt", "cell"))
    # Of two types only one can appear on a cell.
    most = 0.5 if self.spawn == "cell" else 1.0
    number_checks.check_number(
      "spawn_probability", self.spawn_probability, 0, most
    )
    number_checks.check_choice(
      "collisions", self.collisions, ("random", "nobody", "share")
    )
    number_checks.check_choice(
      "first_cells", self.first_cells, ("random", "corners")
    )
    number_checks.check_number("coin_reward", self.coin_reward)
    number_checks.check_number("loss", self.loss)

  @property
  def actions(self) -> tuple[str, ...]:
    """Names of the actions, by number."""
    return ACTIONS

  @property
  def features(self) -> tuple[str, ...]:
    """Names along the first axis of an agent's observation."""
    return FEATURES

  @property
  def observation_shape(self) -> tuple[int, ...]:
    """The shape of one agent's observation."""
    return (len(FEATURES), self.size, self.size)

  @property
  def draws(self) -> tuple[int, int]:
    """One draw for ties, the others for coins; two for first cells."""
    return 1 + (4 if self.spawn == "attempt" else self.size**2), 2

  def start(self, draws: Float[Array, " d"]) -> CoinsState:
    """Returns an empty grid with two agents."""
    last = self.size**2 - 1
    if self.first_cells == "corners":
      cells = jnp.array([0, last], jnp.int32)
    else:
      first = moves.index_below(last + 1, draws[0])
      second = moves.index_below(last, draws[1])
      cells = jnp.stack([first, _after(second, first)])
    nobody = jnp.zeros(2, bool)
    return CoinsState(
      cells,
      jnp.zeros((2, last + 1), bool),
      jnp.zeros((), jnp.int32),
      CoinEvents(nobody, nobody),
    )

  def advance(
    self,
    draws: Float[Array, " d"],
    state: CoinsState,
    actions: Int[Array, "2"],
  ) -> CoinsState:
    """Moves agents, hands out coins, then lets new ones appear."""
    order = jnp.stack([draws[0], 0.5 * jnp.ones((), jnp.float32)])
    cells = self._move(order, state.cells, actions)
    here = self._here(cells)
    taken = (here[:, None] & state.coins[None]).any(-1)
    if self.collisions == "share":
      late = (cells[0] == cells[1]) & moves.before(order).any(1)
      taken &= ~late[:, None]
    events = CoinEvents(
      jnp.stack([taken[0, 0], taken[1, 1]]),
      jnp.stack([taken[0, 1], taken[1, 0]]),
    )
    occupied = here.any(0)
    coins = state.coins & ~occupied[None]
    empty = ~(occupied | coins.any(0))
    coins |= self._new_coins(draws[1:], empty)
    return CoinsState(cells, coins, state.time + 1, events)

  def rewards(self, events: CoinEvents) -> Float[Array, "2"]:
    """Returns 1 for any coin, less 2 for each that the other took."""
    gained = (events.own | events.others).astype(jnp.float32)
    lost = events.others[::-1].astype(jnp.float32)
    return self.coin_reward * gained - self.loss * lost

  def observe(self, state: CoinsState) -> Float[Array, "2 4 s s"]:
    """Returns the whole grid from each agent's side."""
    here = self._here(state.cells)
    planes = jnp.stack([here, here[::-1], state.coins, state.coins[::-1]], 1)
    return planes.astype(jnp.float32).reshape(2, *self.observation_shape)

  def render(self, state: CoinsState, scale: int = 16) -> UInt8[Array, "h w 3"]:
    """Returns the grid: agents in strong colours, their coins in pale ones."""
    here = self._here(state.cells)
    layers = jnp.concatenate([state.coins, here])
    cells = painting.paint(layers, COIN_COLORS + AGENT_COLORS)
    return painting.enlarge(cells.reshape(self.size, self.size, 3), scale)

  def _here(self, cells: Int[Array, "2"]) -> Bool[Array, "2 c"]:
    """Returns a mask of each agent's cell."""
    return cells[:, None] == np.arange(self.size**2, dtype=np.int32)[None]

  def _move(
    self,
    order: Float[Array, "2"],
    cells: Int[Array, "2"],
    actions: Int[Array, "2"],
  ) -> Int[Array, "2"]:
    """Returns where agents are after their moves."""
    last = self.size - 1
    down = _sign(actions == 2, actions == 1)
    right = _sign(actions == 4, actions == 3)
    rows = jnp.clip(cells // self.size + down, 0, last)
    columns = jnp.clip(cells % self.size + right, 0, last)
    targets = rows * self.size + columns
    if self.collisions == "share":
      return targets
    first = order if self.collisions == "random" else None
    return jnp.where(moves.who_moves(cells, targets, first), targets, cells)

  def _new_coins(
    self, draws: Float[Array, " d"], empty: Bool[Array, " c"]
  ) -> Bool[Array, "2 c"]:
    """Returns where coins of the two types appear."""
    chance = np.float32(self.spawn_probability)
    if self.spawn == "cell":
      # One number to a cell, so that it gets one coin at most.
      types = jnp.stack(
        [draws < chance, (draws >= chance) & (draws < 2 * chance)]
      )
      return types & empty[None]
    comes, count = draws[:2] < chance, empty.sum(dtype=jnp.int32)
    first = moves.index_below(count, draws[2])
    # The second coin takes one of the cells that the first one left.
    left = count - comes[0].astype(jnp.int32)
    second = moves.index_below(left, draws[3])
    second = jnp.where(comes[0], _after(second, first), second)
    ranks = moves.ranks(empty)
    places = jnp.stack([ranks == first, ranks == second])
    return places & comes[:, None] & empty[None]


def _sign(plus: Bool[Array, "2"], minus: Bool[Array, "2"]) -> Int[Array, "2"]:
  """Returns 1, -1 or 0."""
  return plus.astype(jnp.int32) - minus.astype(jnp.int32)


def _after(index: Int[Array, ""], taken: Int[Array, ""]) -> Int[Array, ""]:
  """Returns the number in a list of what has a number once one is left out."""
  return index + (index >= taken).astype(jnp.int32)
