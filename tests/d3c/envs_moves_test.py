# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Moves at once: no two in a cell, and no move fails without a reason."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel.d3c.envs import moves

AGENTS, CELLS = 4, 6


@pytest.mark.parametrize("ordered", [True, False])
def test_random_moves(ordered):
  rng = np.random.default_rng(0)
  cells = rng.permuted(np.tile(np.arange(CELLS), (3000, 1)), axis=1)
  cells = cells[:, :AGENTS].astype(np.int32)
  targets = rng.integers(0, CELLS, (3000, AGENTS)).astype(np.int32)
  stays = rng.random((3000, AGENTS)) < 0.2
  targets = np.where(stays, cells, targets)
  order = rng.random((3000, AGENTS)).astype(np.float32)
  resolve = jax.vmap(moves.who_moves, (0, 0, 0 if ordered else None))
  moved = np.asarray(
    jax.jit(resolve)(cells, targets, order if ordered else None)
  )
  after = np.where(moved, targets, cells)
  assert (np.diff(np.sort(after, 1), axis=1) > 0).all()
  assert not moved[targets == cells].any()
  for game in range(3000):
    for i in range(AGENTS):
      if targets[game, i] == cells[game, i]:
        continue
      rivals = [
        j
        for j in range(AGENTS)
        if j != i
        and targets[game, j] == targets[game, i] != cells[game, j]
        and (not ordered or order[game, j] < order[game, i])
      ]
      there = [
        j
        for j in range(AGENTS)
        if j != i and cells[game, j] == targets[game, i]
      ]
      stuck = any(
        not moved[game, j] or targets[game, j] == cells[game, i] for j in there
      )
      assert moved[game, i] == (not rivals and not stuck)


def test_a_circle_and_a_chain():
  circle = jnp.array([0, 1, 2]), jnp.array([1, 2, 0])
  assert moves.who_moves(*circle).all()
  chain = jnp.array([0, 1, 2]), jnp.array([1, 2, 3])
  assert moves.who_moves(*chain).all()
  blocked = jnp.array([0, 1, 2]), jnp.array([1, 2, 2])
  assert not moves.who_moves(*blocked).any()


def test_of_equal_draws_the_first_agent_goes():
  cells, targets = jnp.array([0, 2, 4]), jnp.array([1, 1, 1])
  moved = moves.who_moves(cells, targets, jnp.full(3, 0.5))
  assert moved.tolist() == [True, False, False]


def test_picking():
  allowed = jnp.array([False, True, False, True, True])
  draws = jnp.linspace(0, 1, 300, endpoint=False, dtype=jnp.float32)
  picked = jax.vmap(moves.pick, (None, 0))(allowed, draws)
  assert picked.sum(0).tolist() == [0, 100, 0, 100, 100]
  assert not moves.pick(jnp.zeros(5, bool), draws[7]).any()
  last = jnp.float32(1 - 2**-24)
  assert int(moves.index_below(31, last)) == 30
