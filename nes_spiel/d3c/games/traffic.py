# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Drivers on Braess's network, who choose routes at random (Appendix E.1)."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key

from nes_spiel.d3c.game import Game, Recipe
from nes_spiel.d3c.games.strategy_spaces import Gaussian
from nes_spiel.games import number_checks
from nes_spiel.games.congestion import Network, braess_network

DRIVERS = 4
LARGEST_SLOPE, MARGIN, SPREAD = 20, 10, 10  # of Algorithm 4
LEAST_GAIN = 10  # its Delta, which it leaves open
# The rate of A must not be below that of the strategies.
RECIPE = Recipe(
  step_size=0.01,
  mixing_step_size=1.0,
  epsilon=1.0,
  steps=4000,
  lowest=-5.0,
  highest=5.0,
)


def braess(shortcut: bool = True, drivers: int = DRIVERS) -> Game:
  """Returns the network of Figure 2a, with softmax policies over its routes.

  With the shortcut all four drivers take it in the Nash equilibrium, 80 minutes
  each, where 65 are possible.

  Args:
    shortcut: whether edge AB is there.
    drivers: n, at least 1. The Nash loss is known for up to four with the
      shortcut, and NaN for more of them or without it.

  Raises:
    ValueError: no drivers.
  """
  network = braess_network(e=0.0 if shortcut else None)
  return from_network(
    network, drivers, "braess" if shortcut else "braess_without_shortcut"
  )


def sample_braess(key: Key[Array, ""], drivers: int = DRIVERS) -> Game:
  """Returns a random network that has Braess's paradox (Algorithm 4).

  Its optimum is found over all pure profiles: the algorithm's tau_Opt leaves
  the shortcut out, which the optimum takes in about half of the networks. And
  E is less than E_max, which the algorithm allows: there the shortcut ties.

  Args:
    key: of the network.
    drivers: n, at least 2.

  Raises:
    ValueError: fewer drivers.
  """
  number_checks.check_count("drivers", drivers, 2)
  rng = np.random.default_rng(np.asarray(jax.random.key_data(key)))
  while True:
    f, g = rng.integers(1, LARGEST_SLOPE, 2, endpoint=True)
    c, d = (
      drivers * slope + rng.integers(MARGIN, MARGIN + SPREAD, endpoint=True)
      for slope in (g, f)
    )
    # Without the shortcut some go one way and the others the other.
    apart = min(
      m * (f * m + c) + (drivers - m) * (g * (drivers - m) + d)
      for m in range(1, drivers)
    )
    lowest = max((apart + LEAST_GAIN) / drivers - drivers * (f + g), 0)
    highest = min(c - drivers * g, d - drivers * f)
    if np.ceil(lowest) < highest:
      e = rng.integers(np.ceil(lowest), highest)  # less than it: Eq. 108
      network = braess_network(*map(float, (f, g, c, d, e)))
      return from_network(network, drivers, "random_braess")


def from_network(network: Network, drivers: int, name: str) -> Game:
  """Returns the game of drivers who choose among a network's routes.

  Args:
    network: of r routes.
    drivers: n, at least 1.
    name: of the game.

  Raises:
    ValueError: no drivers.
  """
  number_checks.check_count("drivers", drivers)
  shared, constant = network.delays()
  return Game(
    parameters=(shared, constant),
    optimal_loss=_best_total(shared, constant, drivers),
    nash_loss=_dominant_total(shared, constant, drivers),
    name=name,
    num_agents=drivers,
    loss_function=expected_delays,
    start=Gaussian((drivers, len(constant))),
    recipe=RECIPE,
  )


def expected_delays(
  network: tuple[Float[Array, "r r"], Float[Array, " r"]],
  logits: Float[Array, "n r"],
) -> Float[Array, " n"]:
  """Returns how long each driver expects to be under way (Eq. 126).

  A driver on route r meets themselves there for sure, M_rr, and the others as
  often as they come.

  Args:
    network: M and b of Eq. 114.
    logits: `[n, r]`, of softmax policies.
  """
  shared, constant = (jnp.asarray(x, logits.dtype) for x in network)
  policies = jax.nn.softmax(logits, axis=1)
  others = jnp.sum(policies, axis=0, keepdims=True) - policies
  delays = others @ shared.T + (jnp.diag(shared) + constant)[None]
  return jnp.sum(policies * delays, axis=1)


def _totals(
  shared: Float[np.ndarray, "r r"],
  constant: Float[np.ndarray, " r"],
  drivers: int,
) -> dict[tuple[int, ...], float]:
  """Returns the total delay by how many drivers take each route."""
  routes = range(len(constant))
  return {
    chosen: float(loads @ (shared @ loads + constant))
    for chosen in itertools.combinations_with_replacement(routes, drivers)
    for loads in [np.bincount(chosen, minlength=len(constant))]
  }


def _best_total(
  shared: Float[np.ndarray, "r r"],
  constant: Float[np.ndarray, " r"],
  drivers: int,
) -> float:
  """Returns the lowest total delay; policies cannot beat pure profiles."""
  return min(_totals(shared, constant, drivers).values())


def _dominant_total(
  shared: Float[np.ndarray, "r r"],
  constant: Float[np.ndarray, " r"],
  drivers: int,
) -> float:
  """Returns the total where all take a strictly dominant route, else NaN.

  A route's lead is linear in where the others are: it is enough to look at all
  of them on one route.
  """
  # Where the others are, and which route is one's own.
  times = (drivers - 1) * shared.T + np.diag(shared) + constant
  for route in range(len(constant)):
    behind = np.delete(times, route, axis=1) - times[:, [route]]
    if (behind > 0).all():
      return float(drivers * times[route, route])
  return float("nan")
