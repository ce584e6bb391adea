# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Agents that walk, look and point beams on a map.

Directions are numbered clockwise: up, right, down, left. What a cell holds is
one number, a sum of the flags below, so that looking anywhere is one look-up.
"""

import dataclasses
import functools
from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, UInt8

from nes_spiel.d3c.envs import maps, moves

DIRECTIONS = ("up", "right", "down", "left")
VECTORS = np.array([(-1, 0), (0, 1), (1, 0), (0, -1)], np.int32)
WALKS = ("stay", *DIRECTIONS)
TURNS = (
  "stay",
  "forward",
  "step right",
  "backward",
  "step left",
  "turn right",
  "turn left",
)
WALL, WATER, WASTE, APPLE, AGENT = 1, 2, 4, 8, 16


@dataclasses.dataclass(frozen=True)
class Grid:
  """A map, how far agents see on it, and how far their beams reach.

  Cells are numbered row by row on a map with a margin of walls, wide enough for
  every look over the edge.

  Attributes:
    map: text, as in `maps`.
    view: how many cells agents see to each side.
    beam_length: how many cells beams reach.
    beam_width: how many cells they are wide, an odd number.
  """

  map: maps.Map
  view: int
  beam_length: int
  beam_width: int

  @functools.cached_property
  def margin(self) -> int:
    """How wide the margin is."""
    return max(self.view, self.beam_length, self.beam_width // 2)

  @functools.cached_property
  def symbols(self) -> np.ndarray:
    """The characters of the map with its margin, `[rows, columns]`."""
    text = np.array([[*row] for row in self.map])
    return np.pad(text, self.margin, constant_values=maps.WALL)

  @functools.cached_property
  def columns(self) -> int:
    """The width of the map with its margin."""
    return self.symbols.shape[1]

  def places(self, symbol: str) -> Int[np.ndarray, " m"]:
    """Returns the cells that have a symbol on the map."""
    return np.flatnonzero(self.symbols == symbol).astype(np.int32)

  @functools.cached_property
  def _slots(self) -> Int[np.ndarray, " c"]:
    """`[c]`, which entry of `things` a cell is."""
    changing = np.concatenate(
      [self.places(maps.APPLE), self.places(maps.RIVER)]
    )
    wall = self.symbols.ravel() == maps.WALL
    slots = len(changing) + wall.astype(np.int32)
    slots[changing] = np.arange(len(changing))
    return slots

  def things(
    self, apples: Bool[Array, " m"], waste: Bool[Array, " r"]
  ) -> UInt8[Array, " t"]:
    """Returns flags of all places of apples, the river, ground and wall.

    Args:
      apples: `[m]`, at which of the apples' places there is one.
      waste: `[r]`, on which cells of the river there is some.
    """
    return jnp.concatenate(
      [
        apples.astype(jnp.uint8) * np.uint8(APPLE),
        waste.astype(jnp.uint8) * np.uint8(WASTE) + np.uint8(WATER),
        jnp.array([0, WALL], jnp.uint8),
      ]
    )

  def at(
    self,
    things: UInt8[Array, " t"],
    agents: Int[Array, " n"],
    cells: Int[Array, "*s"],
  ) -> UInt8[Array, "*s"]:
    """Returns the flags of what cells hold.

    Args:
      things: `[t]`.
      agents: `[n]`, where agents are.
      cells: any, all on the map or its margin.
    """
    # One look-up in a table that is known, one in the small one that is not:
    # faster than making the whole map anew.
    slots = jnp.asarray(self._slots).at[cells].get(mode="promise_in_bounds")
    flags = things.at[slots].get(mode="promise_in_bounds")
    taken = (cells[..., None] == agents.reshape(*[1] * cells.ndim, -1)).any(-1)
    return flags + taken.astype(jnp.uint8) * np.uint8(AGENT)

  def walk(
    self,
    cells: Int[Array, " n"],
    headings: Int[Array, " n"],
    actions: Int[Array, " n"],
    order: Float[Array, " n"],
  ) -> Int[Array, " n"]:
    """Returns where agents are after actions 1 to 4, steps.

    Args:
      cells: `[n]`, where they are.
      headings: `[n]`, the directions which are forward, action 1, to them.
      actions: `[n]`; others than 1 to 4 are no steps.
      order: `[n]`, who goes first where several want one cell.
    """
    steps = VECTORS @ np.array([self.columns, 1], np.int32)
    direction = (headings + actions - 1) % 4
    step = _select(direction, steps)
    targets = cells + jnp.where((actions >= 1) & (actions <= 4), step, 0)
    wall = jnp.asarray(self.symbols.ravel() == maps.WALL)[targets]
    targets = jnp.where(wall, cells, targets)
    return jnp.where(moves.who_moves(cells, targets, order), targets, cells)

  def look(
    self,
    things: UInt8[Array, " t"],
    cells: Int[Array, " n"],
    headings: Int[Array, " n"],
    flags: Mapping[str, int],
  ) -> Float[Array, "n f v v"]:
    """Returns what agents see, themselves in the middle, forward up.

    Args:
      things: `[t]`.
      cells: `[n]`.
      headings: `[n]`.
      flags: by name, which one each of the `f` features shows.
    """
    reach = np.arange(-self.view, self.view + 1)
    ahead, aside = np.meshgrid(-reach, reach, indexing="ij")
    seen = self.at(
      things, cells, self._cells_seen(cells, headings, ahead, aside)
    )
    masks = np.array([*flags.values()], np.uint8)[:, None, None]
    # No agent sees itself among the others.
    middle = (ahead == 0) & (aside == 0)
    seen &= jnp.asarray(np.where(middle, ~np.uint8(AGENT), np.uint8(255)))[None]
    return ((seen[:, None] & masks[None]) > 0).astype(jnp.float32)

  def beams(
    self,
    things: UInt8[Array, " t"],
    cells: Int[Array, " n"],
    aims: Int[Array, " n"],
    stops: int,
  ) -> Int[Array, "n w"]:
    """Returns the first cell in each ray that holds what stops it, else 0.

    Args:
      things: `[t]`.
      cells: `[n]`, from where the beams go.
      aims: `[n]`, their directions.
      stops: flags of what stops them. Cell 0 is a wall.
    """
    half = self.beam_width // 2
    aside, ahead = np.meshgrid(
      np.arange(-half, half + 1),
      np.arange(1, self.beam_length + 1),
      indexing="ij",
    )
    lit = self._cells_seen(cells, aims, ahead, aside)
    stopped = (self.at(things, cells, lit) & np.uint8(stops)) > 0
    nearest = stopped.argmax(-1).astype(jnp.int32)
    depths = np.arange(self.beam_length, dtype=np.int32)
    first = nearest[..., None] == depths[None, None]
    return jnp.where(first & stopped, lit, 0).sum(-1, dtype=jnp.int32)

  def _cells_seen(
    self,
    cells: Int[Array, " n"],
    headings: Int[Array, " n"],
    ahead: Int[np.ndarray, "a b"],
    aside: Int[np.ndarray, "a b"],
  ) -> Int[Array, "n a b"]:
    """Returns the cells some way ahead and to the right of agents."""
    forward, right = VECTORS, np.roll(VECTORS, -1, 0)
    vectors = (
      forward[:, None, None] * ahead[..., None]
      + right[:, None, None] * aside[..., None]
    )
    offsets = vectors @ np.array([self.columns, 1])
    chosen = jnp.asarray(offsets.astype(np.int32))[headings]
    return cells[:, None, None] + chosen


def first_cells(
  draws: Float[Array, " s"], starts: Int[np.ndarray, " s"], agents: int
) -> Int[Array, " n"]:
  """Returns different random places for agents.

  Args:
    draws: `[s]`, uniform.
    starts: `[s]`, places to start from.
    agents: n, not more than s.
  """
  rank = moves.before(draws).sum(1, dtype=jnp.int32)
  here = rank[None] == np.arange(agents, dtype=np.int32)[:, None]
  return jnp.where(here, jnp.asarray(starts)[None], 0).sum(1, dtype=jnp.int32)


def turned(
  headings: Int[Array, " n"], actions: Int[Array, " n"]
) -> Int[Array, " n"]:
  """Returns headings after the actions "turn right" and "turn left"."""
  right, left = TURNS.index("turn right"), TURNS.index("turn left")
  turn = (actions == right).astype(jnp.int32) - (actions == left).astype(
    jnp.int32
  )
  return (headings + turn) % 4


def _select(index: Int[Array, " n"], table: np.ndarray) -> Int[Array, " n"]:
  """Returns entries of a short table, without a gather."""
  here = index[:, None] == np.arange(len(table), dtype=np.int32)[None]
  return jnp.where(here, jnp.asarray(table)[None], 0).sum(1, dtype=jnp.int32)
