# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Joints of constant-sum games and the product of their marginals."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import equilibria
from nes_spiel.equilibria import Status, nash

pytestmark = pytest.mark.usefixtures("x64")


def test_gains_of_any_joint_add_up_to_nash_conv(
  random_joint, state, largest_gains_by_hand
):
  """What makes the marginals of a CCE a Nash equilibrium."""
  row = np.random.default_rng(0).normal(size=(3, 4))
  problem = state(
    np.stack([row, 5 - 2 * row]), equilibria.MaximumEntropy(), "cce"
  )
  # Zero up to the rounding of standardisation.
  assert float(nash.constant_sum_violation(problem)) <= 1e-14
  for seed in range(5):
    joint = random_joint(seed, (3, 4))
    gains = largest_gains_by_hand(problem.payoffs, joint, "cce")
    np.testing.assert_allclose(
      nash.nash_conv(problem, jnp.asarray(joint)), gains.sum(), atol=1e-14
    )


def test_violation_is_the_largest_sum(state):
  payoffs = np.array([[[1.0, -1.0], [1.0, -1.0]], [[1.0, -1.0], [-1.0, 1.0]]])
  problem = state(payoffs, equilibria.MaximumEntropy(), "cce")
  np.testing.assert_allclose(nash.constant_sum_violation(problem), 2)


def test_rho_is_raised_until_nash_conv_is_small(state):
  row = np.random.default_rng(1).normal(size=(3, 3))
  problem = state(np.stack([row, -row]), equilibria.MaximumEntropy(), "cce")
  solve = jax.jit(nash.solve_constant_sum, static_argnums=(1, 2))
  at, solution = jax.device_get(solve(problem, 1e-10, 200))
  assert solution.status == Status.CONVERGED
  assert at.rho > problem.rho
  joint = equilibria.primal_joint(at, solution.duals)
  assert float(nash.nash_conv(at, joint)) <= nash.NASH_CONV
  np.testing.assert_array_equal(at.payoffs, problem.payoffs)


def test_a_nash_conv_out_of_reach_is_not_called_converged(state, monkeypatch):
  row = np.random.default_rng(1).normal(size=(3, 3))
  problem = state(np.stack([row, -row]), equilibria.MaximumEntropy(), "cce")
  monkeypatch.setattr(nash, "LARGEST_RHO", float(problem.rho))
  _, solution = jax.device_get(nash.solve_constant_sum(problem, 1e-10, 200))
  assert solution.status == Status.STALLED


def test_target_epsilons_are_part_of_what_is_asked_for(state):
  row = np.random.default_rng(1).normal(size=(3, 3))
  problem = state(np.stack([row, -row]), equilibria.MaximumEntropy(), "cce")
  loose = dataclasses.replace(problem, target_epsilon=np.array([0.1, 0.2]))
  solve = jax.jit(nash.solve_constant_sum, static_argnums=(1, 2))
  at, solution = jax.device_get(solve(loose, 1e-10, 200))
  assert solution.status == Status.CONVERGED
  joint = equilibria.primal_joint(at, solution.duals)
  # The whole of it is used: entropy grows with epsilon.
  np.testing.assert_allclose(nash.nash_conv(at, joint), 0.3, atol=1e-5)
