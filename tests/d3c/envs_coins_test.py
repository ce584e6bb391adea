# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Coins: conservation, collisions and spawning."""

import functools

import envs_play
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel.d3c import envs

STAY, UP, DOWN, LEFT, RIGHT = range(5)


@pytest.mark.parametrize("collisions", ["random", "share"])
def test_random_play(collisions):
  game = envs.make(
    "coins", spawn_probability=0.3, collisions=collisions, episode_length=25
  )
  _, before, actions, now = envs_play.play(game, steps=100, batch=16)
  observations, after, rewards, done = now
  if collisions != "share":
    assert envs_play.all_different(after.cells)
  grid = np.arange(25)
  here = after.cells[..., None] == grid
  assert (after.coins.sum(-2) <= 1).all()
  assert not (after.coins & here.any(-2, keepdims=True)).any()
  own, others = after.events
  np.testing.assert_array_equal(
    rewards, 1.0 * own + 1.0 * others - 2.0 * others[..., ::-1]
  )
  assert not after.coins[done].any()  # the next episode's
  goes_on = ~done
  # What lay on the agents' new cells went to them, the rest is still there.
  lay = (before.coins & here.any(-2, keepdims=True)).sum((-1, -2))
  np.testing.assert_array_equal(lay[goes_on], (own | others).sum(-1)[goes_on])
  kept = before.coins & ~here.any(-2, keepdims=True)
  assert (after.coins | ~kept)[goes_on].all()
  new = (after.coins & ~kept).sum(-1)[goes_on]
  assert new.max() == 1  # of each type
  if collisions != "share":
    mine = (before.coins & here).any(-1)
    np.testing.assert_array_equal(own[goes_on], mine[goes_on])
    theirs = (before.coins[..., ::-1, :] & here).any(-1)
    np.testing.assert_array_equal(others[goes_on], theirs[goes_on])
  assert own.any()
  assert others.any()
  # Agents go one cell at most, and never around the edge.
  rows, columns = np.divmod(before.cells, 5)
  new_rows, new_columns = np.divmod(after.cells, 5)
  way = abs(rows - new_rows) + abs(columns - new_columns)
  assert (way[goes_on] <= (actions != STAY)[goes_on]).all()
  planes = observations.reshape(100, 16, 2, 4, 25)
  np.testing.assert_array_equal(planes[..., 0, :], here)
  np.testing.assert_array_equal(planes[..., 1, :], here[..., ::-1, :])
  np.testing.assert_array_equal(planes[..., 2, :], after.coins)
  np.testing.assert_array_equal(planes[..., 3, :], after.coins[..., ::-1, :])


@functools.cache
def compiled(game):
  """Its step without random numbers."""
  return jax.jit(game.advance)


def move(game, cells, actions, draw=0.1, coins=()):
  """Cells and rewards after a step; `coins` are pairs of type and cell."""
  state = game.start(jnp.array([0.0, 0.5]))
  board = np.zeros((2, game.size**2), bool)
  for kind, cell in coins:
    board[kind, cell] = True
  state = state._replace(cells=jnp.array(cells), coins=jnp.asarray(board))
  draws = jnp.array([draw, 1, 1, 1, 1], jnp.float32)
  after = compiled(game)(draws, state, jnp.array(actions))
  return after.cells.tolist(), game.rewards(after.events).tolist()


def small(rule):
  return envs.make("coins", size=3, collisions=rule, first_cells="corners")


def test_collisions():
  """On 3 x 3: agents at 3 and 5, both want 4."""
  wanted = [3, 5], [RIGHT, LEFT]
  games = {rule: small(rule) for rule in ("random", "nobody", "share")}
  assert move(games["random"], *wanted, draw=0.1)[0] == [4, 5]
  assert move(games["random"], *wanted, draw=0.9)[0] == [3, 4]
  assert move(games["nobody"], *wanted)[0] == [3, 5]
  assert move(games["share"], *wanted)[0] == [4, 4]
  for rule in ("random", "nobody"):
    # Nobody changes places; who is in the way and stays, stops the other; who
    # leaves does not; walls stop.
    assert move(games[rule], [3, 4], [RIGHT, LEFT])[0] == [3, 4]
    assert move(games[rule], [3, 4], [RIGHT, STAY])[0] == [3, 4]
    assert move(games[rule], [3, 4], [RIGHT, UP])[0] == [4, 1]
    assert move(games[rule], [3, 5], [LEFT, RIGHT])[0] == [3, 5]
    assert move(games[rule], [0, 8], [UP, DOWN])[0] == [0, 8]
  assert move(games["share"], [3, 4], [RIGHT, LEFT])[0] == [4, 3]


def test_rewards():
  game = small("random")
  assert game.start(jnp.zeros(2)).cells.tolist() == [0, 8]
  moves = [0, 8], [RIGHT, LEFT]
  assert move(game, *moves, coins=[(0, 1)])[1] == [1, 0]
  assert move(game, *moves, coins=[(1, 1)])[1] == [1, -2]
  assert move(game, *moves, coins=[(0, 7)])[1] == [-2, 1]
  assert move(game, *moves, coins=[(1, 1), (0, 7)])[1] == [-1, -1]
  assert move(game, *moves, coins=[(0, 1), (1, 7)])[1] == [1, 1]
  shared = small("share")
  both = [0, 2], [RIGHT, LEFT]
  assert move(shared, *both, draw=0.1, coins=[(0, 1)])[1] == [1, 0]
  assert move(shared, *both, draw=0.9, coins=[(0, 1)])[1] == [-2, 1]


def spawned(game, count):
  """Coins `[count, 2, cells]` after one step on a board with one coin."""
  state = game.start(jnp.array([0.0, 0.5]))
  state = state._replace(coins=state.coins.at[0, 4].set(True))
  draws = jax.random.uniform(jax.random.key(0), (count, game.draws[0]))
  actions = jnp.zeros(2, jnp.int32)
  advance = jax.vmap(game.advance, (0, None, None))
  after = jax.jit(advance)(draws, state, actions)
  coins = np.array(after.coins)
  assert coins[:, 0, 4].all()
  coins[:, 0, 4] = False
  return coins, np.asarray(state.cells)


def test_attempts_take_a_random_empty_cell():
  game = envs.make("coins", spawn_probability=1.0, size=3)
  coins, cells = spawned(game, 6000)
  assert (coins.sum(-1) == 1).all()  # one of each type,
  assert (coins.sum(1) <= 1).all()  # on different cells
  empty = sorted({*range(9)} - {4, *cells.tolist()})
  assert not np.delete(coins, empty, -1).any()
  # Every pair of the 6 empty cells is as likely: 200 expected of each of 30.
  pairs = np.einsum("bi,bj->ij", *coins[:, :, empty].swapaxes(0, 1) * 1)
  assert (np.diag(pairs) == 0).all()
  off = pairs[~np.eye(6, dtype=bool)]
  assert ((off - 200) ** 2 / 200).sum() < 60  # chi-square, 29 degrees, p 0.0006


def test_rates():
  """An attempt to a type and step, or to each empty cell."""
  attempt = envs.make("coins", spawn_probability=0.2)
  coins, _ = spawned(attempt, 4000)
  np.testing.assert_allclose(coins.sum(-1).mean(0), 0.2, atol=0.03)
  cell = envs.make("coins", spawn_probability=0.2, spawn="cell")
  coins, _ = spawned(cell, 2000)
  np.testing.assert_allclose(coins.sum(-1).mean(0), 0.2 * 22, atol=0.2)
  assert (coins.sum(1) <= 1).all()


def test_first_cells_are_random_and_different():
  game = envs.make("coins", size=2)
  _, states = jax.jit(jax.vmap(game.reset))(
    jax.random.split(jax.random.key(0), 1200)
  )
  found, counts = np.unique(states.cells, axis=0, return_counts=True)
  assert len(found) == 12  # ordered pairs of four cells
  assert counts.min() > 65
