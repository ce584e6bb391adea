# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Expectations under mixed profiles, beside sums over joint strategies."""

import itertools

import jax
import numpy as np
import pytest

from nes_spiel import equilibria

SHAPES = [(2, 3), (3, 2, 4), (1, 2)]


def draw(shape, seed=0):
  """Returns payoffs and a mixed profile, zero where there is no strategy."""
  rng = np.random.default_rng(seed)
  payoffs = rng.normal(size=(len(shape), *shape))
  profile = rng.exponential(size=(len(shape), max(shape)))
  profile *= np.arange(max(shape)) < np.array(shape)[:, None]
  return payoffs, profile / profile.sum(1, keepdims=True)


def chance(profile, joint, without=()):
  """Returns the probability of a joint strategy, some players left out."""
  return np.prod(
    [profile[p, s] for p, s in enumerate(joint) if p not in without]
  )


@pytest.mark.parametrize("shape", SHAPES)
def test_expectations_by_hand(shape, x64):
  payoffs, profile = draw(shape)
  expected = np.zeros(len(shape))
  deviation = np.zeros(profile.shape)
  cross = np.zeros(profile.shape * 2)
  for joint in itertools.product(*map(range, shape)):
    for i in range(len(shape)):
      value = payoffs[(i, *joint)]
      expected[i] += chance(profile, joint) * value
      deviation[i, joint[i]] += chance(profile, joint, (i,)) * value
      for j in range(len(shape)):
        if j != i:
          share = chance(profile, joint, (i, j))
          cross[i, joint[i], j, joint[j]] += share * value
  close = {"rtol": 1e-12, "atol": 1e-12}
  for player, payoff in enumerate(payoffs):
    actual = equilibria.expected_payoff(payoff, profile)
    np.testing.assert_allclose(actual, expected[player], **close)
  actual = equilibria.deviation_payoffs(payoffs, profile)
  np.testing.assert_allclose(actual, deviation, **close)
  actual = equilibria.cross_payoffs(payoffs, profile)
  np.testing.assert_allclose(actual, cross, **close)


def test_cross_payoffs_are_the_derivative(x64):
  payoffs, profile = draw((3, 2, 4), seed=1)
  np.testing.assert_allclose(
    equilibria.cross_payoffs(payoffs, profile),
    jax.jacobian(equilibria.deviation_payoffs, argnums=1)(payoffs, profile),
    atol=1e-12,
  )
