# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What worlds of agents that walk among apples and fine each other share."""

import abc
import dataclasses
import functools
from collections.abc import Mapping
from typing import ClassVar, NamedTuple, TypeVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, UInt8

from nes_spiel.d3c.envs import grid, maps, options, painting
from nes_spiel.d3c.envs.environment import Environment, State

AGENT_COLORS = (
  (40, 90, 200),
  (200, 60, 50),
  (230, 160, 30),
  (120, 60, 160),
  (30, 150, 160),
  (220, 110, 170),
  (110, 80, 50),
  (60, 60, 60),
)
THING_COLORS = {
  grid.WATER: (150, 195, 230),
  grid.WASTE: (120, 105, 60),
  grid.APPLE: (60, 160, 70),
  grid.WALL: (110, 110, 110),
}


class Body(NamedTuple):
  """Where agents are.

  Attributes:
    cells: `[n]`, on the map with its margin, see `grid.Grid`.
    headings: `[n]`, the directions they face.
  """

  cells: Int[Array, " n"]
  headings: Int[Array, " n"]


class Fines(NamedTuple):
  """Who fined whom.

  Attributes:
    given: `[n]`, who used the beam.
    received: `[n]`, by how many agents each was hit.
  """

  given: Bool[Array, " n"]
  received: Int[Array, " n"]


S = TypeVar("S", bound=State)


@dataclasses.dataclass(frozen=True)
class GridWorld(Environment[S], abc.ABC):
  """Agents that walk on a map, see a part of it, and may fine each other.

  Its options are explained by the environments that have them.
  """

  map: str | maps.Map = "large"
  num_agents: int = 5
  episode_length: int = 1000
  view: int = 7
  rotation: bool = True
  facing: str = "left"
  fining: bool = True
  fine_cost: float = 1.0
  fine: float = 50.0
  beam_length: int = 5
  beam_width: int = 3

  MAPS: ClassVar[Mapping[str, maps.Map]]
  TOOLS: ClassVar[tuple[str, ...]] = ()
  FLAGS: ClassVar[Mapping[str, int]]
  NEEDED: ClassVar[str]  # symbols that a map must have

  def __post_init__(self) -> None:
    """Checks the options."""
    options.check_count("num_agents", self.num_agents)
    options.check_count("episode_length", self.episode_length)
    options.check_count("view", self.view)
    options.check_flag("rotation", self.rotation)
    options.check_choice("facing", self.facing, grid.DIRECTIONS)
    options.check_flag("fining", self.fining)
    options.check_number("fine_cost", self.fine_cost)
    options.check_number("fine", self.fine)
    options.check_count("beam_length", self.beam_length, 1, 100)
    options.check_count("beam_width", self.beam_width, 1, 99)
    if self.beam_width % 2 == 0:
      raise ValueError(
        f"beam_width: expected an odd number, got {self.beam_width}."
      )
    self._check_map()
    self.check_rules()

  @abc.abstractmethod
  def check_rules(self) -> None:
    """Checks the options that are not shared."""

  @functools.cached_property
  def grid(self) -> grid.Grid:
    """The map, with what agents see and reach on it."""
    text = self.MAPS[self.map] if isinstance(self.map, str) else self.map
    return grid.Grid(text, self.view, self.beam_length, self.beam_width)

  @property
  def actions(self) -> tuple[str, ...]:
    """Names of the actions, by number."""
    steps = grid.TURNS if self.rotation else grid.WALKS
    return steps + self.TOOLS + ("fine",) * self.fining

  @property
  def features(self) -> tuple[str, ...]:
    """Names along the first axis of an agent's observation."""
    return tuple(self.FLAGS)

  @property
  def observation_shape(self) -> tuple[int, ...]:
    """The shape of one agent's observation."""
    side = 2 * self.view + 1
    return (len(self.FLAGS), side, side)

  def first_body(self, draws: Float[Array, " d"]) -> Body:
    """Returns agents at different starts, facing random ways if they turn.

    Args:
      draws: as many as the map has starts, and one for each agent.
    """
    starts = self.grid.places(maps.START)
    cells = grid.first_cells(draws[: len(starts)], starts, self.num_agents)
    random = (4 * draws[len(starts) :]).astype(jnp.int32)
    fixed = jnp.full_like(random, grid.DIRECTIONS.index(self.facing))
    return Body(cells, random if self.rotation else fixed)

  def moved_body(
    self, order: Float[Array, " n"], body: Body, actions: Int[Array, " n"]
  ) -> Body:
    """Returns where agents are after their actions.

    Args:
      order: `[n]`, who goes first where several want one cell.
      body: where they were.
      actions: `[n]`.
    """
    frames = self._frames(body.headings)
    cells = self.grid.walk(body.cells, frames, actions, order)
    if not self.rotation:
      return Body(cells, body.headings)
    return Body(cells, grid.turned(body.headings, actions))

  def uses(self, actions: Int[Array, " n"], tool: str) -> Bool[Array, " n"]:
    """Returns who uses a tool that there is."""
    return actions == self.actions.index(tool)

  def fines(
    self, things: UInt8[Array, " t"], body: Body, actions: Int[Array, " n"]
  ) -> Fines:
    """Returns who fines whom: the first agent in each ray, walls stop it."""
    if not self.fining:
      nobody = jnp.zeros(self.num_agents, jnp.int32)
      return Fines(nobody > 0, nobody)
    given = self.uses(actions, "fine")
    stops = grid.WALL | grid.AGENT
    hit = self.grid.beams(things, body.cells, body.headings, stops)
    found = (hit[:, :, None] == body.cells[None, None]).any(1)
    received = (found & given[:, None]).sum(0, dtype=jnp.int32)
    return Fines(given, received)

  def fine_rewards(self, fines: Fines) -> Float[Array, " n"]:
    """Returns what fines cost those who give and who receive them."""
    given = fines.given.astype(jnp.float32)
    received = fines.received.astype(jnp.float32)
    return -self.fine_cost * given - self.fine * received

  def views(
    self, things: UInt8[Array, " t"], body: Body
  ) -> Float[Array, "n f v v"]:
    """Returns what agents see."""
    frames = self._frames(body.headings)
    return self.grid.look(things, body.cells, frames, self.FLAGS)

  def picture(
    self, things: UInt8[Array, " t"], body: Body, scale: int
  ) -> UInt8[Array, "h w 3"]:
    """Returns the map from above, without its margin; a mark faces forward."""
    shape = self.grid.symbols.shape
    cells = jnp.arange(self.grid.symbols.size, dtype=jnp.int32)
    here = body.cells[:, None] == cells[None]
    flags = np.array([[*THING_COLORS]], np.uint8).T
    held = (self.grid.at(things, body.cells, cells)[None] & flags) > 0
    layers = jnp.concatenate([held, here])
    some = [AGENT_COLORS[i % len(AGENT_COLORS)] for i in range(self.num_agents)]
    colors = painting.paint(layers, [*THING_COLORS.values(), *some])
    picture = painting.enlarge(colors.reshape(*shape, 3), scale)
    faces = jnp.where(here, body.headings[:, None] + 1, 0).max(0)
    marked = painting.mark(picture, faces.reshape(shape), scale)
    edge = (self.grid.margin) * scale
    return marked[edge:-edge, edge:-edge]

  def _frames(self, headings: Int[Array, " n"]) -> Int[Array, " n"]:
    """Returns which way is forward: up for all if nobody turns."""
    return headings if self.rotation else jnp.zeros_like(headings)

  def _check_map(self) -> None:
    """Checks the map, and that it has room for the agents."""
    if isinstance(self.map, str):
      options.check_choice("map", self.map, self.MAPS)
    else:
      maps.check_map("map", self.map)
    for symbol in self.NEEDED:
      if not len(self.grid.places(symbol)):
        raise ValueError(
          f"map: expected at least one cell {symbol!r}, got none."
        )
    starts = len(self.grid.places(maps.START))
    if starts < self.num_agents:
      raise ValueError(
        f"num_agents: expected at most {starts}, the cells {maps.START!r} of "
        f"the map, got {self.num_agents}."
      )
