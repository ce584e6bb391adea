# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""How a selection in the caller's units becomes Eq. 6 on the standard scale."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import equilibria
from nes_spiel.equilibria.problem import reference_logits

CLOSE = {"rtol": 1e-12, "atol": 1e-12}  # double precision
SCALE, OFFSET = np.array([4.0, 0.5]), np.array([1.0, -2.0])

pytestmark = pytest.mark.usefixtures("x64")


@pytest.fixture
def payoffs(random_games):
  standard = random_games(0, 1, (2, 3))[0]
  return standard * SCALE[:, None, None] + OFFSET[:, None, None]


@pytest.mark.parametrize(
  ("selection", "rho"),
  [
    (equilibria.MaximumEntropy(), 1e4),
    (equilibria.MaximumEntropy(target_epsilon=0.1), 1e4),
    (equilibria.MaximumEntropy(target_epsilon=-0.1), 10),
    (equilibria.MaximumEntropy(target_epsilon=np.array([0.1, -0.1])), 10),
    (equilibria.MaximumEntropy(target_epsilon=-0.1, rho=77.0), 77),
    (equilibria.MaximumWelfare(), 1e4),
    (equilibria.MaximumStrength(), 10),
    (equilibria.MaximumStrength(shared_epsilon=True), 10),
    (equilibria.MaximumStrength(rho=50.0), 50),
  ],
)
def test_default_rho(selection, rho, payoffs, state):
  assert state(payoffs, selection, "cce").rho == rho


@pytest.mark.parametrize(
  ("target", "expected"),
  [
    (0.0, [0, 0]),
    # Eq. 16b: payoff units become standard ones, player by player.
    (0.2, [0.2 / 4, 0.2 / 0.5]),
    (np.array([-0.4, 0.1]), [-0.1, 0.2]),
    # Cut off at max_epsilon = sqrt(6).
    (np.array([-1e3, 1e3]), [-(6**0.5), 6**0.5]),
    (-np.inf, [-(6**0.5), -(6**0.5)]),
    (np.array([np.inf, -np.inf]), [6**0.5, -(6**0.5)]),
  ],
)
def test_target_epsilon(target, expected, payoffs, state):
  problem = state(
    payoffs, equilibria.MaximumEntropy(target_epsilon=target), "cce"
  )
  np.testing.assert_allclose(problem.target_epsilon, expected, **CLOSE)
  np.testing.assert_allclose(problem.max_epsilon, [6**0.5] * 2, **CLOSE)


def test_gradient_of_an_infinite_target_is_finite(payoffs):
  def epsilons(payoffs):
    problem, _ = equilibria.standardized_problem(
      payoffs, equilibria.MaximumStrength(), "cce"
    )
    return jnp.sum(problem.target_epsilon)

  gradient = jax.grad(epsilons)(jnp.asarray(payoffs))
  np.testing.assert_array_equal(gradient, np.zeros((2, 2, 3)))


def test_max_epsilon_lives_on_the_standard_scale(payoffs, state):
  for given in (1.5, np.array([1.5, 1.5])):
    selection = equilibria.Selection(max_epsilon=given)
    problem = state(payoffs, selection, "ce")
    np.testing.assert_array_equal(problem.max_epsilon, [1.5, 1.5])


def test_welfare_is_the_sum_of_raw_payoffs_then_standardised(payoffs, state):
  total = payoffs.sum(0)
  standard = (total - total.mean()) / total.std()
  uniform = -np.log(6)
  problem = state(payoffs, equilibria.MaximumWelfare(), "cce")
  np.testing.assert_allclose(
    problem.reference_logits, uniform + 10 * standard, **CLOSE
  )
  # A welfare's own offset and scale do not matter (Eq. 16c).
  other = equilibria.MaximumWelfareMaximumEntropy(1e-3 * total + 7, mu=10.0)
  np.testing.assert_allclose(
    state(payoffs, other, "cce").reference_logits,
    problem.reference_logits,
    rtol=1e-9,  # the offset costs digits
  )


def test_reference_logits_under_a_mask(payoffs, state, random_joint):
  mask = np.array([[True, True, False], [True, False, True]])
  target, welfare = random_joint(0, (2, 3)), np.arange(6.0).reshape(2, 3)
  selection = equilibria.Selection(target_joint=target, welfare=welfare, mu=2.0)
  problem = state(payoffs, selection, "cce", mask)
  kept = welfare[:, [0, 2]]
  kept_target = target[:, [0, 2]] / target[:, [0, 2]].sum()
  expected = np.log(kept_target) + 2 * (kept - kept.mean()) / kept.std()
  actual = np.asarray(problem.reference_logits)
  np.testing.assert_allclose(actual[:, [0, 2]], expected, **CLOSE)
  np.testing.assert_array_equal(actual[:, 1], [-np.inf, -np.inf])
  np.testing.assert_allclose(problem.max_epsilon, [2, 2], **CLOSE)


@pytest.mark.usefixtures("unchecked")
def test_unknown_concept(payoffs):
  with pytest.raises(ValueError, match=r"concept: expected one of .* 'ne'"):
    equilibria.standardized_problem(
      jnp.asarray(payoffs), equilibria.MaximumEntropy(), "ne"
    )


@pytest.mark.parametrize("scale", [1.0, -1.0, 1e-5, 1e5])
def test_rounding_is_nobodys_welfare(scale):
  """Three players' payoffs that add up to a constant, but for rounding."""
  first, second = scale * np.random.default_rng(1).normal(size=(2, 2, 3, 2))
  # So small that rounding is not small beside it.
  constant = 1e-6 * scale
  payoffs = np.stack([first, second, constant - first - second])
  assert np.ptp(payoffs.sum(0)) > 0
  mask = jnp.ones((3, 3), bool).at[0, 2].set(False).at[2, 2].set(False)
  logits = reference_logits(
    jnp.asarray(payoffs), equilibria.MaximumWelfare(), mask
  )
  np.testing.assert_allclose(logits, -np.log(12), **CLOSE)
