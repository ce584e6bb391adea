# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What a network sees, how large its duals may be, and what it is equal to."""

import jax
import numpy as np
import pytest

from nes_spiel import equilibria, nes
from nes_spiel.nes import inputs
from nes_spiel.nes.network import output_scale

GAMES = np.random.default_rng(0).normal(size=(2, 2, 3, 4)).astype(np.float32)


def test_a_uniformly_drawn_target_has_unit_variance():
  """Over draws and joints, whatever the number of joints that exist."""
  mask = np.array([[True, True, False], [True, True, True]])
  targets = np.zeros((4000, 3, 3), np.float32)
  drawn = np.random.default_rng(0).dirichlet(np.ones(6), size=4000)
  targets[:, :2] = drawn.reshape(-1, 2, 3)
  exists = mask[0][:, None] & mask[1]
  channels = jax.vmap(
    lambda target: inputs._target_channel(
      equilibria.MinimumRelativeEntropy(target), exists, np.dtype("float32")
    )
  )(targets)
  seen = np.asarray(channels)[:, :2]
  np.testing.assert_allclose(seen.sum((1, 2)), 0, atol=1e-4)
  # Of 24,000 numbers: three standard errors, by their fourth moment.
  np.testing.assert_allclose(np.mean(seen**2), 1, atol=0.05)


@pytest.mark.parametrize(
  ("target_epsilon", "mu", "expected"),
  [(0.0, None, 1), (0.5, None, 1), (0.0, 5.0, 6), (-1.0, 2.0, None)],
)
def test_duals_may_be_as_large_as_they_have_to(
  target_epsilon, mu, expected, x64
):
  """One, and more where epsilon cannot be reached or welfare pulls."""
  selection = equilibria.Selection(
    target_epsilon=np.full(2, target_epsilon),
    mu=None if mu is None else np.float64(mu),
    welfare=None if mu is None else GAMES[0, 0].astype(float),
    rho=np.float64(10),
  )
  problem, _ = equilibria.standardized_problem(
    GAMES[0].astype(float), selection, "cce"
  )
  if expected is None:  # rho ln((max_eps - eps_hat) / max_eps) and mu
    room = problem.max_epsilon - problem.target_epsilon
    expected = 1 + 10 * np.log(room / problem.max_epsilon) + 2
    assert (expected > 3).all()
  seen = output_scale(problem, selection)
  np.testing.assert_allclose(seen, np.broadcast_to(expected, 2), rtol=1e-6)


@pytest.mark.parametrize("concept", ["cce", "ce"])
def test_a_network_that_has_not_learned_tells_games_apart(concept):
  """Every layer's first weights let something through.

  Duals are in a game's units, so games of the same units are compared.
  """
  centred = GAMES - GAMES.mean((2, 3), keepdims=True)
  games = centred / centred.std((2, 3), keepdims=True)
  network = nes.Network(nes.Config(concept, inputs=("payoffs",)))
  selection = equilibria.MaximumEntropy()
  variables = network.init(jax.random.key(0), games[0], selection)
  one, other = (network.apply(variables, x, selection)[0] for x in games)
  exists = one > 0
  assert np.abs(one / other - 1)[exists].min() > 1e-4


def test_networks_of_one_configuration_are_equal():
  config, other = nes.Config("cce"), nes.Config("ce")
  assert nes.Network(config) == nes.Network(nes.Config("cce"))
  assert hash(nes.Network(config)) == hash(nes.Network(nes.Config("cce")))
  assert nes.Network(config) != nes.Network(other)
  assert nes.Network(config) != config
