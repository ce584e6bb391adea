# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Maxima over convex sets, against closed forms; refusals and failures."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from nes_spiel import mechanism_design
from nes_spiel.mechanism_design import DesignStatus

SIMPLEX = mechanism_design.convex_set(4, 0.0, 1.0, np.ones((1, 4)), 1.0, 1.0)
EVEN = np.full(4, 0.25)


@pytest.mark.parametrize("seed", range(3))
def test_the_nearest_point_of_a_simplex(seed):
  """As Optax's projection finds it."""
  target = np.random.default_rng(seed).normal(size=4)
  told = []
  found = mechanism_design.design(
    lambda x: -jnp.sum((x - target) ** 2),
    EVEN,
    SIMPLEX,
    report=lambda count, value: told.append((count, value)),
  )
  with jax.numpy_dtype_promotion("standard"):
    nearest = optax.projections.projection_simplex(jnp.float32(target))
  np.testing.assert_allclose(found.parameters, nearest, atol=1e-5)
  assert found.status == DesignStatus.CONVERGED
  assert found.violation <= 1e-9
  assert found.value == pytest.approx(found.values.max())
  assert found.start_value == found.values[0]
  assert told[-1][1] == found.value
  assert [count for count, _ in told] == list(range(1, len(found.values) + 1))


def test_what_stops_early_says_so():
  def bent(x):  # Rosenbrock's valley
    return -((1 - x[0]) ** 2) - 100 * (x[1] - x[0] ** 2) ** 2

  allowed = mechanism_design.convex_set(2, -2.0, 2.0)
  found = mechanism_design.design(bent, [-1.0, 1.0], allowed, max_steps=3)
  assert found.status == DesignStatus.MAX_STEPS
  assert found.start_value < found.value < -1e-3
  whole = mechanism_design.design(bent, [-1.0, 1.0], allowed)
  np.testing.assert_allclose(whole.parameters, 1.0, atol=1e-3)


def test_where_nothing_can_be_chosen_the_start_comes_back():
  allowed = mechanism_design.convex_set(2, 1.0, 1.0)
  found = mechanism_design.design(lambda x: x.sum(), [1.0, 1.0], allowed)
  assert found.status == DesignStatus.CONVERGED
  assert (found.parameters == 1).all()
  assert found.value == found.start_value == 2


def test_what_is_not_finite_says_so():
  """A logarithm beyond its domain; what was met before is kept."""
  allowed = mechanism_design.convex_set(1, -1.0, 1.0)
  found = mechanism_design.design(
    lambda x: jnp.log(x[0]) - 50 * x[0], [0.5], allowed
  )
  assert found.status == DesignStatus.DIVERGED
  assert np.isfinite(found.value)
  assert found.value >= found.start_value


def test_a_slope_that_is_not_finite_says_so():
  allowed = mechanism_design.convex_set(1, 0.0, 1.0)
  found = mechanism_design.design(lambda x: jnp.sqrt(x[0]), [0.0], allowed)
  assert found.status == DesignStatus.DIVERGED


@pytest.mark.usefixtures("unchecked")
def test_bad_input_is_refused():
  design = mechanism_design.design
  with pytest.raises(ValueError, match=r"start: expected shape \(4,\), got"):
    design(jnp.sum, [1.0], SIMPLEX)
  with pytest.raises(ValueError, match="start: lies outside the set, by 3"):
    design(jnp.sum, np.ones(4), SIMPLEX)
  with pytest.raises(ValueError, match=r"real number, .* shape \(4,\)"):
    design(lambda x: x, EVEN, SIMPLEX)
  with pytest.raises(ValueError, match=r"real number, .* int"):
    design(lambda x: jnp.argmax(x), EVEN, SIMPLEX)
  with pytest.raises(ValueError, match="expected a number at start, got nan"):
    design(lambda x: jnp.sum(x) * jnp.nan, EVEN, SIMPLEX)
