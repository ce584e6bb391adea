# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Games and mixings without any symmetry, behind which an error could hide.

And the worked example, whose numbers are known by hand.
"""

import jax.numpy as jnp
import numpy as np

from nes_spiel import d3c
from nes_spiel.d3c import games
from nes_spiel.d3c.games.strategy_spaces import Uniform


def quadratic(parameters, strategies):
  """Returns c_i + b_i x + x B_i x: no two agents alike."""
  constant, linear, square = parameters
  x = strategies.ravel()
  return constant + linear @ x + jnp.einsum("iab,a,b->i", square, x, x)


def random_quadratic(seed, agents=3, size=2, conflict=1.0):
  """Returns a game of positive quadratic losses."""
  rng = np.random.default_rng(seed)
  count = agents * size
  square = rng.normal(size=(agents, count, count))
  square = square + square.transpose(0, 2, 1)
  linear = conflict * rng.normal(size=(agents, count))
  return d3c.Game(
    parameters=tuple(map(jnp.asarray, (np.full(agents, 30.0), linear, square))),
    optimal_loss=float("nan"),
    nash_loss=float("nan"),
    name="quadratic",
    num_agents=agents,
    loss_function=quadratic,
    start=Uniform((agents, size), -1.0, 1.0),
  )


def random_mixing(seed, agents):
  """Returns a matrix whose rows are distributions, and columns are not."""
  rng = np.random.default_rng(seed)
  return jnp.asarray(rng.dirichlet(np.ones(agents), size=agents))


def worked_example():
  """Returns a dilemma of two, `[2, 1]` strategies, and A.

  n = 2, c = 1: f_1 = x_1^2 + (x_2 - 1)^2, f_2 alike. By hand f^A is
  (.44375, .68125), F (.15, .7) and df^A/dt (.4675, -.3175).
  """
  strategies = jnp.array([[0.25], [0.5]])
  return (
    games.prisoners_dilemma(2),
    strategies,
    jnp.array([[0.9, 0.1], [0.2, 0.8]]),
  )
