# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Gaps against loops over deviations, and against published means."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import games
from nes_spiel.equilibria import gaps

CASES = [("cce", "pair"), ("cce", "swap"), ("ce", "pair"), ("ce", "swap")]
EXACT = {"rtol": 0, "atol": 1e-12}  # double precision, short sums of order one


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(("concept", "deviations"), CASES)
@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 2), (1, 3)])
def test_largest_gains_by_brute_force(
  shape, concept, deviations, random_joint, largest_gains_by_hand
):
  payoffs = np.random.default_rng(0).normal(size=(len(shape), *shape))
  joint = random_joint(0, shape)
  expected = largest_gains_by_hand(payoffs, joint, concept, deviations)
  arrays = jnp.asarray(payoffs), jnp.asarray(joint)
  actual = gaps.largest_gains(*arrays, concept, deviations)
  np.testing.assert_allclose(actual, expected, **EXACT)
  for epsilon in (0.0, 0.1):
    np.testing.assert_allclose(
      gaps.gap_sum(*arrays, concept, epsilon, deviations),
      np.maximum(expected - epsilon, 0).sum(),
      **EXACT,
    )


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("concept", ["ce", "cce"])
def test_gap_is_zero_exactly_from_the_largest_gains_on(
  concept, random_games, random_joint
):
  payoffs = jnp.asarray(random_games(1, 1, (2, 3))[0])
  joint = jnp.asarray(random_joint(1, (2, 3)))
  largest = gaps.largest_gains(payoffs, joint, concept)
  assert float(gaps.gap_sum(payoffs, joint, concept, largest)) == 0
  tighter = largest - jnp.asarray([0.25, 0.5])
  np.testing.assert_allclose(
    gaps.gap_sum(payoffs, joint, concept, tighter), 0.75, **EXACT
  )


def test_cce_gains_may_be_negative():
  # Whoever leaves the coordinated joint risks being uncoordinated.
  payoffs = jnp.asarray([[[1.0, 0.0], [0.0, 1.0]]] * 2)
  joint = jnp.asarray([[0.5, 0.0], [0.0, 0.5]])
  np.testing.assert_array_equal(
    gaps.largest_gains(payoffs, joint, "cce"), [-0.5, -0.5]
  )
  assert float(gaps.gap_sum(payoffs, joint, "cce")) == 0


@pytest.mark.usefixtures("x64")
def test_swap_gains_are_what_a_best_responder_gains(random_games, random_joint):
  payoffs, joint = random_games(2, 1, (3, 4))[0], random_joint(2, (3, 4))
  swap = gaps.largest_gains(
    jnp.asarray(payoffs), jnp.asarray(joint), "ce", "swap"
  )
  row = (joint @ payoffs[0].T).max(1) - (joint * payoffs[0]).sum(1)
  column = (joint.T @ payoffs[1]).max(1) - (joint * payoffs[1]).sum(0)
  np.testing.assert_allclose(swap, [row.sum(), column.sum()], **EXACT)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(("concept", "deviations"), CASES)
def test_masked_gaps_equal_those_of_the_small_game(
  concept, deviations, random_games, random_joint, largest_gains_by_hand
):
  small, joint = random_games(3, 1, (2, 2))[0], random_joint(3, (2, 2))
  mask = jnp.asarray([[True, False, True], [False, True, True]])
  cube, padded = np.full((2, 3, 3), 1e3), np.zeros((3, 3))
  cube[:, ::2, 1:], padded[::2, 1:] = small, joint
  actual = gaps.largest_gains(
    jnp.asarray(cube), jnp.asarray(padded), concept, deviations, mask
  )
  expected = largest_gains_by_hand(small, joint, concept, deviations)
  np.testing.assert_allclose(actual, expected, **EXACT)


@pytest.mark.usefixtures("unchecked")
def test_unknown_deviations():
  with pytest.raises(ValueError, match=r"deviations: expected one of .*'all'"):
    gaps.largest_gains(jnp.zeros((1, 2)), jnp.full(2, 0.5), "ce", "all")


@functools.cache
def uniform_gaps(size, concept, deviations):
  """Gap of uniform play in 2048 L2-invariant games, `[2048]`."""
  sample = games.sample_invariant(jax.random.key(0), 2048, (size, size))
  joint = jnp.full((size, size), 1 / size**2)
  gap = jax.vmap(
    lambda game: gaps.gap_sum(game, joint, concept, deviations=deviations)
  )
  return np.asarray(jax.jit(gap)(sample), np.float64)


@pytest.mark.parametrize(
  ("size", "concept", "deviations", "mean", "rounding"),
  [
    # Independently computed means; the last digit is rounded.
    (4, "ce", "pair", 0.543, 0.0005),
    (8, "ce", "pair", 0.254, 0.0005),
    (4, "ce", "swap", 1.084, 0.0005),
    (8, "ce", "swap", 1.017, 0.0005),
    # Table 1 of Marris et al. (2022), its own sampling error unknown: as if it
    # were that of 1024 games.
    (4, "cce", "pair", 1.1006, 0.02),
    (8, "cce", "pair", 1.0043, 0.01),
  ],
)
def test_mean_gap_of_uniform_play(size, concept, deviations, mean, rounding):
  sample = uniform_gaps(size, concept, deviations)
  error = sample.std() / np.sqrt(len(sample))
  assert abs(sample.mean() - mean) <= 3 * error + rounding


def test_solver_gap():
  first = jnp.asarray([[0.5, 0.5], [0.0, 0.0]])
  other = jnp.asarray([[0.0, 0.0], [0.25, 0.75]])
  mixed = jnp.asarray([[0.5, 0.25], [0.25, 0.0]])
  assert float(gaps.solver_gap(first, first)) == 0
  assert float(gaps.solver_gap(first, other)) == 1
  assert float(gaps.solver_gap(first, mixed)) == 0.25
