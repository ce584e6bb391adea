# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Bertrand's sellers, by loops over what they were drawn from."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gamut_samples import sample

from nes_spiel.games.gamut import increasing, pricing
from nes_spiel.games.gamut import uniforms as draws


def test_bertrand_by_hand():
  @jax.jit
  @jax.vmap
  def demand_and_cost(key):
    u = draws.draw(key, (2, pricing._UNIFORMS))
    demand = pricing.draw_demand(u[0], 4)
    sold = (demand[:, None] / jnp.arange(1.0, 4.0)[None, :]).reshape(12)
    cost = pricing.draw_cost(u[1], sold, sold[-1])
    return demand, cost.reshape(4, 3)

  drawn = demand_and_cost(jax.random.split(jax.random.key(0), 64))
  demands, costs = jax.device_get(drawn)
  for payoffs, demand, cost in zip(
    sample("BertrandOligopoly"), demands, costs, strict=True
  ):
    for joint in np.ndindex(4, 4, 4):
      low, tied = min(joint), joint.count(min(joint))
      profit = (low + 1) * demand[low] / tied - cost[low, tied - 1]
      for player in range(3):
        worth = float(profit) if joint[player] == low else 0
        assert payoffs[player][joint] == pytest.approx(worth, abs=0.1)


def test_the_cheapest_sell_and_share():
  drawn = sample("BertrandOligopoly")
  for joint in np.ndindex(4, 4, 4):
    for player in range(3):
      if joint[player] > min(joint):
        assert not drawn[:, player, *joint].any()
  # Revenue is at most the price times 10000, cost at most 10000.
  for price in range(4):
    assert drawn[:, 0, price].max() <= 1e4 * (price + 1) + 0.1
  assert drawn.min() >= -1e4 - 0.1
  np.testing.assert_array_equal(drawn[:, 0], drawn[:, 1].swapaxes(1, 2))


@functools.cache
def demands_and_costs():
  """Returns uniform numbers, demands and costs at 0, 2500, ..., 10000."""
  u = np.random.default_rng(0).random((300, pricing._UNIFORMS))
  u = jnp.asarray(u, dtype="float32")
  quantities = jnp.linspace(0, 1e4, 5)

  def draw(one):
    cost = pricing.draw_cost(one, quantities, quantities[0])
    return pricing.draw_demand(one, 6), cost

  demand, cost = jax.jit(jax.vmap(draw))(u)
  return np.asarray(u, np.float64), np.asarray(demand), np.asarray(cost)


def test_demand_falls_and_cost_rises():
  u, demand, cost = demands_and_costs()
  assert (demand >= 0).all()
  assert (demand <= 1e4).all()
  # Prices count from 1, and the demand at 0 would be 10000.
  assert (np.diff(demand) <= 1e-2).all()
  least = -1000 + 2000 * u[:, -2]
  np.testing.assert_array_equal(demand[:, -1] == 0, least <= 0)
  assert (cost >= 0).all()
  assert (np.diff(cost) >= -1e-2).all()
  np.testing.assert_allclose(cost[:, -1], 1e4, rtol=1e-5)


@pytest.mark.parametrize("name", ["exponential", "logarithm"])
def test_demand_by_hand(name):
  number = [draw.__name__ for draw in increasing.ALL].index(name)
  u, demand, _ = demands_and_costs()
  chosen = np.floor(4 * u[:, -1]) == number
  assert 40 < chosen.sum() < 110
  price = np.arange(7)
  for row, got in zip(u[chosen], demand[chosen], strict=True):
    alpha, beta = 1 - row[0], -1000 + 2000 * row[1]
    base = {
      "exponential": np.exp(alpha * price) + beta,
      "logarithm": 10 * alpha * np.log(price + 1) + beta,
    }[name]
    falls = -base + (-1000 + 2000 * row[-2] + base[-1])
    falls -= min(falls[-1], 0)
    np.testing.assert_allclose(
      got, 1e4 * falls[1:] / falls[0], atol=2, rtol=1e-4
    )


def test_cost_by_hand():
  u, _, cost = demands_and_costs()
  chosen = u[:, -1] < 1 / 2
  quantity = np.linspace(0, 1e4, 5)
  for row, got in zip(u[chosen], cost[chosen], strict=True):
    base = 10 * (1 - row[0]) * np.log(quantity + 1) - 1000 + 2000 * row[1]
    base -= min(base[0], 0)
    np.testing.assert_allclose(got, 1e4 * base / base[-1], atol=2)
