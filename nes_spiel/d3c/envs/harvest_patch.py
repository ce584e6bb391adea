# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""HarvestPatch: patches of apples that die if they are picked bare.

Appendix F.4 of Gemp et al. (2022), after McKee et al., Social Diversity and
Social Preferences in Mixed-Motive Reinforcement Learning (2020).
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, UInt8

from nes_spiel.d3c.envs import grid, maps
from nes_spiel.d3c.envs.grid_world import Body, Fines, GridWorld
from nes_spiel.games import number_checks


class HarvestEvents(NamedTuple):
  """What happened in a step.

  Attributes:
    apples: `[n]`, who picked one.
    last_apples: `[n]`, who picked one with no other left around it: alone it
      would have brought its patch back.
    fines: who fined whom.
  """

  apples: Bool[Array, " n"]
  last_apples: Bool[Array, " n"]
  fines: Fines


class HarvestState(NamedTuple):
  """Where everything is.

  Attributes:
    body: where agents are.
    apples: `[m]`, at which of the apples' places there is one.
    time: `[]`, steps since the episode began.
    events: of the step that led here.
  """

  body: Body
  apples: Bool[Array, " m"]
  time: Int[Array, ""]
  events: HarvestEvents


@dataclasses.dataclass(frozen=True)
class HarvestPatch(GridWorld[HarvestState]):
  """Apples in patches, which grow back the faster the more are around them.

  Picking an apple, by walking onto it, gives 1. A place whose surroundings are
  bare stays so: a patch that is picked empty is lost for the episode.

  In a step agents move, at random first where several want one cell; those on
  apples pick them; beams go out, from where agents are now, to the first agent
  or wall in each of their parallel rays; then apples grow, not under agents.

  Observations `[n, 3, 2 view + 1, 2 view + 1]`, 0 or 1 for walls (also what is
  beyond the map), apples and other agents; the agent itself in the middle. If
  agents turn, up is where they face.

  The paper gives no numbers. Defaults are those of public versions of Harvest,
  the game that this one puts into patches (Perolat et al., 2017; Hughes et al.,
  2018), and maps are this module's own.

  Attributes:
    map: "large", six patches of 13 apples; "small", two, for CPUs; or text, see
      `maps`, such as `maps.patches(3, 3, radius=1)`.
    num_agents: 5.
    episode_length: 1000.
    view: how many cells agents see to each side, 7.
    rotation: whether agents turn, and walk relative to where they face. If not,
      they walk up, right, down and left, and see the map upright.
    facing: where beams go if agents do not turn.
    fining: whether there is a fining beam. Not by default: the paper's point is
      how much and where agents pick.
    fine_cost, fine: what it costs who uses it, and who is hit: 1 and 50.
    beam_length, beam_width: in cells: 5 and 3.
    apple_reward: 1.
    regrowth_radius: how far apples count as around a place, straight: 2.
    regrowth_rates: with which an apple grows at an empty place in one step, by
      how many are around it, the last also for more: 0, 0.005, 0.02, 0.05.

  Raises:
    ValueError: an option out of its range, or more agents than the map has
      cells to start from.

  Example:
    >>> import jax
    >>> from nes_spiel.d3c import envs
    >>> game = envs.make("harvest_patch", preset="small")
    >>> observations, state = game.reset(jax.random.key(0))
    >>> observations.shape, int(state.apples.sum())
    ((3, 3, 9, 9), 26)
  """

  fining: bool = False
  apple_reward: float = 1.0
  regrowth_radius: float = 2.0
  regrowth_rates: tuple[float, ...] = (0.0, 0.005, 0.02, 0.05)

  NEEDED: ClassVar[str] = maps.APPLE
  FLAGS: ClassVar[Mapping[str, int]] = {
    "wall": grid.WALL,
    "apple": grid.APPLE,
    "other agents": grid.AGENT,
  }
  MAPS: ClassVar[Mapping[str, maps.Map]] = {
    "large": maps.patches(2, 3),
    "small": maps.patches(1, 2),
  }
  PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {
    "paper": {},
    "small": {"map": "small", "num_agents": 3, "view": 4},
  }

  def check_rules(self) -> None:
    """Checks the options that are not shared."""
    number_checks.check_number("apple_reward", self.apple_reward)
    number_checks.check_number("regrowth_radius", self.regrowth_radius, 1)
    rates = self.regrowth_rates
    if not isinstance(rates, tuple) or not rates:
      raise ValueError(
        f"regrowth_rates: expected a tuple of rates, got {rates!r}."
      )
    for rate in rates:
      number_checks.check_number("regrowth_rates", rate, 0, 1)

  @property
  def draws(self) -> tuple[int, int]:
    """For ties and each place of an apple; for starts and headings."""
    places = len(self.grid.places(maps.APPLE))
    starts = len(self.grid.places(maps.START))
    return self.num_agents + places, starts + self.num_agents

  def start(self, draws: Float[Array, " d"]) -> HarvestState:
    """Returns agents between full patches."""
    none = jnp.zeros(self.num_agents, jnp.int32)
    nobody = none > 0
    return HarvestState(
      self.first_body(draws),
      jnp.ones(len(self.grid.places(maps.APPLE)), bool),
      jnp.zeros((), jnp.int32),
      HarvestEvents(nobody, nobody, Fines(nobody, none)),
    )

  def advance(
    self,
    draws: Float[Array, " d"],
    state: HarvestState,
    actions: Int[Array, " n"],
  ) -> HarvestState:
    """Moves agents, feeds them, sends beams, then lets apples grow."""
    n = self.num_agents
    body = self.moved_body(draws[:n], state.body, actions)
    on = self.on_apples(body)
    picked = on & state.apples[None]
    apples = state.apples & ~on.any(0)
    around = self._around(apples)
    last = picked & (around == 0)[None]
    grows = draws[n:] < self._rates(around)
    things = self.grid.things(apples, jnp.zeros(0, bool))
    events = HarvestEvents(
      picked.any(1), last.any(1), self.fines(things, body, actions)
    )
    apples |= grows & ~on.any(0)
    return HarvestState(body, apples, state.time + 1, events)

  def rewards(self, events: HarvestEvents) -> Float[Array, " n"]:
    """Returns 1 for an apple, less what fines cost."""
    apples = self.apple_reward * events.apples.astype(jnp.float32)
    return apples + self.fine_rewards(events.fines)

  def things(self, state: HarvestState) -> UInt8[Array, " t"]:
    """Returns what every cell holds."""
    return self.grid.things(state.apples, jnp.zeros(0, bool))

  def _around(self, apples: Bool[Array, " m"]) -> Float[Array, " m"]:
    """Returns how many apples are within the radius of each place."""
    places = self.grid.places(maps.APPLE)
    rows, columns = np.divmod(places, self.grid.columns)
    away = np.hypot(*(x[:, None] - x[None] for x in (rows, columns)))
    near = (away <= self.regrowth_radius) & (away > 0)
    return apples.astype(jnp.float32) @ near.astype(np.float32)

  def _rates(self, around: Float[Array, " m"]) -> Float[Array, " m"]:
    """Returns the rates by how many apples are around."""
    rates = np.array(self.regrowth_rates, np.float32)
    result = jnp.full_like(around, rates[-1])
    for count, rate in enumerate(rates[:-1]):
      result = jnp.where(around == count, rate, result)
    return result
