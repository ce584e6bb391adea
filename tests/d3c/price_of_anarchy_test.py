# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Theorems 1 and 2 against the local price of anarchy itself.

To first order in the step the bounds hold without their term of mu-bar. Random
games rarely have a local price above 1, so there are games with conflict too.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from random_games import random_mixing, random_quadratic, worked_example

from nes_spiel import d3c
from nes_spiel.d3c import games
from nes_spiel.equilibria import smoothness

pytestmark = pytest.mark.usefixtures("x64")
ROUNDING = 1e-12
DRAWS = 2500  # of each of four kinds of games: 10,000


def squared_distances(parameters, strategies):
  """Returns 1 + |B_i x - o_i|^2: positive losses, no two agents alike."""
  matrices, origins = parameters
  away = jnp.einsum("iab,b->ia", matrices, strategies.ravel()) - origins
  return 1 + jnp.sum(jnp.square(away), axis=1)


def draw_quadratics(conflict):
  """Positive quadratic losses of three agents; conflict: how far apart."""
  rng = np.random.default_rng(0)
  matrices = rng.normal(size=(DRAWS, 3, 3, 3)) / np.sqrt(3)
  origins = conflict * rng.normal(size=(DRAWS, 3, 3))
  strategies = rng.uniform(-1, 1, (DRAWS, 3, 1))
  return squared_distances, (matrices, origins), strategies


def draw_dilemmas():
  """Prisoner's dilemmas of three agents near their Nash equilibrium."""
  game, rng = games.prisoners_dilemma(3), np.random.default_rng(1)
  parameters = np.broadcast_to(game.parameters, (DRAWS, 3, 3, 2))
  return game.loss_function, parameters, rng.uniform(0, 0.3, (DRAWS, 3, 2))


def draw_paradoxes():
  """Game 1 for many kappa."""
  rng = np.random.default_rng(2)
  game = games.nash_paradox(0.5)
  return (
    game.loss_function,
    rng.uniform(0.2, 0.9, DRAWS),
    rng.uniform(0.1, 1, (DRAWS, 2, 1)),
  )


KINDS = {
  "random": lambda: draw_quadratics(0.3),
  "conflict": lambda: draw_quadratics(3.0),
  "prisoners_dilemma": draw_dilemmas,
  "nash_paradox": draw_paradoxes,
}


@functools.partial(jax.jit, static_argnums=(0, 4))
def excesses(loss_function, parameters, strategies, mixings, egalitarian, dt):
  """By how much the price of every draw exceeds its bound, and by one.

  And what an agent gains by leaving the equilibrium, and whether the same agent
  has the largest loss before and after.
  """

  def one(parameters, strategies, mixing):
    losses = functools.partial(loss_function, parameters)
    change = d3c.local_change(losses, strategies, mixing.T)
    bounds = d3c.egalitarian_bound, d3c.utilitarian_bound
    bound = bounds[0 if egalitarian else 1](change, dt)
    price = d3c.local_price_of_anarchy(
      losses,
      strategies,
      mixing,
      step_size=dt,
      egalitarian=egalitarian,
      points=11,
      rounds=4,
    )
    after = mixing.T @ losses(strategies - dt * change.field)
    stays = jnp.argmax(after) == jnp.argmax(change.mixed_losses)
    return price.price - bound, price.price - 1, price.gain, stays

  return jax.vmap(one)(parameters, strategies, mixings)


def drawn(kind, egalitarian, dt):
  loss_function, parameters, strategies = KINDS[kind]()
  agents, rng = strategies.shape[1], np.random.default_rng(3)
  mixings = rng.dirichlet(np.full(agents, 0.5), size=(DRAWS, agents))
  found = excesses(
    loss_function, parameters, strategies, mixings, egalitarian, dt
  )
  excess, price, gain, stays = map(np.asarray, found)
  assert gain.max() < 1e-12  # it is an equilibrium
  if kind != "random":
    assert (price > 1e-9).mean() > 0.01  # of which some cost anarchy
  return excess, stays


@pytest.mark.parametrize("dt", [0.01, 0.001])
@pytest.mark.parametrize("kind", KINDS)
def test_theorem_1(kind, dt):
  """Up to O(dt^2), which shows in few draws and not in the dilemma."""
  excess, _ = drawn(kind, False, dt)
  assert excess.max() <= (ROUNDING if "dilemma" in kind else 5 * dt**2)
  assert (excess > ROUNDING).mean() < 0.01


@pytest.mark.parametrize("dt", [0.01, 0.001])
@pytest.mark.parametrize("kind", KINDS)
def test_theorem_2(kind, dt):
  """Up to O(dt^2), unless another agent's loss becomes the largest."""
  excess, stays = drawn(kind, True, dt)
  assert stays.mean() > 0.9
  assert excess[stays].max() <= 30 * dt**2


def test_the_bound_is_tight():
  """f_1 = x_1 - kappa x_2, f_2 alike, at x_1 = x_2 < 0 (Appendix D)."""
  kappa, dt = 3.0, 0.01

  def losses(x):
    return x[:, 0] - kappa * x[::-1, 0]

  x = jnp.full((2, 1), -1.0)
  change = d3c.local_change(losses, x, jnp.eye(2))
  bound = d3c.utilitarian_bound(change, dt)
  price = d3c.local_price_of_anarchy(losses, x, step_size=dt)
  assert bound == pytest.approx(1 + dt * (kappa - 1) / 2, abs=1e-15)
  assert price.price == pytest.approx(float(bound), abs=1e-15)
  np.testing.assert_allclose(price.equilibrium, dt)


def test_terms_by_hand():
  """df^A/dt = (.4675, -.3175), f^A = (.44375, .68125): the worked example."""
  game, strategies, mixing = worked_example()
  bound = functools.partial(
    d3c.local_price_of_anarchy_bound, game, strategies, mixing, step_size=0.1
  )
  assert bound() == pytest.approx(1 + 0.1 * 0.4675 / 0.44375)
  with_mu = 1 + 0.1 * (0.4675 + 0.15**2 / 2) / 0.44375
  assert bound(mu_bound=2.0) == pytest.approx(with_mu)
  assert bound(egalitarian=True) == 1  # the largest loss falls
  squares = 0.15**2 + 0.7**2
  high = 1 + 0.1 * (-0.3175 + squares / 0.1) / 0.68125
  assert bound(egalitarian=True, mu_bound=0.1) == pytest.approx(high)
  change = d3c.local_change(game.losses, strategies, mixing.T)
  np.testing.assert_allclose(
    d3c.additive_bound(change, 0.1, 0.4), [0.08675, 0.00825]
  )


def test_a_segment_with_an_equilibrium_inside():
  """(x - 1)^2 from 0 with a step past 1: agents stop where they like it."""

  def losses(x):
    return 1 + jnp.square(x[:, 0] - 1)

  x = jnp.zeros((2, 1))
  price = d3c.local_price_of_anarchy(losses, x, step_size=1.0)
  np.testing.assert_allclose(price.equilibrium, 0.5)
  assert price.price == pytest.approx(1)


def test_losses_that_are_not_positive(unchecked):
  game = games.efficient_but_unfair()
  x = jnp.ones((2, 1))
  with pytest.raises(ValueError, match=r"needs positive ones, got.*-0\.1"):
    d3c.local_price_of_anarchy_bound(game, x, step_size=0.1)
  for egalitarian in (False, True):
    with pytest.raises(ValueError, match=r"needs positive ones, got.*-0\.1"):
      d3c.local_price_of_anarchy(
        game.losses, x, step_size=0.1, egalitarian=egalitarian
      )
  change = d3c.local_change(game.losses, x, jnp.eye(2))
  assert d3c.utilitarian_bound(change, 0.1) == np.inf
  game = games.prisoners_dilemma(2)
  for options, message in (
    ({"step_size": 0.0}, "step_size: expected a positive number, got 0.0"),
    ({"step_size": 0.1, "mu_bound": -1.0}, "mu_bound: .*-1.0"),
    ({"step_size": 0.1, "mixing": jnp.ones((2, 2))}, "every row"),
    ({"step_size": 0.1, "mixing": jnp.eye(3)}, r"shape \(2, 2\)"),
  ):
    with pytest.raises(ValueError, match=message):
      d3c.local_price_of_anarchy_bound(game, x, **options)
    if "mu_bound" not in options:
      with pytest.raises(ValueError, match=message):
        d3c.local_price_of_anarchy(game.losses, x, **options)
  with pytest.raises(ValueError, match=r"points: .* >= 2, got 1"):
    d3c.local_price_of_anarchy(game.losses, x, step_size=0.1, points=1)


def test_a_convex_problem_need_not_be_smooth():
  """Proposition H.1: (x + y)^2 for both, on a grid with (0, 0) and (c, -c).

  Both cost nothing, one's strategy against the other's does: the less is added
  to make totals positive, the larger is the best bound.
  """
  grid = np.array([-1.0, 0.0, 1.0])
  cost = np.square(grid[:, None] + grid)
  bounds = [
    smoothness.best_smoothness(np.stack([cost, cost]) + delta).bound
    for delta in (1e-1, 1e-2, 1e-3)
  ]
  assert bounds[1] > 5 * bounds[0]
  assert bounds[2] > 5 * bounds[1]


def test_mixing_keeps_diagonal_dominance_and_the_equilibrium():
  """Propositions H.2 and H.3, with A_ji where H.4 prints A_ij."""
  rng = np.random.default_rng(0)
  square = 0.2 * rng.normal(size=(3, 3, 3))
  square = square + square.transpose(0, 2, 1)
  square += 2 * np.eye(3)
  origin = rng.normal(size=3)

  def losses(x):
    away = x[:, 0] - origin
    return jnp.einsum("iab,a,b->i", square, away, away)

  for hessian in 2 * square:
    off = np.abs(hessian - np.diag(np.diag(hessian))).sum(1)
    assert (np.diag(hessian) > off).all()
  for seed in range(20):
    mixing = random_mixing(seed, 3)

    def field(x, mixing=mixing):
      return d3c.local_change(losses, x[:, None], mixing.T).field[:, 0]

    np.testing.assert_allclose(field(jnp.asarray(origin)), 0, atol=1e-12)
    jacobian = np.asarray(jax.jacrev(field)(jnp.zeros(3)))
    expected = np.einsum("ji,jik->ik", mixing, 2 * square)
    np.testing.assert_allclose(jacobian, expected, atol=1e-12)
    off = np.abs(jacobian - np.diag(np.diag(jacobian))).sum(1)
    assert (np.diag(jacobian) > off).all()


def test_of_a_game_with_agents_of_more_dimensions():
  """The bound of one game is that of Definition 1's ingredients in NumPy."""
  game = random_quadratic(7, agents=3, size=2)
  x, mixing = game.start(jax.random.key(0)), random_mixing(7, 3)
  jacobian = np.asarray(jax.jacrev(game.losses)(x))
  mixed = np.einsum("ki,kjd->ijd", mixing, jacobian)
  rates = [-sum(mixed[i, j] @ mixed[j, j] for j in range(3)) for i in range(3)]
  values = np.asarray(mixing).T @ np.asarray(game.losses(x))
  expected = 1 + 0.01 * max(
    max(r / v, 0) for r, v in zip(rates, values, strict=True)
  )
  found = d3c.local_price_of_anarchy_bound(game, x, mixing, step_size=0.01)
  assert found == pytest.approx(expected)
