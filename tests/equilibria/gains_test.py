# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Deviation gains follow Eqs. 1 and 3; the short cuts equal the definition."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel.equilibria import gains
from nes_spiel.games import masks

SHAPES = [(2, 3), (2, 3, 2)]
CONCEPTS = ["ce", "cce"]
EXACT = {"rtol": 0, "atol": 1e-12}  # double precision, short sums of order one

pytestmark = pytest.mark.usefixtures("x64")


@pytest.mark.parametrize("concept", CONCEPTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_definition(shape, concept, random_games, gains_by_hand):
  payoffs = random_games(0, 1, shape)[0]
  expected = gains_by_hand(payoffs, concept)
  for player, k in enumerate(shape):
    actual = gains.deviation_gains(jnp.asarray(payoffs), player, concept)
    own = expected[player, :k]
    own = own[:, :k] if concept == "ce" else own
    np.testing.assert_allclose(actual, own, **EXACT)


@pytest.mark.parametrize("shape", SHAPES)
def test_cce_gains_add_up_ce_gains_over_recommendations(shape, random_games):
  payoffs = jnp.asarray(random_games(1, 1, shape)[0])
  for player in range(len(shape)):
    ce = gains.deviation_gains(payoffs, player, "ce")
    cce = gains.deviation_gains(payoffs, player, "cce")
    np.testing.assert_allclose(ce.sum(1), cce, **EXACT)  # Eq. 3


@pytest.mark.parametrize("concept", CONCEPTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_expected_gains_are_the_contraction(
  shape, concept, random_games, random_joint, gains_by_hand
):
  payoffs, joint = random_games(2, 1, shape)[0], random_joint(2, shape)
  axes = tuple(range(-len(shape), 0))
  expected = (gains_by_hand(payoffs, concept) * joint).sum(axes)
  actual = gains.expected_gains(
    jnp.asarray(payoffs), jnp.asarray(joint), concept
  )
  assert actual.shape == (len(shape), *[max(shape)] * (1 + (concept == "ce")))
  np.testing.assert_allclose(actual, expected, **EXACT)
  # Zero, not merely small, where a strategy does not exist.
  np.testing.assert_array_equal(actual[0, 2:], np.zeros_like(actual[0, 2:]))


@pytest.mark.parametrize("concept", CONCEPTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_weighted_gains_are_the_transpose(shape, concept, random_games):
  payoffs = jnp.asarray(random_games(3, 1, shape)[0])
  rng = np.random.default_rng(3)
  strategies = masks.full_strategy_mask(shape)
  mask = np.asarray(gains.dual_mask(strategies, concept))
  for _ in range(3):
    duals = np.where(mask, rng.normal(size=mask.shape), 0)
    tensor = rng.normal(size=shape)  # any tensor, not only a joint
    forward = gains.expected_gains(payoffs, jnp.asarray(tensor), concept)
    backward = gains.weighted_gains(payoffs, jnp.asarray(duals), concept)
    np.testing.assert_allclose(
      np.sum(duals * forward), np.sum(backward * tensor), **EXACT
    )


def test_duals_on_the_diagonal_weigh_nothing(random_games):
  payoffs = jnp.asarray(random_games(4, 1, (2, 3))[0])
  diagonal = jnp.broadcast_to(jnp.eye(3), (2, 3, 3))
  weighted = gains.weighted_gains(payoffs, diagonal, "ce")
  np.testing.assert_array_equal(weighted, np.zeros((2, 3)))


@pytest.mark.parametrize("concept", CONCEPTS)
def test_masked_strategies_have_no_gains(
  concept, random_games, random_joint, gains_by_hand
):
  small, joint = random_games(5, 1, (2, 2))[0], random_joint(5, (2, 2))
  mask = jnp.asarray([[True, False, True], [False, True, True]])
  cube, padded = np.full((2, 3, 3), 1e3), np.zeros((3, 3))
  cube[:, ::2, 1:], padded[::2, 1:] = small, joint
  actual = np.asarray(
    gains.expected_gains(jnp.asarray(cube), jnp.asarray(padded), concept, mask)
  )
  expected = (gains_by_hand(small, concept) * joint).sum((-2, -1))
  for player, kept in enumerate(([0, 2], [1, 2])):
    block = actual[player][np.ix_(*[kept] * expected[player].ndim)]
    np.testing.assert_allclose(block, expected[player], **EXACT)
  exists = np.asarray(gains.dual_mask(mask, concept))
  np.testing.assert_array_equal(actual[~exists], np.zeros((~exists).sum()))


@pytest.mark.parametrize("concept", CONCEPTS)
def test_a_player_with_one_strategy_gains_nothing(concept):
  payoffs = jnp.asarray(np.random.default_rng(6).normal(size=(2, 1, 3)))
  joint = jnp.full((1, 3), 1 / 3)
  actual = gains.expected_gains(payoffs, joint, concept)
  np.testing.assert_allclose(actual[0], np.zeros_like(actual[0]), **EXACT)
  assert np.abs(actual[1]).max() > 0.1


@pytest.mark.parametrize("player", [0, 1, 2])
def test_matrices_and_tensors(player):
  tensor = jnp.arange(24.0).reshape(2, 3, 4)
  matrix = gains.as_matrix(tensor, player)
  assert matrix.shape == (tensor.shape[player], 24 // tensor.shape[player])
  for own in range(tensor.shape[player]):
    np.testing.assert_array_equal(
      matrix[own], np.take(np.asarray(tensor), own, player).reshape(-1)
    )
  np.testing.assert_array_equal(
    gains.as_tensor(matrix, player, tensor.shape), tensor
  )


@pytest.mark.usefixtures("unchecked")
def test_unknown_concept():
  with pytest.raises(ValueError, match=r"concept: expected .* 'cce'.* 'nash'"):
    gains.check_concept("nash")
  with pytest.raises(ValueError, match=r"concept: .* 'ne'"):
    gains.deviation_gains(jnp.zeros((2, 2, 2)), 0, "ne")


def test_compiles_once_per_shape(random_games, random_joint):
  traces = []

  @jax.jit
  def expected(payoffs, joint):
    traces.append(payoffs.shape)
    return gains.expected_gains(payoffs, joint, "ce")

  for seed in range(3):
    expected(random_games(seed, 1, (2, 3))[0], random_joint(seed, (2, 3)))
  assert traces == [(2, 2, 3)]
