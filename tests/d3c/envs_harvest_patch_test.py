# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""HarvestPatch: what is picked, what grows back, and what does not."""

import envs_play
import jax
import jax.numpy as jnp
import numpy as np

from nes_spiel.d3c import envs

RATES = (0.0, 0.02, 0.05, 0.2)


def neighbours(game):
  """`[m, m]`, which places of apples are within 2 of each other."""
  places = np.argwhere(game.grid.symbols == "A")
  near = np.zeros((len(places),) * 2, bool)
  for i, (row, column) in enumerate(places):
    for j, (other_row, other_column) in enumerate(places):
      squared = (row - other_row) ** 2 + (column - other_column) ** 2
      near[i, j] = 0 < squared <= 4
  return near


def test_random_play():
  game = envs.make(
    "harvest_patch",
    "small",
    map=envs.maps.patches(1, 1, radius=1, gap=1),
    view=2,
    regrowth_rates=RATES,
    fining=True,
    episode_length=60,
  )
  _, before, _, (views, after, rewards, done) = envs_play.play(
    game, steps=130, batch=8
  )
  assert views.shape[2:] == (3, 3, 5, 5)
  assert envs_play.all_different(after.body.cells)
  events = after.events
  np.testing.assert_allclose(
    rewards,
    1.0 * events.apples - events.fines.given - 50 * events.fines.received,
  )
  on = after.body.cells[..., None] == game.grid.places("A")
  goes_on = ~done
  picked = on & before.apples[..., None, :]
  assert (events.apples == picked.any(-1))[goes_on].all()
  left = before.apples & ~on.any(-2)
  around = (left[..., None, :] & neighbours(game)).sum(-1)
  alone = (picked & (around == 0)[..., None, :]).any(-1)
  assert (events.last_apples == alone)[goes_on].all()
  # Nothing vanishes, nothing grows under agents or where all is bare.
  assert (after.apples | ~left)[goes_on].all()
  grown = after.apples & ~left
  assert not (grown & on.any(-2))[goes_on].any()
  assert not (grown & (around == 0))[goes_on].any()
  # Once it is picked bare it stays so, until the next episode.
  bare = ~before.apples.any(-1) & goes_on
  assert bare.any()
  assert not after.apples[bare].any()
  assert after.apples[done].all()
  # Where it may, it grows at the rates.
  free = ~left & ~on.any(-2) & goes_on[..., None]
  for count, rate in enumerate(RATES):
    here = free & (np.minimum(around, 3) == count)
    n = here.sum()
    assert n > 200
    error = np.sqrt(rate * (1 - rate) / n)  # none at a rate of 0
    assert abs(grown[here].mean() - rate) <= 4 * error
  assert (events.last_apples.any(-1) & goes_on).any()


def test_regrowth_by_neighbours():
  """A patch of five: its middle has four neighbours, all tips the others."""
  game = envs.make(
    "harvest_patch",
    map=envs.maps.patches(1, 1, radius=1, gap=1),
    num_agents=1,
    view=1,
    regrowth_rates=RATES,
  )
  state = game.start(jnp.zeros(game.draws[1]))
  step = jax.jit(game.advance)
  idle = jnp.zeros(1, jnp.int32)

  def grown(apples, draw):
    draws = jnp.full(game.draws[0], draw)
    now = state._replace(apples=jnp.array(apples, bool))
    return step(draws, now, idle).apples.tolist()

  # Tips 0, 1, 3, 4 and the middle 2, row by row: within 2 of each other are
  # all of them, also opposite tips.
  assert neighbours(game).sum(1).tolist() == [4, 4, 4, 4, 4]
  for apples, below, above in [
    ([1, 0, 0, 0, 0], 0.019, 0.021),
    ([1, 0, 1, 0, 0], 0.049, 0.051),
    ([1, 1, 1, 0, 0], 0.19, 0.21),
    ([1, 1, 1, 1, 0], 0.19, 0.21),
  ]:
    assert all(grown(apples, below))
    assert grown(apples, above) == [bool(x) for x in apples]
  assert not any(grown([0] * 5, 0.0))


def test_patches_do_not_help_each_other():
  game = envs.make("harvest_patch")
  near = neighbours(game)
  component = near | np.eye(len(near), dtype=bool)
  for _ in range(7):
    component = (component @ component) > 0
  sizes = component.sum(1)
  assert len(near) == 78
  assert (sizes == 13).all()
