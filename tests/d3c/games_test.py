# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Games of the paper against its matrices, tables and numbers."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.linalg
from scipy import optimize

from nes_spiel import d3c
from nes_spiel.d3c import game as d3c_game
from nes_spiel.d3c import games
from nes_spiel.games import classics, congestion

# Eq. 128, of three players.
PRINTED = [[0, 0, 1, 0, 0, 1], [0, 1, 0, 0, 1, 0], [1, 0, 0, 1, 0, 0]]


def test_prisoners_dilemma_is_the_printed_matrix():
  targets = games.prisoners_dilemma(3).parameters
  np.testing.assert_array_equal(targets.reshape(3, 6), PRINTED)


@pytest.mark.parametrize("agents", [2, 3, 5])
def test_prisoners_dilemma_is_the_papers_circulant(agents):
  """The two lines of NumPy of Appendix E.2."""
  row = np.array((([0] * (agents - 1) + [1.0]) * (agents - 1))[::-1])
  matrix = scipy.linalg.circulant(row)[:agents, ::-1]
  targets = games.prisoners_dilemma(agents).parameters
  assert matrix.shape == (agents, agents * (agents - 1))
  np.testing.assert_array_equal(targets.reshape(matrix.shape), matrix)


@pytest.mark.parametrize("agents", [2, 4])
@pytest.mark.parametrize("c", [1.0, 1 / 9])
def test_prisoners_dilemma_optimum_and_equilibrium(agents, c, x64):
  game = games.prisoners_dilemma(agents, c)
  shape = (agents, agents - 1)
  nash, best = jnp.zeros(shape), jnp.full(shape, c / agents)
  assert game.losses(nash).sum() == pytest.approx(game.nash_loss)
  assert game.losses(best).sum() == pytest.approx(game.optimal_loss)
  own = d3c.local_change(game.losses, nash, jnp.eye(agents)).field
  np.testing.assert_allclose(own, 0, atol=1e-12)
  total = jax.grad(lambda x: game.losses(x).sum())(best)
  np.testing.assert_allclose(total, 0, atol=1e-12)
  # The price of anarchy does not depend on c.
  price = game.nash_loss / game.optimal_loss
  assert price == pytest.approx(agents / (agents - 1))


@pytest.mark.parametrize("kappa", [0.05, 0.25, 0.5])
def test_nash_paradox(kappa, x64):
  game = games.nash_paradox(kappa)
  assert game.losses(jnp.zeros((2, 1))).sum() == pytest.approx(2 / kappa)
  found = optimize.minimize(
    lambda x: float(game.losses(jnp.asarray(x[:, None])).sum()), [0.8, 0.7]
  )
  assert found.fun == pytest.approx(game.optimal_loss, abs=1e-8)
  np.testing.assert_allclose(found.x, np.sqrt(1 - kappa), atol=1e-4)


def pure(routes, count):
  """Logits so large that policies are pure."""
  return jnp.where(jax.nn.one_hot(jnp.array(routes), count) > 0, 800.0, 0.0)


@pytest.mark.parametrize("shortcut", [True, False])
def test_traffic_is_the_congestion_game(shortcut, x64):
  """Expected delays against the table of the game, pure and mixed."""
  game = games.braess(shortcut)
  network = congestion.braess_network(e=0.0 if shortcut else None)
  table = congestion.route_costs(4, network)
  routes = table.shape[1]
  losses = jax.jit(game.losses)
  for chosen in itertools.product(range(routes), repeat=4):
    np.testing.assert_allclose(
      losses(pure(chosen, routes)), table[:, *chosen], atol=1e-9
    )
  assert game.optimal_loss == table.sum(0).min()
  logits = game.start(jax.random.key(0))
  policies = np.asarray(jax.nn.softmax(logits, axis=1))
  expected = np.einsum("nabcd,a,b,c,d->n", table, *policies)
  np.testing.assert_allclose(losses(logits), expected)


def test_traffic_is_equation_126(x64):
  """Tr(M C_i) + x Q_i x + d_i x, as printed but with three repeats for four."""
  network = congestion.braess_network(3.0, 7.0, 40.0, 25.0, 2.0)
  shared, constant = network.delays()
  game = games.from_network(network, 4, "other")
  logits = game.start(jax.random.key(1))
  policies = np.asarray(jax.nn.softmax(logits, axis=1))
  for agent, policy in enumerate(policies):
    covariance = np.diag(policy) - np.outer(policy, policy)
    expected = (
      np.trace(shared @ covariance)
      + policy @ shared @ policies.sum(0)
      + constant @ policy
    )
    assert game.losses(logits)[agent] == pytest.approx(expected)


def test_figure_2():
  """65 minutes without the shortcut, 80 with it."""
  network = congestion.braess_network()
  table = congestion.route_costs(4, network)
  assert table[:, 0, 0, 1, 1] == pytest.approx(65)
  assert table[:, 2, 2, 2, 2] == pytest.approx(80)
  game = games.braess()
  assert (game.optimal_loss, game.nash_loss) == (260, 320)
  assert np.isnan(games.braess(shortcut=False).nash_loss)
  known = [games.braess(drivers=n).nash_loss for n in (1, 2, 3, 5)]
  np.testing.assert_array_equal(np.isnan(known), [0, 0, 0, 1])


def test_random_networks_have_the_paradox():
  """Everyone takes the shortcut, and all are better off apart."""
  used = 0
  for seed in range(40):
    game = games.sample_braess(jax.random.key(seed))
    shared, constant = game.parameters
    loads = {
      counts: np.array(counts) @ (shared @ counts + constant)
      for counts in itertools.product(range(5), repeat=3)
      if sum(counts) == 4
    }
    assert game.nash_loss == loads[0, 0, 4]
    assert game.optimal_loss == min(loads.values())
    apart = min(loads[k, 4 - k, 0] for k in (1, 2, 3))
    assert game.nash_loss >= apart + 10
    used += game.optimal_loss < apart
  assert 8 < used < 32  # the optimum takes the shortcut in about half


def test_election_has_the_printed_eigenvalues(x64):
  """1.84 +- 0.21i, twice, at the printed A; 2 +- 0.25i for perfect teams."""
  printed = jnp.array(
    [
      [0.45795, 0.45708, 0.04248, 0.04248],
      [0.45709, 0.45794, 0.04248, 0.04248],
      [0.03778, 0.03778, 0.46023, 0.46421],
      [0.03778, 0.03778, 0.46421, 0.46022],
    ]
  )
  teams = jnp.kron(jnp.eye(2), jnp.full((2, 2), 0.5))
  game = games.election()

  def eigenvalues(mixing):
    def field(x):
      change = d3c.local_change(game.losses, x[:, None], mixing.T)
      return change.field[:, 0]

    found = np.linalg.eigvals(jax.jacrev(field)(jnp.zeros(4)))
    return found[np.argsort(found.imag)]

  low, high = 1.84 - 0.21j, 1.84 + 0.21j
  np.testing.assert_allclose(
    eigenvalues(printed), [low, low, high, high], atol=0.006
  )
  low, high = 2 - 0.25j, 2 + 0.25j
  np.testing.assert_allclose(eigenvalues(teams), [low, low, high, high])
  # Minimising the total leaves nothing of the race.
  assert np.abs(eigenvalues(jnp.full((4, 4), 0.25)).imag).max() < 1e-9
  total = optimize.minimize(
    lambda x: float(game.losses(jnp.asarray(x[:, None])).sum()), np.zeros(4)
  )
  assert total.fun == pytest.approx(game.optimal_loss)
  assert game.losses(jnp.zeros((4, 1))).sum() == game.nash_loss


def test_normal_form_losses_are_expected_costs(x64):
  rng = np.random.default_rng(0)
  payoffs = rng.normal(size=(3, 2, 3, 4))
  game = games.from_payoffs(payoffs)
  logits = game.start(jax.random.key(0))
  assert logits.shape == (3, 4)
  policies = [
    np.asarray(jax.nn.softmax(row[:size]))
    for row, size in zip(logits, (2, 3, 4), strict=True)
  ]
  expected = -np.einsum("nabc,a,b,c->n", payoffs, *policies)
  np.testing.assert_allclose(game.losses(logits), expected)
  assert game.optimal_loss == -payoffs.sum(0).max()
  gradient = jax.jacrev(game.losses)(logits)
  assert np.isfinite(gradient).all()
  np.testing.assert_array_equal(gradient[:, 0, 2:], 0)


def test_the_worse_minimum_attracts_18_of_49_starts():
  """Appendix F.7 (which prints 3/7): a = d = 0, b = -3/4, c = -1, A_ij = 1/2.

  With probabilities p and q the saddle is at (4/7, 3/7), and the distance from
  it along p - q grows while that along p + q shrinks: starts with p - q > 1/7,
  an area of (6/7)^2 / 2 = 18/49, fall to (1, 0), which is worth -3/4.
  """
  half = np.array([[0, -0.75], [-1, 0]]) / 2
  game = games.bilinear(half, half)
  runs = 2000
  result = d3c.train(
    game, jax.random.key(0), runs, mode="cooperative", record_every=4000
  )
  ends = result.losses[:, -1].sum(1)
  worse = np.isclose(ends, -0.75, atol=1e-3)
  assert (worse | np.isclose(ends, -1, atol=1e-3)).mean() > 0.99
  # Three standard errors of 2,000 draws.
  assert worse.mean() == pytest.approx(18 / 49, abs=0.033)


@pytest.mark.parametrize(
  ("make", "message"),
  [
    (lambda: games.prisoners_dilemma(1), "agents: expected at least 2, got 1"),
    (lambda: games.prisoners_dilemma(2, -1.0), "c: expected a positive"),
    (lambda: games.braess(drivers=0), "drivers: .* >= 1, got 0"),
    (lambda: games.braess(drivers=-1), "drivers: .* >= 1, got -1"),
    (
      lambda: games.sample_braess(jax.random.key(0), 1),
      "drivers: .* >= 2, got 1",
    ),
    (lambda: games.nash_paradox(1.5), "kappa: expected.*got 1.5"),
    (lambda: games.from_payoffs(np.zeros((1, 3))), "at least 2 players, got 1"),
    (lambda: games.bilinear(np.eye(3), np.eye(3)), r"shape \(2, 2\)"),
    (lambda: games.bilinear([[np.nan, 0], [0, 0]], np.eye(2)), "finite"),
  ],
)
def test_games_that_cannot_be(make, message):
  with pytest.raises(ValueError, match=message):
    make()


def test_games_of_several_kinds_are_not_stacked():
  with pytest.raises(ValueError, match="one kind"):
    d3c_game.stack([games.braess(), games.election()])
  with pytest.raises(ValueError, match="at least one"):
    d3c_game.stack([])
  paradoxes = [games.nash_paradox(kappa) for kappa in (0.1, 0.2)]
  assert d3c_game.stack(paradoxes).parameters.tolist() == pytest.approx(
    [0.1, 0.2]
  )
  chickens = [games.from_payoffs(classics.chicken()) for _ in range(2)]
  assert d3c_game.stack(chickens).parameters[0].shape == (2, 2, 2, 2)
