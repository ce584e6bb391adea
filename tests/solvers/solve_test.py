# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What `solve` and `solve_batch` return, in the caller's units."""

import dataclasses

import jax
import numpy as np
import pytest

import nes_spiel
from nes_spiel import Status

SHAPE = (2, 3)
CONCEPTS = ["ce", "cce"]
SCALE, OFFSET = np.array([50.0, 0.02]), np.array([30.0, -0.01])
# Most tests use selections of this form: then they share compiled programs.
TARGET = nes_spiel.MaximumEntropy(target_epsilon=0.02 * SCALE)


@pytest.fixture(scope="module")
def payoffs(random_games):
  """Five games in units far from the standard ones."""
  units = SCALE.reshape(2, 1, 1), OFFSET.reshape(2, 1, 1)
  return random_games(0, 5, SHAPE) * units[0] + units[1]


@pytest.fixture(scope="module", params=CONCEPTS)
def solved(request, payoffs):
  """Concept and solutions, with a target epsilon in payoff units."""
  return request.param, nes_spiel.solve_batch(payoffs, request.param, TARGET)


def test_arrays_are_numpy_in_double_precision(solved):
  concept, solution = solved
  duals = (5, 2, 3, 3) if concept == "ce" else (5, 2, 3)
  shapes = {"joint": (5, 2, 3), "epsilon": (5, 2), "duals": duals}
  for field in dataclasses.fields(solution):
    value = getattr(solution, field.name)
    if field.name == "method":
      assert value == "exact"
      continue
    assert isinstance(value, np.ndarray)
    assert value.shape == shapes.get(field.name, (5,))
    integer = field.name in ("iterations", "status")
    assert value.dtype == (np.int32 if integer else np.float64)
  assert (solution.status == Status.CONVERGED).all()
  assert solution.check() is solution


def test_joint_is_a_distribution(solved):
  _, solution = solved
  assert (solution.joint > 0).all()
  np.testing.assert_allclose(solution.joint.sum((1, 2)), 1, rtol=1e-14)


def test_gaps_are_those_of_the_joint(solved, payoffs, largest_gains_by_hand):
  concept, solution = solved
  target = 0.02 * SCALE
  for i in range(5):
    gains = largest_gains_by_hand(payoffs[i], solution.joint[i], concept)
    np.testing.assert_allclose(
      solution.gap_sum[i],
      np.maximum(gains - target, 0).sum(),
      atol=1e-11,  # rounding of payoffs of 100
    )
    np.testing.assert_allclose(
      solution.gap_sum_returned[i],
      np.maximum(gains - solution.epsilon[i], 0).sum(),
      atol=1e-11,
    )
    # Returned epsilons hold: gains exceed them by the residual at most.
    assert (gains <= solution.epsilon[i] + 1e-9 * SCALE).all()
  assert (solution.gap_sum > 0).any()


def test_a_negative_target_is_measured_against_zero(
  payoffs, largest_gains_by_hand
):
  selection = nes_spiel.MaximumStrength(np.full(2, -np.inf))
  solution = nes_spiel.solve(payoffs[0], "cce", selection)
  gains = largest_gains_by_hand(payoffs[0], solution.joint, "cce")
  np.testing.assert_allclose(
    solution.gap_sum, np.maximum(gains, 0).sum(), atol=1e-11
  )
  assert (solution.epsilon < 0).any()


def test_residual_epsilon_and_joint_follow_from_the_duals(
  solved, payoffs, gains_by_hand
):
  """Eqs. 8 to 11 in payoff units: rho and max_epsilon differ by player."""
  concept, solution = solved
  for i in range(5):
    table = gains_by_hand(payoffs[i], concept).reshape(2, -1, 6)
    duals = solution.duals[i].reshape(2, -1)
    logits = -np.einsum("pk,pkj->j", duals, table)
    joint = np.exp(logits - logits.max())
    joint = joint / joint.sum()
    np.testing.assert_allclose(solution.joint[i].reshape(-1), joint, atol=1e-10)
    scale = 1 / payoffs[i].std((1, 2))
    top, rho, target = 6**0.5 / scale, 1e4 * scale, 0.02 * SCALE
    epsilon = top - (top - target) * np.exp(-duals.sum(1) / rho)
    np.testing.assert_allclose(
      solution.epsilon[i] * scale, epsilon * scale, atol=1e-12
    )
    gradient = (epsilon[:, None] - table @ joint) * scale[:, None]
    exists = np.ones((2, 3), bool)
    exists[0, 2] = False
    if concept == "ce":
      exists = exists[:, :, None] & exists[:, None] & ~np.eye(3, dtype=bool)
    optimality = np.minimum(duals / scale[:, None], gradient)
    residual = np.abs(optimality.reshape(exists.shape))[exists].max()
    assert residual <= 1e-9
    np.testing.assert_allclose(solution.residual[i], residual, atol=1e-11)
    assert not solution.duals[i][~exists].any()


def test_welfare_and_marginals(solved, payoffs):
  _, solution = solved
  expected = np.einsum("bpij,bij->b", payoffs, solution.joint)
  np.testing.assert_allclose(solution.welfare, expected, rtol=1e-12)
  marginals = solution.marginals()
  assert marginals.shape == (5, 2, 3)
  np.testing.assert_allclose(marginals[:, 0, :2], solution.joint.sum(2))
  np.testing.assert_allclose(marginals[:, 1], solution.joint.sum(1))
  np.testing.assert_array_equal(marginals[:, 0, 2], np.zeros(5))


def test_a_solution_in_double_precision_loses_nothing(solved):
  _, solution = solved
  np.testing.assert_array_equal(solution.cast_error, np.zeros(5))
  # The root of the rounding of the duality gap, about 1e-6 to 1e-5.
  assert (solution.certified_tv <= 3e-5).all()
  assert (solution.certified_tv > 0).all()


@pytest.fixture(scope="module")
def rough(payoffs):
  """Solutions far from converged."""
  return nes_spiel.solve_batch(payoffs, "cce", TARGET, max_iterations=4)


def test_a_rough_solution_is_certified_honestly(rough, payoffs):
  exact = nes_spiel.solve_batch(payoffs, "cce", TARGET)
  distance = np.abs(rough.joint - exact.joint).sum((1, 2)) / 2
  assert distance.max() > 1e-4
  assert (rough.certified_tv >= distance).all()
  assert (rough.certified_tv <= 1).all()


def test_check_raises_for_what_did_not_converge(rough):
  assert (rough.status == Status.MAX_ITERATIONS).all()
  assert (rough.iterations == 4).all()
  assert (rough.residual > 1e-10).all()
  message = r"exact: 5 of 5 games .*game 0: MAX_ITERATIONS, residual \d"
  with pytest.raises(nes_spiel.SolverError, match=message):
    rough.check()
  one = jax.tree.map(lambda leaf: leaf[3], rough)
  with pytest.raises(nes_spiel.SolverError, match=r"1 of 1 games"):
    one.check()


def test_one_game_is_one_row(solved, payoffs):
  concept, batch = solved
  for i in (0, 3):
    one = nes_spiel.solve(payoffs[i], concept, TARGET)
    assert one.joint.shape == SHAPE
    assert one.marginals().shape == (2, 3)
    # Programs compiled for different batches round differently.
    np.testing.assert_allclose(one.joint, batch.joint[i], atol=1e-9)
    np.testing.assert_allclose(
      one.epsilon / SCALE, batch.epsilon[i] / SCALE, atol=1e-9
    )


def test_rows_of_a_batch_are_independent(payoffs):
  """Also with a different mask and selection in each."""
  rng = np.random.default_rng(0)
  mask = np.ones((5, 2, 3), bool)
  mask[0, 0, 2] = mask[1, 1, 0] = mask[2, 0, 1] = mask[3, 1, 2] = False
  exists = mask[:, 0, :2, None] & mask[:, 1, None]
  target = rng.uniform(size=(5, 2, 3)) * exists
  selection = nes_spiel.MinimumRelativeEntropy(
    target / target.sum((1, 2), keepdims=True),
    target_epsilon=rng.uniform(size=(5, 2)) * 0.01 * SCALE,
    rho=rng.uniform(10, 100, size=5),
  )
  first = nes_spiel.solve_batch(payoffs, "cce", selection, strategy_mask=mask)
  other = payoffs.copy()
  other[2:] = 100 * payoffs[2:][::-1] ** 2
  second = nes_spiel.solve_batch(other, "cce", selection, strategy_mask=mask)
  for name in ("joint", "epsilon", "duals", "residual", "gap_sum"):
    np.testing.assert_array_equal(
      getattr(first, name)[:2], getattr(second, name)[:2]
    )
  assert np.abs(first.joint[2:] - second.joint[2:]).max() > 1e-3
  for i in range(5):
    alone = dataclasses.replace(
      selection,
      target_joint=selection.target_joint[i],
      target_epsilon=selection.target_epsilon[i],
      rho=selection.rho[i],
    )
    one = nes_spiel.solve(payoffs[i], "cce", alone, strategy_mask=mask[i])
    np.testing.assert_allclose(one.joint, first.joint[i], atol=1e-8)
    assert not one.joint[~exists[i]].any()


def test_more_games_than_a_piece(random_games):
  """Large batches are solved in pieces on a CPU: order and rest survive."""
  payoffs = random_games(1, 130, SHAPE)
  chosen = [0, 63, 64, 128, 129]
  whole = nes_spiel.solve_batch(payoffs, "cce", TARGET)
  some = nes_spiel.solve_batch(payoffs[chosen], "cce", TARGET)
  np.testing.assert_allclose(whole.joint[chosen], some.joint, atol=1e-8)
  assert len(np.unique(whole.joint.round(9), axis=0)) > 100


@pytest.mark.parametrize(
  "form",
  [list, lambda game: game.tolist(), tuple, lambda game: game.astype("f4")],
)
def test_forms_of_payoffs(form, payoffs):
  expected = nes_spiel.solve(payoffs[0], "cce", TARGET).joint
  actual = nes_spiel.solve(form(payoffs[0]), "cce", TARGET).joint
  # Single precision moves payoffs by 1e-7 of the largest.
  np.testing.assert_allclose(actual, expected, atol=1e-4)


def test_integers_of_both_kinds():
  payoffs = np.array([[[6, 2, 1], [7, 0, 3]], [[6, 7, 2], [2, 0, 5]]])
  joint = nes_spiel.solve(payoffs.astype(float), "cce", TARGET).joint
  for kind in (payoffs, jax.numpy.asarray(payoffs)):
    actual = nes_spiel.solve(kind, "cce", TARGET).joint
    np.testing.assert_array_equal(actual, joint)


def test_target_and_welfare_enter_through_one_sum(payoffs, random_joint):
  """solve(target, W, mu) = solve(target * exp(mu W) normalised, 0)."""
  welfare = np.random.default_rng(1).normal(size=SHAPE)
  target, standard = random_joint(1, SHAPE), welfare - welfare.mean()
  tilted = target * np.exp(2 * standard / welfare.std())
  first, second, rounded = (
    nes_spiel.solve(
      payoffs[0],
      "cce",
      nes_spiel.Selection(target_joint=t, welfare=7 * welfare + 1, mu=mu),
    )
    for t, mu in (
      (target, 2.0),
      (tilted / tilted.sum(), 0.0),
      (target.astype(np.float32), 2.0),
    )
  )
  np.testing.assert_allclose(first.joint, second.joint, atol=1e-8)
  np.testing.assert_allclose(
    first.epsilon / SCALE, second.epsilon / SCALE, atol=1e-9
  )
  # A target in single precision is accepted, and solved in double.
  np.testing.assert_allclose(rounded.joint, first.joint, atol=1e-6)
  assert rounded.residual <= 1e-9


def test_units_change_units_only(solved, payoffs):
  """Offset and scale per player: same joint, epsilons and duals rescaled."""
  concept, first = solved
  factor, shift = np.array([1e-3, 20.0]), np.array([0.02, -3.0])
  moved = payoffs * factor.reshape(2, 1, 1) + shift.reshape(2, 1, 1)
  selection = nes_spiel.MaximumEntropy(target_epsilon=0.02 * SCALE * factor)
  second = nes_spiel.solve_batch(moved, concept, selection)
  np.testing.assert_allclose(second.joint, first.joint, atol=1e-8)
  np.testing.assert_allclose(
    second.epsilon / factor / SCALE, first.epsilon / SCALE, atol=1e-9
  )
  ones = (1,) * (first.duals.ndim - 2)
  np.testing.assert_allclose(
    second.duals * np.reshape(factor * SCALE, (2, *ones)),
    first.duals * np.reshape(SCALE, (2, *ones)),
    atol=1e-5,
  )


def test_defaults_are_maximum_entropy_cce(payoffs):
  default = nes_spiel.solve(payoffs[0])
  named = nes_spiel.solve(
    payoffs[0], "cce", nes_spiel.MaximumEntropy(), "exact"
  )
  np.testing.assert_array_equal(default.joint, named.joint)
  assert default.method == "exact"


def test_maximum_welfare_reaches_for_welfare(payoffs):
  welfare = [
    nes_spiel.solve(
      payoffs[1], "cce", nes_spiel.MaximumWelfare(mu=mu, rho=1e6)
    ).welfare
    for mu in (0.1, 1.0, 10.0)
  ]
  assert welfare[0] < welfare[1] < welfare[2]


def test_mask_without_effect_on_the_small_game(payoffs, random_games):
  cube, mask = nes_spiel.games.pad(payoffs[0], 4)
  small = nes_spiel.solve(payoffs[0], "cce", TARGET)
  large = nes_spiel.solve(cube, "cce", TARGET, strategy_mask=mask)
  np.testing.assert_allclose(
    nes_spiel.games.unpad(large.joint, mask), small.joint, atol=1e-8
  )
  np.testing.assert_allclose(
    large.epsilon / SCALE, small.epsilon / SCALE, atol=1e-9
  )
  np.testing.assert_allclose(large.gap_sum, small.gap_sum, atol=1e-7)
  np.testing.assert_allclose(large.welfare, small.welfare, rtol=1e-7)
  np.testing.assert_allclose(
    large.marginals()[:, :3], small.marginals(), atol=1e-8
  )
  disguised = cube + 1e6 * random_games(2, 1, (4, 4))[0] * (cube == 0)
  other = nes_spiel.solve(disguised, "cce", TARGET, strategy_mask=mask)
  for name in ("joint", "epsilon", "duals", "welfare", "gap_sum"):
    np.testing.assert_array_equal(getattr(other, name), getattr(large, name))
  assert not large.joint[2:].any()
  assert not large.joint[:, 3].any()


def test_calls_leave_the_global_precision_alone(payoffs):
  assert not jax.config.jax_enable_x64
  nes_spiel.solve(payoffs[0], "cce", TARGET)
  assert not jax.config.jax_enable_x64
  assert jax.numpy.zeros(()).dtype == np.float32


def test_a_solution_prints_in_short(payoffs):
  solution = nes_spiel.solve_batch(payoffs, "cce", TARGET)
  text = repr(solution)
  assert "method='exact', joint=(5, 2, 3), duals=(5, 2, 3)" in text
  assert "status=CONVERGED" in text
  assert len(text) < 120
  failed = dataclasses.replace(solution, status=np.array([0, 0, 2, 0, 0]))
  assert "status=STALLED" in repr(failed)
  # Whatever the leaves are, as in what JAX says of trees.
  assert "joint=()" in repr(jax.tree.map(lambda _: object(), solution))
  shown = []
  jax.eval_shape(lambda x: shown.append(repr(x)), solution)
  assert "joint=(5, 2, 3)" in shown[0]
