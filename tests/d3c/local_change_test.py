# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Rates and row gradients: by hand, by finite differences, by autodiff."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from random_games import random_mixing, random_quadratic, worked_example

from nes_spiel import d3c
from nes_spiel.d3c.modes import MODES

pytestmark = pytest.mark.usefixtures("x64")
DELTA = 1e-6  # of differences: rounding and curvature each leave about 1e-9


def test_worked_example():
  """n = 2, c = 1: f_1 = x_1^2 + (x_2 - 1)^2, by hand."""
  game, strategies, mixing = worked_example()
  change = d3c.local_change(game.losses, strategies, mixing.T)
  expected = {
    "losses": [0.3125, 0.8125],
    "mixed_losses": [0.44375, 0.68125],
    "field": [[0.15], [0.7]],
    "rates": [0.625, -0.475],
    "mixed_rates": [0.4675, -0.3175],
  }
  for name, value in expected.items():
    np.testing.assert_allclose(getattr(change, name), value, atol=1e-12)
  np.testing.assert_allclose(
    d3c.row_gradients(change), [[0.55, -0.7], [-1.725, -1.175]], atol=1e-12
  )


def rates_along_the_dynamics(losses, strategies, received):
  """df/dt and df^A/dt from losses a little earlier and later."""
  jacobian = jax.jacrev(losses)(strategies)
  field = jnp.einsum("jk,kjd->jd", received, jacobian)
  later, earlier = (
    losses(strategies - sign * DELTA * field) for sign in (1, -1)
  )
  rates = (later - earlier) / (2 * DELTA)
  return rates, received @ rates


def test_rates_by_finite_differences(game):
  strategies = game.start(jax.random.key(1))
  mixing = random_mixing(1, game.num_agents)
  change = d3c.local_change(game.losses, strategies, mixing.T)
  rates, mixed = rates_along_the_dynamics(game.losses, strategies, mixing.T)
  scale = np.abs(rates).max() + 1
  np.testing.assert_allclose(change.rates, rates, atol=1e-6 * scale)
  np.testing.assert_allclose(change.mixed_rates, mixed, atol=1e-6 * scale)


def differenced(rates, mixing):
  """d rates_i / d A_im, one entry of A after the other."""
  agents = len(mixing)
  found = np.zeros((agents, agents))
  for i, m in np.ndindex(agents, agents):
    up, down = (mixing.at[i, m].add(sign * DELTA) for sign in (1, -1))
    found[i, m] = (rates(up)[i] - rates(down)[i]) / (2 * DELTA)
  return found


@pytest.mark.parametrize("mode", ["d3c", "original_loss", "altruism"])
def test_row_gradients_by_finite_differences(game, mode):
  strategies = game.start(jax.random.key(2))
  giving = MODES[mode].giving
  mixing = random_mixing(2, game.num_agents)

  @jax.jit
  def rates(mixing):
    received = mixing.T if giving else mixing
    change = d3c.local_change(game.losses, strategies, received)
    return MODES[mode].rates(change)[0]

  received = mixing.T if giving else mixing
  change = d3c.local_change(game.losses, strategies, received)
  found = MODES[mode].rates(change)[1]
  expected = differenced(rates, mixing)
  np.testing.assert_allclose(
    found, expected, atol=1e-6 * (np.abs(expected).max() + 1e-3)
  )


def test_row_gradients_by_autodiff_with_some_who_do_not_move():
  game, moves = random_quadratic(5, agents=4), jnp.array([1, 0, 1, 1], bool)
  strategies, mixing = game.start(jax.random.key(0)), random_mixing(0, 4)

  def mixed_rates(mixing):
    change = d3c.local_change(game.losses, strategies, mixing.T, moves)
    return change.mixed_rates

  full = jax.jacrev(mixed_rates)(mixing)  # [i, row, m]
  change = d3c.local_change(game.losses, strategies, mixing.T, moves)
  agents = np.arange(4)
  np.testing.assert_allclose(
    d3c.row_gradients(change), full[agents, agents], atol=1e-10
  )
  np.testing.assert_array_equal(change.field[1], 0)


def test_agents_give_rows_and_receive_columns():
  """An asymmetric mixing, without which a transposition would not show."""
  game = random_quadratic(3)
  strategies, mixing = game.start(jax.random.key(0)), random_mixing(3, 3)
  change = d3c.local_change(game.losses, strategies, mixing.T)
  losses = game.losses(strategies)
  by_hand = [sum(mixing[k, i] * losses[k] for k in range(3)) for i in range(3)]
  np.testing.assert_allclose(change.mixed_losses, by_hand)
  assert change.mixed_losses.sum() == pytest.approx(losses.sum())
