# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Cleanup: random play against rules read literally, and scenes by hand."""

import functools

import envs_play
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel.d3c import envs
from nes_spiel.d3c.envs import grid

UP, RIGHT, DOWN, LEFT = range(4)
FORWARD = {UP: (-1, 0), RIGHT: (0, 1), DOWN: (1, 0), LEFT: (0, -1)}
CROWDED = (
  "#########",
  "#~~PPPAA#",
  "#~~PPPAA#",
  "#~~ #  A#",
  "#########",
)


class Scene:
  """One moment of a play on the map with its margin, cell by cell."""

  def __init__(self, game, body, apples, waste):
    self.grid = game.grid
    self.apples = {*self.grid.places("A")[np.asarray(apples)].tolist()}
    self.waste = {*self.grid.places("~")[np.asarray(waste)].tolist()}
    self.cells = np.asarray(body.cells).tolist()
    self.headings = np.asarray(body.headings).tolist()

  def cell(self, agent, ahead, aside):
    """The cell so far ahead and to the right of an agent."""
    row, column = divmod(self.cells[agent], self.grid.columns)
    heading = self.headings[agent]
    forward, right = FORWARD[heading], FORWARD[(heading + 1) % 4]
    row += ahead * forward[0] + aside * right[0]
    column += ahead * forward[1] + aside * right[1]
    return row * self.grid.columns + column

  def wall(self, cell):
    return self.grid.symbols.flat[cell] == "#"

  def ends(self, agent, stops):
    """The first cells of an agent's rays at which `stops` holds."""
    for aside in (-1, 0, 1):
      for ahead in range(1, self.grid.beam_length + 1):
        cell = self.cell(agent, ahead, aside)
        if self.wall(cell) or cell in self.cells or cell in stops:
          yield cell
          break

  def features(self, agent, cell):
    """What an agent sees of a cell."""
    others = {*self.cells} - {self.cells[agent]}
    water = self.grid.symbols.flat[cell] == "~"
    known = cell in self.waste, cell in self.apples, cell in others
    return self.wall(cell), water, *known


def test_random_play():
  """Every event, reward and view is what the rules say."""
  game = envs.make(
    "cleanup",
    map=CROWDED,
    num_agents=5,
    view=2,
    episode_length=20,
    beam_length=3,
    apple_rate=0.6,
    depletion=0.9,
    cleaning_cost=0.25,
  )
  _, before, actions, (views, after, rewards, done) = envs_play.play(
    game, steps=45, batch=4
  )
  assert envs_play.all_different(after.body.cells)
  assert not (game.grid.symbols.flat[after.body.cells] == "#").any()
  events = after.events
  seen = {"cleaned": 0, "fined": 0, "apples": 0}
  for at in np.ndindex(*done.shape):
    pick = functools.partial(jax.tree.map, lambda leaf: leaf[at])  # noqa: B023
    was, now, happened = pick(before), pick(after), pick(events)
    names = [game.actions[action] for action in actions[at]]
    new = Scene(game, now.body, now.apples, now.waste)
    if done[at]:
      assert (now.body.cells != was.body.cells).any()
      continue
    old = Scene(game, now.body, was.apples, was.waste)
    eaten = [cell in old.apples for cell in new.cells]
    cleaned = [
      {*old.ends(i, old.waste)} & old.waste if name == "clean" else set()
      for i, name in enumerate(names)
    ]
    hits = [
      [cell for cell in old.ends(i, ()) if name == "fine"]
      for i, name in enumerate(names)
    ]
    fined = [sum(cell in cells for cells in hits) for cell in new.cells]
    assert happened.apples.tolist() == eaten
    assert happened.cleaned.tolist() == [len(cells) for cells in cleaned]
    assert happened.fines.received.tolist() == fined
    expected = [
      eaten[i] - 0.25 * (name == "clean") - (name == "fine") - 50 * fined[i]
      for i, name in enumerate(names)
    ]
    np.testing.assert_allclose(rewards[at], expected)
    assert not {*new.cells} & (new.apples - old.apples)
    left = old.waste.difference(*cleaned)
    assert left <= new.waste
    assert len(new.waste - left) <= 1
    assert old.apples - {*new.cells} <= new.apples
    seen["cleaned"] += sum(len(cells) for cells in cleaned)
    seen["fined"] += sum(fined)
    seen["apples"] += sum(eaten)
    # Left and right is a row of a view, forward is up.
    agent = at[0] % 5
    for row, column in [(0, 0), (1, 3), (2, 2), (2, 3), (4, 1)]:
      cell = new.cell(agent, 2 - row, column - 2)
      found = views[at][agent, :, row, column].tolist()
      assert found == [*map(float, new.features(agent, cell))]
  assert min(seen.values()) > 10, seen


STRIP = (
  "#######",
  "#~~PPA#",
  "#~~P A#",
  "#######",
)


@functools.cache
def game_and_step(**options):
  game = envs.make("cleanup", map=STRIP, num_agents=2, view=3, **options)
  return game, jax.jit(game.advance)


def scene(game, rows, columns, headings, apples=(), waste=()):
  """A state by hand; apples and waste by their number."""
  margin = game.grid.margin
  cells = (np.array(rows) + margin) * game.grid.columns + columns + margin
  state = game.start(jnp.zeros(sum(map(int, game.draws)))[: game.draws[1]])
  body = envs.Body(
    jnp.asarray(cells, jnp.int32), jnp.array(headings, jnp.int32)
  )
  trees, river = np.zeros(2, bool), np.zeros(4, bool)
  trees[[*apples]] = True
  river[[*waste]] = True
  return state._replace(
    body=body, apples=jnp.asarray(trees), waste=jnp.asarray(river)
  )


def act(state, *names, draw=1.0, **options):
  """The state after actions, with every draw the same."""
  game, step = game_and_step(**options)
  actions = jnp.array([game.actions.index(name) for name in names])
  order = jnp.array([0.3, 0.6])
  draws = jnp.concatenate([order, jnp.full(game.draws[0] - 2, draw)])
  return step(draws, state, actions)


def where(game, state):
  """Rows and columns of agents on the map."""
  margin = game.grid.margin
  rows, columns = np.divmod(np.asarray(state.body.cells), game.grid.columns)
  return (rows - margin).tolist(), (columns - margin).tolist()


def test_cleaning_reaches_the_first_waste_of_each_ray():
  """River cells are numbered 0 and 1 in the first row, 2 and 3 below."""
  game, _ = game_and_step()
  state = scene(game, [1, 2], [3, 4], [LEFT, UP], waste=range(4))
  state = act(state, "clean", "stay")
  assert state.waste.tolist() == [True, False, True, False]
  assert state.events.cleaned.tolist() == [2, 0]
  assert state.events.cleaning.tolist() == [True, False]
  state = act(state, "clean", "clean")
  assert state.waste.tolist() == [False] * 4
  assert state.events.cleaned.tolist() == [2, 0]  # the second looks up
  # An agent in the way keeps its row dirty,
  state = scene(game, [1, 2], [4, 3], [LEFT, UP], waste=range(4))
  assert act(state, "clean", "stay").waste.tolist() == [1, 0, 1, 1]
  # unless it stands in the waste that the beam comes to.
  state = scene(game, [1, 2], [3, 2], [LEFT, UP], waste=range(4))
  assert act(state, "clean", "stay").waste.tolist() == [1, 0, 1, 0]


def test_fines():
  game, _ = game_and_step()
  state = scene(game, [1, 2], [3, 4], [RIGHT, LEFT])
  after = act(state, "fine", "stay")  # the lower ray hits
  assert after.events.fines.received.tolist() == [0, 1]
  assert game.rewards(after.events).tolist() == [-1, -50]
  after = act(state, "fine", "fine")
  assert game.rewards(after.events).tolist() == [-51, -51]
  assert not act(state, "stay", "turn left").events.fines.received.any()


def test_walking_and_turning():
  game, _ = game_and_step()
  state = scene(game, [1, 2], [3, 4], [UP, RIGHT], apples=[1])
  state = act(state, "forward", "forward")  # a wall, an apple
  assert where(game, state) == ([1, 2], [3, 5])
  assert state.events.apples.tolist() == [False, True]
  assert not state.apples.any()
  state = act(state, "step right", "backward")
  assert where(game, state) == ([1, 2], [4, 4])
  state = act(state, "turn left", "turn right")
  assert state.body.headings.tolist() == [LEFT, DOWN]
  state = act(state, "step left", "step left")  # down, into who wants to leave
  assert where(game, state) == ([2, 2], [4, 5])
  state = act(state, "backward", "stay")  # into who stays
  assert where(game, state) == ([2, 2], [4, 5])


def test_agents_that_do_not_turn():
  options = {"rotation": False, "fining": False}
  game, _ = game_and_step(**options)
  walks = ("stay", "up", "right", "down", "left", "clean")
  assert game.actions == walks
  state = scene(game, [1, 2], [3, 4], [LEFT, LEFT], waste=[1])
  state = act(state, "clean", "right", **options)
  assert state.events.cleaned.tolist() == [1, 0]
  assert where(game, state) == ([1, 2], [3, 5])
  state = act(state, "right", "up", **options)
  assert where(game, state) == ([1, 1], [4, 5])
  assert state.body.headings.tolist() == [LEFT, LEFT]


@pytest.mark.parametrize(
  ("waste", "rate"), [(0, 0.05), (1, 0.0375), (2, 0.025), (4, 0.0)]
)
def test_apples_grow_by_the_share_of_waste(waste, rate):
  """From 0.05 at none to 0 at a depletion of 1: shares of 4 cells."""
  game, step = game_and_step(depletion=1.0)
  state = scene(game, [1, 2], [3, 4], [UP, UP], waste=range(waste))
  idle = jnp.zeros(2, jnp.int32)
  for draw, grows in ((rate * 0.99, rate > 0), (rate * 1.01, False)):
    # The two draws before the apples' keep the river as it is.
    draws = jnp.array([0.3, 0.6, 1, 0, draw, draw], jnp.float32)
    assert step(draws, state, idle).apples.tolist() == [grows] * 2


def test_waste():
  stops, goes_on = ({}, {"waste_stops": False})
  game, _ = game_and_step()
  assert envs.make("cleanup").start(jnp.zeros(21)).waste.sum() == 48  # of 96
  clean = scene(game, [1, 2], [3, 4], [UP, UP])
  idle = "stay", "stay"
  assert act(clean, *idle, draw=0.4).waste.tolist() == [0, 1, 0, 0]
  assert act(clean, *idle, draw=0.51).waste.sum() == 0  # rate 0.5
  dirty = scene(game, [1, 2], [3, 4], [UP, UP], waste=[0, 2])
  assert act(dirty, *idle, draw=0.4, **stops).waste.sum() == 2
  assert act(dirty, *idle, draw=0.4, **goes_on).waste.sum() == 3


def test_starts_face_everywhere_if_agents_turn():
  for rotation, headings in ((True, [0, 1, 2, 3]), (False, [UP])):
    game = envs.make("cleanup", "restricted", rotation=rotation, facing="up")
    draws = jax.random.uniform(jax.random.key(0), (100, game.draws[1]))
    body = jax.vmap(game.first_body)(draws)
    np.testing.assert_array_equal(np.unique(body.headings), headings)


def test_starts_are_different():
  draws = jax.random.uniform(jax.random.key(0), (500, 6))
  starts = np.array([11, 12, 13, 14, 15, 16], np.int32)
  cells = jax.jit(jax.vmap(lambda draw: grid.first_cells(draw, starts, 3)))(
    draws
  )
  assert envs_play.all_different(np.asarray(cells))
  _, counts = np.unique(cells, return_counts=True)
  assert len(counts) == 6
  assert counts.min() > 200  # 250 expected
  tied = grid.first_cells(jnp.zeros(6), starts, 3)
  assert tied.tolist() == [11, 12, 13]
