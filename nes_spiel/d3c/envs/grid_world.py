# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What worlds of agents that walk among apples and fine each other share."""

import abc
import dataclasses
import functools
import itertools
from collections.abc import Mapping
from typing import ClassVar, NamedTuple, Protocol, TypeVar, runtime_checkable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, UInt8

from nes_spiel.d3c.envs import grid, maps, moves, painting
from nes_spiel.d3c.envs.environment import Environment, State
from nes_spiel.games import number_checks

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


@runtime_checkable
class WorldState(State, Protocol):
  """The state of an environment whose agents walk."""

  @property
  def body(self) -> Body:
    """Where agents are."""


S = TypeVar("S", bound=WorldState)


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
  # Symbols that a map must have; a river or apples only if they are among them.
  NEEDED: ClassVar[str]

  def __post_init__(self) -> None:
    """Checks the options."""
    number_checks.check_count("num_agents", self.num_agents)
    number_checks.check_count("episode_length", self.episode_length)
    number_checks.check_count("view", self.view)
    number_checks.check_flag("rotation", self.rotation)
    number_checks.check_choice("facing", self.facing, grid.DIRECTIONS)
    number_checks.check_flag("fining", self.fining)
    number_checks.check_number("fine_cost", self.fine_cost)
    number_checks.check_number("fine", self.fine)
    number_checks.check_count("beam_length", self.beam_length, 1, 100)
    number_checks.check_count("beam_width", self.beam_width, 1, 99)
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
    random = moves.index_below(4, draws[len(starts) :])
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

  def on_apples(self, body: Body) -> Bool[Array, "n m"]:
    """Returns which of the apples' places each agent is on."""
    places = jnp.asarray(self.grid.places(maps.APPLE))
    return body.cells[:, None] == places[None]

  @abc.abstractmethod
  def things(self, state: S) -> UInt8[Array, " t"]:
    """Returns what every cell holds, as `grid.Grid.things` does."""

  def observe(self, state: S) -> Float[Array, "n f v v"]:
    """Returns what agents see around them."""
    body = state.body
    frames = self._frames(body.headings)
    return self.grid.look(self.things(state), body.cells, frames, self.FLAGS)

  def render(self, state: S, scale: int = 16) -> UInt8[Array, "h w 3"]:
    """Returns the map from above, without its margin; a mark faces forward."""
    things, body = self.things(state), state.body
    shape = self.grid.symbols.shape
    cells = jnp.arange(self.grid.symbols.size, dtype=jnp.int32)
    here = body.cells[:, None] == cells[None]
    flags = np.array([[*THING_COLORS]], np.uint8).T
    held = (self.grid.at(things, body.cells, cells)[None] & flags) > 0
    layers = jnp.concatenate([held, here])
    some = itertools.islice(itertools.cycle(painting.MANY_COLORS), len(here))
    colors = painting.paint(layers, [*THING_COLORS.values(), *some])
    picture = painting.enlarge(colors.reshape(*shape, 3), scale)
    faces = jnp.where(here, body.headings[:, None] + 1, 0).max(0)
    marked = painting.mark(picture, faces.reshape(shape), scale)
    edge = self.grid.margin * scale
    return marked[edge:-edge, edge:-edge]

  def _frames(self, headings: Int[Array, " n"]) -> Int[Array, " n"]:
    """Returns which way is forward: up for all if nobody turns."""
    return headings if self.rotation else jnp.zeros_like(headings)

  def _check_map(self) -> None:
    """Checks the map, and that it has room for the agents."""
    if isinstance(self.map, str):
      number_checks.check_choice("map", self.map, self.MAPS)
    else:
      maps.check_map("map", self.map)
    for symbol in self.NEEDED:
      if not len(self.grid.places(symbol)):
        raise ValueError(
          f"map: expected at least one cell {symbol!r}, got none."
        )
    for symbol in {maps.RIVER, maps.APPLE} - {*self.NEEDED}:
      if count := len(self.grid.places(symbol)):
        raise ValueError(
          f"map: expected no cell {symbol!r} in {type(self).__name__}, got "
          f"{count}."
        )
    starts = len(self.grid.places(maps.START))
    if starts < self.num_agents:
      raise ValueError(
        f"num_agents: expected at most {starts}, the cells {maps.START!r} of "
        f"the map, got {self.num_agents}."
      )
