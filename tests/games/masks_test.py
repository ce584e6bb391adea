# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Masks name exactly the strategies and joints that exist."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel.games import masks

MASK = np.array([[True, False, False], [True, False, True]])


def test_full_mask_has_each_players_first_strategies():
  expected = [[True, True, False], [True, True, True], [True, False, False]]
  np.testing.assert_array_equal(masks.full_strategy_mask((2, 3, 1)), expected)


@pytest.mark.parametrize("kind", [np.asarray, jnp.asarray])
def test_joint_mask_is_the_conjunction(kind):
  mask = masks.joint_mask(kind(MASK), (2, 3))
  np.testing.assert_array_equal(
    mask, [[True, False, True], [False, False, False]]
  )
  assert isinstance(mask, type(kind(MASK)))


def test_resolve_mask_cuts_to_the_payoffs_shape():
  payoffs = jnp.zeros((2, 2, 3))
  everything = jnp.ones((2, 3), bool)
  expected = [[True, True, False], [True, True, True]]
  for given in (None, everything):
    resolved = masks.resolve_mask(payoffs, given)
    np.testing.assert_array_equal(resolved, expected)


def test_masked_payoffs_drop_even_what_is_not_finite():
  mask = jnp.asarray([[True, True], [True, False]])
  payoffs = jnp.asarray([[[1.0, jnp.nan], [2.0, jnp.inf]]] * 2)
  out = masks.masked_payoffs(payoffs, mask)
  np.testing.assert_array_equal(out, [[[1.0, 0.0], [2.0, 0.0]]] * 2)
  gradient = jax.grad(lambda x: masks.masked_payoffs(x, mask).sum())(payoffs)
  np.testing.assert_array_equal(gradient, [[[1.0, 0.0], [1.0, 0.0]]] * 2)
