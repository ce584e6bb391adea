# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Cleanup: apples grow only while somebody cleans the river.

Section 3.5 of Gemp et al. (2022), after Hughes et al., Inequity Aversion
Improves Cooperation in Intertemporal Social Dilemmas (2018); the restricted
game of Appendix F.3 has the rates of Yang et al., Learning to Incentivize Other
Learning Agents (2020), on a map of our own.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, UInt8

from nes_spiel.d3c.envs import grid, maps, moves
from nes_spiel.d3c.envs.grid_world import Body, Fines, GridWorld
from nes_spiel.games import number_checks


class CleanupEvents(NamedTuple):
  """What happened in a step.

  Attributes:
    apples: `[n]`, who ate one.
    cleaning: `[n]`, who used the cleaning beam.
    cleaned: `[n]`, how many cells of waste it removed; a cell that several
      reached counts for each of them.
    fines: who fined whom.
  """

  apples: Bool[Array, " n"]
  cleaning: Bool[Array, " n"]
  cleaned: Int[Array, " n"]
  fines: Fines


class CleanupState(NamedTuple):
  """Where everything is.

  Attributes:
    body: where agents are.
    apples: `[m]`, at which of the apples' places there is one.
    waste: `[r]`, on which cells of the river there is some.
    time: `[]`, steps since the episode began.
    events: of the step that led here.
  """

  body: Body
  apples: Bool[Array, " m"]
  waste: Bool[Array, " r"]
  time: Int[Array, ""]
  events: CleanupEvents


@dataclasses.dataclass(frozen=True)
class Cleanup(GridWorld[CleanupState]):
  """A river that fills with waste, and an orchard that needs it clean.

  Eating an apple, by walking onto it, gives 1. Apples grow at a rate that falls
  in a line as waste covers more of the river, to none above a threshold. By
  default the first waste exceeds it: somebody has to clean, which is worth
  nothing to the one who does.

  In a step agents move, at random first where several want one cell; those on
  apples eat them; beams go out, from where agents are now; then waste and
  apples appear, apples not under agents. Beams start in the cells ahead, and
  each of the parallel rays ends at the first cell that stops it: for cleaning,
  with waste, an agent or a wall, and waste in that cell is gone; for fining,
  with an agent or a wall. River and orchard can be walked on.

  Observations `[n, 5, 2 view + 1, 2 view + 1]`, 0 or 1 for walls (also what is
  beyond the map), water, waste, apples and other agents; the agent itself in
  the middle. If agents turn, up is where they face.

  Options, with Hughes et al.'s values as defaults where they are known, or else
  those of public re-implementations of their game:

  Attributes:
    map: "large", "small" for CPUs, "restricted", or text, see `maps`.
    num_agents: 5 in both papers.
    episode_length: 1000.
    view: how many cells agents see to each side, 7.
    rotation: whether agents turn, and walk relative to where they face. If not,
      they walk up, right, down and left, and see the map upright.
    facing: where beams go if agents do not turn.
    fining: whether there is a fining beam.
    fine_cost, fine: what it costs who uses it, and who is hit: 1 and 50.
    beam_length, beam_width: in cells, of both beams: 5 and 3.
    apple_reward: 1.
    cleaning_cost: of using the cleaning beam; 0.
    apple_rate: with which an apple grows at an empty place in one step, if
      there is no waste: 0.05.
    depletion: the share of the river under waste from which on none grows, 0.4.
    restoration: the share up to which they grow at the full rate, 0.
    waste_rate: the probability that one more cell of the river, at random,
      gets waste in one step: 0.5.
    waste_stops: whether no more appears from `depletion` on. Public versions
      differ.
    first_waste: the share of the river that it covers at first, evenly: 0.5.
      There are no apples at first.

  Raises:
    ValueError: an option out of its range, or more agents than the map has
      cells to start from.

  Example:
    >>> import jax
    >>> from nes_spiel.d3c import envs
    >>> game = envs.make("cleanup", preset="restricted")
    >>> observations, state = game.reset(jax.random.key(0))
    >>> observations.shape, game.actions
    ((2, 5, 9, 9), ('stay', 'up', 'right', 'down', 'left', 'clean'))
  """

  apple_reward: float = 1.0
  cleaning_cost: float = 0.0
  apple_rate: float = 0.05
  depletion: float = 0.4
  restoration: float = 0.0
  waste_rate: float = 0.5
  waste_stops: bool = True
  first_waste: float = 0.5

  TOOLS: ClassVar[tuple[str, ...]] = ("clean",)
  NEEDED: ClassVar[str] = maps.RIVER + maps.APPLE
  FLAGS: ClassVar[Mapping[str, int]] = {
    "wall": grid.WALL,
    "water": grid.WATER,
    "waste": grid.WASTE,
    "apple": grid.APPLE,
    "other agents": grid.AGENT,
  }
  MAPS: ClassVar[Mapping[str, maps.Map]] = {
    "large": maps.river_and_orchard(16, 6, 9, 8),
    "small": maps.river_and_orchard(7, 3, 4, 4),
    "restricted": maps.river_and_orchard(5, 2, 1, 2),
  }
  PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {
    "paper": {},
    "small": {"map": "small", "view": 4},
    # After Yang et al., for two agents on 7 x 7 cells; the layout is our own.
    "restricted": {
      "map": "restricted",
      "num_agents": 2,
      "episode_length": 50,
      "view": 4,
      "rotation": False,
      "fining": False,
      "apple_rate": 0.5,
      "depletion": 0.6,
    },
  }

  def check_rules(self) -> None:
    """Checks the options that are not shared."""
    for name in ("apple_reward", "cleaning_cost"):
      number_checks.check_number(name, getattr(self, name))
    rates, shares = ("apple_rate", "waste_rate"), ("depletion", "restoration")
    for name in (*rates, *shares, "first_waste"):
      number_checks.check_number(name, getattr(self, name), 0, 1)
    if self.restoration >= self.depletion:
      raise ValueError(
        f"restoration: expected less than depletion, {self.depletion}, got "
        f"{self.restoration}."
      )
    number_checks.check_flag("waste_stops", self.waste_stops)

  @property
  def draws(self) -> tuple[int, int]:
    """For ties, waste and each place of an apple; for starts and headings."""
    places = len(self.grid.places(maps.APPLE))
    starts = len(self.grid.places(maps.START))
    return self.num_agents + 2 + places, starts + self.num_agents

  def start(self, draws: Float[Array, " d"]) -> CleanupState:
    """Returns agents between a dirty river and an empty orchard."""
    river = len(self.grid.places(maps.RIVER))
    # Rounding may leave a whole number of cells just below it.
    share = np.floor(np.arange(river + 1) * self.first_waste + 1e-9)
    none = jnp.zeros(self.num_agents, jnp.int32)
    nobody = none > 0
    return CleanupState(
      self.first_body(draws),
      jnp.zeros(len(self.grid.places(maps.APPLE)), bool),
      jnp.asarray(np.diff(share) > 0),
      jnp.zeros((), jnp.int32),
      CleanupEvents(nobody, nobody, none, Fines(nobody, none)),
    )

  def advance(
    self,
    draws: Float[Array, " d"],
    state: CleanupState,
    actions: Int[Array, " n"],
  ) -> CleanupState:
    """Moves agents, feeds them, sends beams, then lets things appear."""
    n = self.num_agents
    body = self.moved_body(draws[:n], state.body, actions)
    on = self.on_apples(body)
    eaten = on & state.apples[None]
    apples = state.apples & ~on.any(0)
    things = self.grid.things(apples, state.waste)
    fines = self.fines(things, body, actions)
    cleaning = self.uses(actions, "clean")
    hit = self._cleaned(things, body, cleaning) & state.waste[None]
    waste = state.waste & ~hit.any(0)
    rate = self._apple_rate(waste)
    waste = self._soiled(draws[n : n + 2], waste)
    apples |= (draws[n + 2 :] < rate) & ~on.any(0)
    cleaned = hit.sum(1, dtype=jnp.int32)
    events = CleanupEvents(eaten.any(1), cleaning, cleaned, fines)
    return CleanupState(body, apples, waste, state.time + 1, events)

  def rewards(self, events: CleanupEvents) -> Float[Array, " n"]:
    """Returns 1 for an apple, less what beams cost."""
    apples = self.apple_reward * events.apples.astype(jnp.float32)
    cleaning = self.cleaning_cost * events.cleaning.astype(jnp.float32)
    return apples - cleaning + self.fine_rewards(events.fines)

  def things(self, state: CleanupState) -> UInt8[Array, " t"]:
    """Returns what every cell holds."""
    return self.grid.things(state.apples, state.waste)

  def _cleaned(
    self, things: UInt8[Array, " t"], body: Body, cleaning: Bool[Array, " n"]
  ) -> Bool[Array, "n r"]:
    """Returns which cells of the river each agent's beam ends at."""
    stops = grid.WALL | grid.AGENT | grid.WASTE
    ends = self.grid.beams(things, body.cells, body.headings, stops)
    river = jnp.asarray(self.grid.places(maps.RIVER))
    reached = (ends[:, :, None] == river[None, None]).any(1)
    return reached & cleaning[:, None]

  def _apple_rate(self, waste: Bool[Array, " r"]) -> Float[Array, ""]:
    """Returns the rate at which apples grow, by the share of waste."""
    left = self.depletion - waste.mean(dtype=jnp.float32)
    span = self.depletion - self.restoration
    return self.apple_rate * jnp.clip(left / span, 0, 1)

  def _soiled(
    self, draws: Float[Array, "2"], waste: Bool[Array, " r"]
  ) -> Bool[Array, " r"]:
    """Returns the river with one more cell of waste, or as it was."""
    more = draws[0] < self.waste_rate
    if self.waste_stops:
      more &= waste.mean(dtype=jnp.float32) < self.depletion
    return waste | (moves.pick(~waste, draws[1]) & more)
