# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Trust-Your-Brother: two prey escape a predator only if both move.

Section 3.3 and Appendix F.2 of Gemp et al. (2022).
"""

import dataclasses
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, UInt8

from nes_spiel.d3c.envs import moves, painting
from nes_spiel.d3c.envs.environment import Environment
from nes_spiel.games import number_checks

ACTIONS = ("stay", "counter-clockwise", "clockwise")
FEATURES = ("first prey to predator", "second prey to predator")
NEAR = {"first": 0, "second": 1}
PREDATOR_COLOR = (70, 70, 70)
PREY_COLORS = ((40, 60, 160), (130, 180, 240))
CELL_COLOR = (235, 225, 205)


class PreyEvents(NamedTuple):
  """What happened in a step.

  Attributes:
    attempted: `[2]`, who tried to move.
    moved: `[2]`, whose move succeeded.
    caught: `[2]`, who was next to the predator after it.
  """

  attempted: Bool[Array, "2"]
  moved: Bool[Array, "2"]
  caught: Bool[Array, "2"]


class PreyState(NamedTuple):
  """Where predator and prey are, on a ring numbered counter-clockwise.

  Attributes:
    predator: `[]`, its cell.
    prey: `[2]`, theirs.
    time: `[]`, steps since the episode began.
    events: of the step that led here.
  """

  predator: Int[Array, ""]
  prey: Int[Array, "2"]
  time: Int[Array, ""]
  events: PreyEvents


@dataclasses.dataclass(frozen=True)
class TrustYourBrother(Environment[PreyState]):
  """Two prey around a table, chased by a predator that follows a rule.

  It stays if a prey is next to it, and else takes a step to the nearest, in a
  random direction where it is equally far both ways. A step costs 0.1 to each
  prey that tried to move, and 1 to each that is then next to the predator.

  With the paper's 6 cells and 5 steps an episode's total is -5 if all stay. If
  both flee in every step it is -1, and no policy has more.

  A prey's move fails into the cell that the predator is in or comes from, into
  one that both want, in exchange of places, and into the other's cell unless it
  leaves. Prey that follow each other move together.

  Observations `[2, 2]`, the same for both: for each prey the counter-clockwise
  distance to the predator less the clockwise one, every second number from
  2 - `cells` to `cells` - 2 (0 if they share a cell).

  Options, with what the paper says and, where it is silent, what was chosen:

  Attributes:
    cells: in the ring; 6 in the paper, and at least 6: in smaller ones a prey
      that is not near starts no further from the predator than the near one.
    episode_length: 5 in the paper.
    near: which prey starts close to the predator, one cell between them, while
      the other starts on that one's far side: "first", "second" or "random".
      The paper takes each for half of the episodes: see `place`.
    side: of the predator on which both start, where they do not face it:
      "counter-clockwise" or "random". The paper's pictures show one.
    predator_moves: "together" with the prey, from where they were before, or
      "after" them, from where they are now. The paper does not say; if it
      moved after them, prey that it has reached could never shake it off.
    meeting: what happens if a prey and the predator move to one cell: the prey
      is "blocked" and stays, or they "share" it, which counts as being next to
      it. The paper does not say.
    move_cost: 0.1 in the paper, also for moves that fail.
    catch_cost: 1 in the paper.
    normalized: whether features are divided by `cells`, so that they are
      numbers between -1 and 1; not so in the paper.

  Raises:
    ValueError: an option out of its range.

  Example:
    >>> import jax
    >>> from nes_spiel.d3c import envs
    >>> game = envs.make("trust_your_brother", near="first")
    >>> observations, state = game.reset(jax.random.key(0))
    >>> observations[0].tolist(), state.prey.tolist()
    ([2.0, 0.0], [2, 3])
  """

  cells: int = 6
  episode_length: int = 5
  near: str = "random"
  side: str = "counter-clockwise"
  predator_moves: str = "together"
  meeting: str = "blocked"
  move_cost: float = 0.1
  catch_cost: float = 1.0
  normalized: bool = False
  num_agents: int = dataclasses.field(default=2, init=False)

  def __post_init__(self) -> None:
    """Checks the options."""
    number_checks.check_count("cells", self.cells, 6, 1000)
    number_checks.check_count("episode_length", self.episode_length)
    number_checks.check_choice("near", self.near, ("first", "second", "random"))
    number_checks.check_choice(
      "side", self.side, ("counter-clockwise", "random")
    )
    number_checks.check_choice(
      "predator_moves", self.predator_moves, ("together", "after")
    )
    number_checks.check_choice("meeting", self.meeting, ("blocked", "share"))
    number_checks.check_number("move_cost", self.move_cost)
    number_checks.check_number("catch_cost", self.catch_cost)
    number_checks.check_flag("normalized", self.normalized)

  @property
  def actions(self) -> tuple[str, ...]:
    """Names of the actions, by number."""
    return ACTIONS

  @property
  def features(self) -> tuple[str, ...]:
    """Names along the axis of an agent's observation."""
    return FEATURES

  @property
  def observation_shape(self) -> tuple[int, ...]:
    """The shape of one agent's observation."""
    return (2,)

  @property
  def draws(self) -> tuple[int, int]:
    """A coin for the predator; two for the start."""
    return 1, 2

  def start(self, draws: Float[Array, " d"]) -> PreyState:
    """Returns a predator with both prey on one side."""
    second = jnp.asarray(NEAR.get(self.near, draws[0] < 0.5), jnp.int32)
    mirrored = (draws[1] < 0.5) & (self.side == "random")
    return self._placed(second, mirrored)

  def place(
    self, near: Int[Array, ""] | int
  ) -> tuple[Float[Array, "2 2"], PreyState]:
    """Returns first observations and state with a given prey near the predator.

    As the paper does, `jax.vmap(game.place)(jnp.arange(10) % 2)` starts ten
    episodes, five each way.

    Args:
      near: `[]`, 0 or 1.
    """
    near = jnp.asarray(near, jnp.int32)
    state = self._placed(near, jnp.zeros((), bool))
    return self.observe(state), state

  def advance(
    self, draws: Float[Array, " d"], state: PreyState, actions: Int[Array, "2"]
  ) -> PreyState:
    """Moves prey and predator."""
    forth, back = actions == 1, actions == 2
    step = forth.astype(jnp.int32) - back.astype(jnp.int32)
    goes_left = draws[0] < 0.5
    chaser = self._chase(state.predator, state.prey, goes_left)
    together = self.predator_moves == "together"
    targets = (state.prey + step) % self.cells
    blocked = targets == state.predator
    if together and self.meeting == "blocked":
      blocked |= targets == chaser
    targets = jnp.where(blocked, state.prey, targets)
    moved = moves.who_moves(state.prey, targets)
    prey = jnp.where(moved, targets, state.prey)
    if not together:
      chaser = self._chase(state.predator, prey, goes_left)
    caught = self._distance(chaser, prey) <= 1
    events = PreyEvents(forth | back, moved, caught)
    return PreyState(chaser, prey, state.time + 1, events)

  def rewards(self, events: PreyEvents) -> Float[Array, "2"]:
    """Returns -0.1 for an attempted move, and -1 for being caught."""
    attempted = events.attempted.astype(jnp.float32)
    caught = events.caught.astype(jnp.float32)
    return -self.move_cost * attempted - self.catch_cost * caught

  def observe(self, state: PreyState) -> Float[Array, "2 2"]:
    """Returns both prey's features, to both."""
    ahead = (state.predator - state.prey) % self.cells
    behind = (state.prey - state.predator) % self.cells
    features = (ahead - behind).astype(jnp.float32)
    if self.normalized:
      features /= self.cells
    return jnp.stack([features, features])

  def render(self, state: PreyState, scale: int = 16) -> UInt8[Array, "h w 3"]:
    """Returns the table from above, the first prey dark and the other light."""
    number_checks.check_count("scale", scale)
    ring = jnp.arange(self.cells, dtype=jnp.int32)
    places = jnp.append(state.prey, state.predator)
    layers = places[:, None] == ring[None]
    colors = painting.paint(
      layers, (*PREY_COLORS, PREDATOR_COLOR), background=CELL_COLOR
    )
    background = jnp.array([painting.BACKGROUND], jnp.uint8)
    palette = jnp.concatenate([colors, background])
    return palette[painting.ring(self.cells, scale)]

  def _placed(
    self, second: Int[Array, ""], mirrored: Bool[Array, ""]
  ) -> PreyState:
    """Returns a first state, by which prey is near and on which side."""
    apart = jnp.where(second == np.arange(2, dtype=np.int32), 2, 3)
    nobody = jnp.zeros(2, bool)
    return PreyState(
      jnp.zeros((), jnp.int32),
      jnp.where(mirrored, self.cells - apart, apart).astype(jnp.int32),
      jnp.zeros((), jnp.int32),
      PreyEvents(nobody, nobody, nobody),
    )

  def _chase(
    self,
    predator: Int[Array, ""],
    prey: Int[Array, "2"],
    coin: Bool[Array, ""],
  ) -> Int[Array, ""]:
    """Returns where the predator goes; the coin says "counter-clockwise"."""
    ahead = ((prey - predator) % self.cells).min()
    behind = ((predator - prey) % self.cells).min()
    forward = (ahead < behind) | ((ahead == behind) & coin)
    step = jnp.where(forward, 1, -1)
    reached = jnp.minimum(ahead, behind) <= 1
    return jnp.where(reached, predator, (predator + step) % self.cells)

  def _distance(
    self, predator: Int[Array, ""], prey: Int[Array, "2"]
  ) -> Int[Array, "2"]:
    """Returns how many cells each prey is from the predator."""
    ahead = (prey - predator) % self.cells
    return jnp.minimum(ahead, self.cells - ahead)
