# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Quantal response equilibria: what they solve, how they move, all of them."""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.optimize

from nes_spiel import equilibria, games
from nes_spiel.equilibria import quantal_response
from nes_spiel.games import congestion

SHAPE = (3, 2, 4)


def draw(shape, seed=0):
  return np.random.default_rng(seed).normal(size=(len(shape), *shape))


def uniform(shape):
  exists = np.arange(max(shape)) < np.array(shape)[:, None]
  return exists / exists.sum(1, keepdims=True)


def response_by_hand(payoffs, profile, temperature):
  """Returns softmax(h / temperature) of every player, one by one."""
  values = np.asarray(equilibria.deviation_payoffs(payoffs, profile))
  rows = np.zeros(profile.shape)
  for player, size in enumerate(payoffs.shape[1:]):
    weights = np.exp(values[player, :size] / temperature)
    rows[player, :size] = weights / weights.sum()
  return rows


def test_newtons_whole_steps_double_the_digits(x64):
  """Steps that were halved would gain a bit each."""
  payoffs = draw(SHAPE)
  first = equilibria.solve_quantal_response(payoffs, 0.5, uniform(SHAPE))
  assert first.residual < 1e-12
  off = 1e-3 * (uniform(SHAPE) - first.profile)
  near = equilibria.solve_quantal_response(payoffs, 0.5, first.profile + off)
  assert near.residual < 1e-12
  assert 1 <= near.iterations <= 3  # from 1e-3 to 1e-6 to 1e-12


def test_logit_response_by_hand(x64):
  payoffs = draw(SHAPE)
  profile = uniform(SHAPE)
  np.testing.assert_allclose(
    equilibria.logit_response(payoffs, profile, 0.3),
    response_by_hand(payoffs, profile, 0.3),
    atol=1e-14,
  )


def test_the_derivative_of_the_gap(x64):
  """Eq. A6 blockwise, beside automatic differentiation."""
  payoffs, profile = jnp.asarray(draw(SHAPE)), jnp.asarray(uniform(SHAPE))

  def gap(profile):
    return equilibria.response_gap(payoffs, profile, 0.3)

  np.testing.assert_allclose(
    quantal_response.response_jacobian(payoffs, profile, 0.3),
    jax.jacobian(gap)(profile).reshape(profile.size, profile.size),
    atol=1e-13,
  )


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
def test_what_is_found_is_an_equilibrium(temperature, x64):
  payoffs = draw(SHAPE, seed=2)
  found = equilibria.solve_quantal_response(
    jnp.asarray(payoffs), temperature, jnp.asarray(uniform(SHAPE))
  )
  profile = np.asarray(found.profile)
  assert found.residual <= 1e-12
  np.testing.assert_allclose(
    profile, response_by_hand(payoffs, profile, temperature), atol=1e-12
  )


def test_what_is_hardly_played_is_not_negative():
  """Newton's method leaves -1e-14 there, of which nothing can be drawn."""
  row = [[4.0, 0.0], [3.0, 3.0], [0.0, 5.0]]
  column = [[3.0, 1.0], [2.0, 2.0], [0.0, 4.0]]
  payoffs = np.array([row, column])
  found = equilibria.quantal_response_equilibria(payoffs, temperature=0.03)
  branch = equilibria.logit_branch(payoffs, precision=20.0)
  for strategies in (found.strategies, branch.strategies):
    assert strategies.min() >= 0
    np.testing.assert_allclose(strategies.sum(-1), 1, rtol=1e-15)
  assert found.residual.max() <= 1e-10


def test_scipy_finds_the_same(x64):
  """At a temperature that leaves one equilibrium."""
  payoffs, start = draw(SHAPE, seed=3), uniform(SHAPE)

  def gap(flat):
    profile = flat.reshape(start.shape)
    return (profile - response_by_hand(payoffs, profile, 1.5)).reshape(-1)

  expected = scipy.optimize.root(gap, start.reshape(-1), tol=1e-13)
  found = equilibria.quantal_response_equilibria(payoffs, temperature=1.5)
  assert len(found.strategies) == 1
  np.testing.assert_allclose(
    found.strategies[0].reshape(-1), expected.x, atol=1e-10
  )


def test_gambit_finds_the_same():
  """On fifteen games that have one equilibrium, to Gambit's own tolerance.

  Its answers are of pygambit 17.0.0b2, by `python -m benchmarks.gambit_logit`.
  """
  path = pathlib.Path(__file__).with_name("gambit_logit.json")
  cases = json.loads(path.read_text())
  assert len(cases) == 15
  for case in cases:
    expected = case["strategies"]
    branch = equilibria.logit_branch(
      np.array(case["payoffs"], float), precision=case["precision"]
    )
    for row, chances in zip(branch.strategies[-1], expected, strict=True):
      np.testing.assert_allclose(row[: len(chances)], chances, atol=1e-8)


def test_derivatives_are_those_of_finite_differences(x64):
  """In both modes, with respect to payoffs and temperature."""
  payoffs, start = jnp.asarray(draw((2, 3), seed=4)), uniform((2, 3))
  weights = jnp.asarray(np.random.default_rng(0).normal(size=start.shape))

  @jax.jit
  def value(payoffs, temperature):
    found = equilibria.solve_quantal_response(
      payoffs, temperature, jnp.asarray(start)
    )
    return jnp.sum(weights * found.profile)

  by_payoffs, by_temperature = jax.grad(value, argnums=(0, 1))(payoffs, 0.5)
  step = 1e-5
  for index in np.ndindex(payoffs.shape):
    change = np.zeros(payoffs.shape)
    change[index] = step
    slope = (value(payoffs + change, 0.5) - value(payoffs - change, 0.5)) / (
      2 * step
    )
    np.testing.assert_allclose(by_payoffs[index], slope, rtol=1e-6, atol=1e-9)
  slope = (value(payoffs, 0.5 + step) - value(payoffs, 0.5 - step)) / (2 * step)
  np.testing.assert_allclose(by_temperature, slope, rtol=1e-6)
  forward = jax.jvp(value, (payoffs, 0.5), (jnp.zeros_like(payoffs), 1.0))[1]
  np.testing.assert_allclose(forward, by_temperature, rtol=1e-10)


def test_padding_changes_nothing():
  payoffs = draw((2, 3), seed=5)
  padded, mask = games.pad(payoffs, 4)
  small = equilibria.quantal_response_equilibria(payoffs, temperature=0.2)
  large = equilibria.quantal_response_equilibria(
    padded, temperature=0.2, strategy_mask=mask
  )
  assert len(small.strategies) == len(large.strategies) > 0
  np.testing.assert_allclose(
    large.strategies[:, :, :3], small.strategies, atol=1e-9
  )
  assert not large.strategies[:, :, 3:].any()


def test_offset_and_scale():
  """QRE(s G + c, s lambda) = QRE(G, lambda)."""
  payoffs = draw((2, 2), seed=6)
  plain = equilibria.quantal_response_equilibria(payoffs, temperature=0.1)
  moved = equilibria.quantal_response_equilibria(
    3 * payoffs + 5, temperature=0.3
  )
  np.testing.assert_allclose(moved.strategies, plain.strategies, atol=1e-9)


def test_chicken_has_three():
  """Two near the pure ones, and the symmetric one."""
  found = equilibria.quantal_response_equilibria(
    games.classics.chicken(), temperature=0.1
  )
  assert len(found.strategies) == 3
  assert found.residual.max() <= 1e-10
  assert 390 <= found.hits.sum() <= 400  # a few starts end elsewhere
  first, second, third = found.strategies
  np.testing.assert_allclose(first, third[::-1], atol=1e-9)
  np.testing.assert_allclose(second[0], second[1], atol=1e-9)


def test_batches_do_not_mix(x64):
  """A start's result is the same whatever else is in its batch."""
  payoffs = jnp.asarray(draw((2, 3), seed=7))
  starts = np.random.default_rng(1).dirichlet(np.ones(3), size=(5, 2))
  starts[:, 0, 2] = 0
  starts /= starts.sum(2, keepdims=True)

  @jax.jit
  @jax.vmap
  def solve(start):
    return equilibria.solve_quantal_response(payoffs, 0.2, start).profile

  together = solve(jnp.asarray(starts))
  alone = solve(jnp.asarray(starts[2:3]))
  np.testing.assert_allclose(together[2:3], alone, atol=1e-12)


def test_the_branch_ends_in_an_equilibrium():
  payoffs = draw((3, 2, 2), seed=8)
  branch = equilibria.logit_branch(payoffs, precision=5.0)
  assert branch.status == equilibria.Status.CONVERGED
  assert branch.residual.max() <= 1e-11
  assert branch.precision[0] == 0
  assert branch.precision[-1] == pytest.approx(5.0, abs=1e-12)
  found = equilibria.quantal_response_equilibria(payoffs, temperature=0.2)
  distance = np.abs(found.strategies - branch.strategies[-1]).max((1, 2))
  assert distance.min() <= 1e-9


def equilibria_at(payoffs, precision):
  """Returns how many equilibria there are."""
  found = equilibria.quantal_response_equilibria(
    payoffs, temperature=1 / precision
  )
  return len(found.hits)


# From a search over integer games: two equilibria meet at each of two folds.
TURNING = [
  [[[3, 2], [7, 4]], [[1, 5], [8, 1]]],
  [[[1, 4], [1, 7]], [[6, 7], [4, 3]]],
  [[[2, 4], [5, 7]], [[8, 2], [8, 1]]],
]


def test_the_branch_turns():
  """On at 3.18, back to 1.23, and on: three equilibria between, one outside."""
  payoffs = np.array(TURNING, float)
  branch = equilibria.logit_branch(payoffs, precision=4.0)
  assert branch.status == equilibria.Status.CONVERGED
  turns = np.flatnonzero(np.diff(np.sign(np.diff(branch.precision)))) + 1
  assert len(turns) == len(branch.folds) == 2
  np.testing.assert_allclose(branch.precision[turns], branch.folds, atol=0.1)
  assert branch.folds[0] > branch.folds[1]
  for fold in branch.folds:
    counts = {equilibria_at(payoffs, fold + d) for d in (-0.01, 0.01)}
    assert counts == {1, 3}
  assert not len(branch.singular)


def test_where_others_branch_off_it_goes_straight_on():
  """Chicken is symmetric, and so is its principal branch."""
  chicken = games.classics.chicken()
  branch = equilibria.logit_branch(chicken, precision=5.0)
  first, second = branch.strategies.swapaxes(0, 1)
  np.testing.assert_allclose(first, second, atol=1e-9)
  (singular,) = branch.singular
  assert equilibria_at(chicken, singular - 0.01) == 1
  assert equilibria_at(chicken, singular + 0.01) == 3


def test_two_dimensions_that_branch_off_at_once():
  """Three alike cars: with p in the first lane, 1 = t M p (1 - p).

  A derivative with a kernel of two dimensions does not change the sign of its
  determinant.
  """
  costs = congestion.lane_costs(3, (1.0, 2.0))
  cares = 1 / np.sqrt(2)
  payoffs = -cares * np.broadcast_to(costs.sum(0), costs.shape)
  (singular,) = equilibria.logit_branch(payoffs, precision=3.0).singular
  branch = equilibria.logit_branch(payoffs, precision=singular)
  chances = branch.strategies[-1, :, 0]
  np.testing.assert_allclose(chances, chances[0], atol=1e-6)
  slope = 3 * 2 * cares  # M of the affine game
  np.testing.assert_allclose(
    singular * slope * chances[0] * (1 - chances[0]), 1, atol=1e-6
  )


def test_what_is_not_found_is_not_returned():
  """No rounding leaves a residual of 1e-30 in this game."""
  found = equilibria.quantal_response_equilibria(
    draw((3, 3), seed=9), temperature=0.2, tolerance=1e-30
  )
  assert len(found.strategies) == len(found.residual) == 0
  assert found.status == equilibria.Status.STALLED


def test_bad_input(unchecked):
  chicken = games.classics.chicken()
  search = equilibria.quantal_response_equilibria
  for tolerance in (0.0, -1.0, np.nan):
    with pytest.raises(ValueError, match="tolerance: expected a number above"):
      search(chicken, temperature=1.0, tolerance=tolerance)
  for temperature in (0.0, -1.0, np.nan, "a", None, np.ones(2)):
    with pytest.raises(ValueError, match="temperature: expected a finite"):
      search(chicken, temperature=temperature)
  with pytest.raises(ValueError, match="payoffs: every value must be finite"):
    search(np.full((2, 2, 2), np.nan), temperature=1.0)
  with pytest.raises(ValueError, match="payoffs: expected shape"):
    search(np.zeros((3, 2, 2)), temperature=1.0)
  with pytest.raises(ValueError, match="starts: expected at least 1, got 0"):
    search(chicken, temperature=1.0, starts=0)
  with pytest.raises(ValueError, match="solve_quantal_response can"):
    jax.jit(lambda x: search(x, temperature=1.0).strategies)(chicken)
  with pytest.raises(ValueError, match="precision: expected"):
    equilibria.logit_branch(chicken, precision=0.0)


@pytest.mark.usefixtures("unchecked")
def test_a_branch_that_cannot_be_followed_is_refused():
  chicken = games.classics.chicken()
  with pytest.raises(ValueError, match="max_steps: expected at least 1, got 0"):
    equilibria.logit_branch(chicken, precision=1.0, max_steps=0)
  with pytest.raises(ValueError, match=r"logit_branch: .* cannot be traced"):
    jax.jit(lambda x: equilibria.logit_branch(x, precision=1.0).precision)(
      np.float32(chicken)
    )


def test_an_equilibrium_does_not_depend_on_its_start(x64):
  chicken = jnp.asarray(games.classics.chicken(), float)

  def first(start):
    found = equilibria.solve_quantal_response(chicken, 5.0, start)
    return found.profile[0, 0]

  gradient = jax.grad(first)(jnp.full((2, 2), 0.5))
  np.testing.assert_array_equal(gradient, 0)
