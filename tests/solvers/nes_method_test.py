# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The method "nes": any network's answer is measured honestly."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import nes_spiel
from nes_spiel import equilibria, games, nes
from nes_spiel.nes import network

SMALL = {"payoff_channels": (4,), "middle_channels": 4, "dual_channels": (4,)}


@pytest.fixture(scope="module")
def make_model(random_network):
  """Returns a function to a model with random variables."""

  def make(facts=None, **options):
    network, variables = random_network(nes.Config(**SMALL, **options))
    return nes.Model(network, variables, facts or {"rows": ["ME", "MT"]})

  return make


@pytest.fixture(scope="module")
def model(make_model):
  return make_model()


@pytest.fixture(scope="module")
def payoffs():
  return np.random.default_rng(0).normal(size=(3, 2, 3, 3))


def test_the_answer_is_measured(model, payoffs):
  solution = nes_spiel.solve_batch(payoffs, method="nes", model=model)
  exact = nes_spiel.solve_batch(payoffs)
  assert solution.method == "nes"
  assert (solution.status == nes_spiel.Status.MAX_ITERATIONS).all()
  assert (solution.iterations == 0).all()
  assert (solution.residual > 1e-3).all()
  assert (solution.joint > 0).all()
  assert (solution.duals > 0).all()
  np.testing.assert_allclose(solution.joint.sum((1, 2)), 1, atol=1e-12)
  apart = np.abs(solution.joint - exact.joint).sum((1, 2)) / 2
  assert (apart > 1e-2).all()
  assert (apart <= solution.certified_tv).all()
  with jax.enable_x64(True):
    for game, joint, gap in zip(
      payoffs, solution.joint, solution.gap_sum, strict=True
    ):
      by_hand = float(equilibria.gap_sum(jnp.asarray(game), joint, "cce"))
      np.testing.assert_allclose(gap, by_hand, atol=1e-12)
  with pytest.raises(nes_spiel.SolverError, match="nes: 3 of 3 games"):
    solution.check()


def test_duals_are_those_of_the_network(model, payoffs):
  solution = nes_spiel.solve(payoffs[0], method="nes", model=model)
  duals, _ = model.network.apply(
    model.variables,
    np.asarray(payoffs[0], np.float32),
    nes_spiel.MaximumEntropy(),
  )
  np.testing.assert_allclose(solution.duals, duals, rtol=1e-4)


def test_under_jit_vmap_and_grad(model, payoffs):
  """Against differences, which the payoffs' own derivative does not give."""

  def welfare(game):
    return nes_spiel.solve(game, method="nes", model=model).welfare

  single = payoffs.astype(np.float32)
  seen = jax.jit(jax.vmap(welfare))(single)
  solution = nes_spiel.solve_batch(payoffs, method="nes", model=model)
  np.testing.assert_allclose(seen, solution.welfare, rtol=1e-4)
  gradient = np.asarray(jax.jit(jax.vmap(jax.grad(welfare)))(single))
  step, direction = 1e-3, np.random.default_rng(1).normal(size=single.shape)
  moved = [
    nes_spiel.solve_batch(
      payoffs + sign * step * direction, method="nes", model=model
    ).welfare
    for sign in (1, -1)
  ]
  slope = (moved[0] - moved[1]) / (2 * step)
  by_gradient = (gradient * direction).sum((1, 2, 3))
  np.testing.assert_allclose(by_gradient, slope, rtol=2e-2, atol=2e-3)
  at_fixed_joint = (solution.joint[:, None] * direction).sum((1, 2, 3))
  assert np.abs(at_fixed_joint - slope).max() > 0.1


def test_a_padded_game_has_the_answer_of_the_small_one(model, payoffs):
  cube, mask = games.pad(payoffs[0], 5)
  padded = nes_spiel.solve(cube, method="nes", model=model, strategy_mask=mask)
  plain = nes_spiel.solve(payoffs[0], method="nes", model=model)
  np.testing.assert_allclose(
    games.unpad(padded.joint, mask), plain.joint, atol=1e-6
  )
  assert padded.joint[3:].sum() == 0


def test_constant_payoffs_have_a_finite_answer(model):
  solution = nes_spiel.solve(np.ones((2, 3, 3)), method="nes", model=model)
  np.testing.assert_allclose(solution.joint, 1 / 9, atol=1e-12)
  assert solution.gap_sum == 0


def test_a_model_is_for_its_method_alone(model, payoffs):
  for method in ("exact", "auto", "cvxpy"):
    with pytest.raises(ValueError, match=f'"nes.exact" alone, got {method!r}'):
      nes_spiel.solve(payoffs[0], method=method, model=model)


def uniform(*shape):
  return np.full(shape, 1 / np.prod(shape))


@pytest.mark.parametrize(
  ("concept", "selection", "message"),
  [
    ("ce", nes_spiel.MaximumEntropy(), '"cce" and 2 players'),
    ("ne", nes_spiel.MaximumEntropy(), 'use "exact"'),
    ("cce", nes_spiel.MaximumEntropy(rho=1e3), "selection.rho"),
    (
      "cce",
      nes_spiel.MaximumWelfare(),
      "welfare: .* ME, MT .*the sum of payoffs",
    ),
    (
      "cce",
      nes_spiel.MaximumEntropy(0.1),
      "target_epsilon: .*other epsilons than zero",
    ),
    (
      "cce",
      nes_spiel.MaximumStrength(),
      "target_epsilon: .*as low as they can be",
    ),
    ("cce", nes_spiel.Selection(shared_epsilon=True), "shared_epsilon"),
  ],
)
def test_what_a_network_was_not_trained_for_is_refused(
  model, payoffs, concept, selection, message
):
  with pytest.raises(ValueError, match=message) as caught:
    nes_spiel.solve(payoffs[0], concept, selection, "nes", model=model)
  assert "exact" in str(caught.value)


def test_random_epsilons_do_not_stand_for_zero(make_model, payoffs):
  """Most of them come with another rho."""
  model = make_model(facts={"rows": ["MS", "eps-ME"]})
  with pytest.raises(ValueError, match=r"target_epsilon: .*an epsilon of zero"):
    nes_spiel.solve(payoffs[0], method="nes", model=model)


def test_a_target_beyond_reach_has_a_finite_gradient(payoffs):
  """Where the constraint is idle there is no room for duals."""
  selection = nes_spiel.MaximumEntropy(target_epsilon=np.inf)

  @jax.jit
  def total(game):
    problem, _ = equilibria.standardized_problem(game, selection, "cce")
    return network.output_scale(problem, selection).sum()

  game = payoffs[0].astype(np.float32)
  assert total(game) == 2
  assert not np.asarray(jax.jit(jax.grad(total))(game)).any()


def test_other_players_and_targets_are_refused(make_model, model, payoffs):
  with pytest.raises(ValueError, match="this network is for"):
    nes_spiel.solve(np.ones((3, 2, 2, 2)), method="nes", model=model)
  target = nes_spiel.MinimumRelativeEntropy(uniform(3, 3))
  blind = make_model(inputs=("payoffs",))
  with pytest.raises(ValueError, match=r"selection\.target_joint"):
    nes_spiel.solve(payoffs[0], "cce", target, "nes", model=blind)
  with pytest.raises(ValueError, match=r"selection\.target_joint"):
    nes_spiel.solve(
      payoffs[0],
      "cce",
      target,
      "nes",
      model=make_model(facts={"steps": 0}),
    )
  seeing = nes_spiel.solve(payoffs[0], "cce", target, "nes", model=model)
  plain = nes_spiel.solve(payoffs[0], method="nes", model=model)
  np.testing.assert_allclose(seeing.joint, plain.joint, atol=1e-6)


def test_targets_that_are_no_products_are_refused(model, payoffs):
  rng = np.random.default_rng(0)
  rows, columns = rng.integers(1, 17, (2, 3, 3)).astype(float)
  products = rows[:, :, None] * columns[:, None]
  products /= products.sum((1, 2), keepdims=True)
  single = nes_spiel.MinimumRelativeEntropy(products.astype(np.float32))
  nes_spiel.solve_batch(payoffs, "cce", single, "nes", model=model)
  mixed = products.copy()
  mixed[2] = products[2] / 2 + np.eye(3) / 6
  other = nes_spiel.MinimumRelativeEntropy(mixed)
  with pytest.raises(ValueError, match=r"product of counts.*exact"):
    nes_spiel.solve_batch(payoffs, "cce", other, "nes", model=model)
  joint = nes_spiel.MinimumRelativeEntropy(mixed[2])
  with pytest.raises(ValueError, match="product of counts"):
    nes_spiel.solve(payoffs[0], "cce", joint, "nes", model=model)


def test_no_model_for_a_number_of_players_is_said():
  with pytest.raises(ValueError, match=r'"cce" for 5 players.*method="exact"'):
    nes_spiel.solve(np.zeros((5, 2, 2, 2, 2, 2)), method="nes")


@pytest.mark.parametrize("concept", ["cce", "ce"])
def test_refined_to_the_exact_solution(make_model, payoffs, concept):
  """Whatever the network says: here its variables are random."""
  model = make_model(concept=concept)
  exact = nes_spiel.solve_batch(payoffs, concept)
  refined = nes_spiel.solve_batch(
    payoffs, concept, method="nes+exact", model=model
  )
  assert refined.method == "nes+exact"
  assert (refined.iterations > 0).all()
  assert (refined.check().residual <= 1e-10).all()
  np.testing.assert_allclose(refined.joint, exact.joint, atol=1e-7)
  few = nes_spiel.solve_batch(
    payoffs, concept, method="nes+exact", model=model, max_iterations=1
  )
  assert (few.status == nes_spiel.Status.MAX_ITERATIONS).all()
  assert (few.iterations == 1).all()


def test_refined_derivatives_are_the_exact_ones(model, payoffs):
  def welfare(game, method, model):
    return nes_spiel.solve(game, method=method, model=model).welfare

  single = payoffs[0].astype(np.float32)
  exact = jax.jit(jax.grad(lambda x: welfare(x, "exact", None)))(single)
  refined = jax.jit(jax.grad(lambda x: welfare(x, "nes+exact", model)))(single)
  np.testing.assert_allclose(refined, exact, rtol=1e-4, atol=1e-6)


ALL = {"rows": list(nes.ROWS)}


@pytest.mark.parametrize(
  "selection",
  [
    nes_spiel.MaximumWelfare(),
    nes_spiel.MaximumWelfareMaximumEntropy(np.eye(3)),
    nes_spiel.MinimumRelativeEntropy(uniform(3, 3) / 2 + np.eye(3) / 6),
    nes_spiel.MaximumStrength(),
    nes_spiel.MaximumEntropy(0.1),
    nes_spiel.MaximumEntropy(np.array([-0.1, 0.1])),
    nes_spiel.MaximumWelfareMaximumEntropy(np.eye(3), 0.1),
  ],
)
def test_a_network_of_all_rows_serves_them(make_model, payoffs, selection):
  model = make_model(facts=ALL)
  solution = nes_spiel.solve(payoffs[0], "cce", selection, "nes", model=model)
  assert np.isfinite(solution.residual)
  blind = make_model(facts=ALL, inputs=("payoffs",))
  with pytest.raises(ValueError, match="for the rows ME of Table 3"):
    nes_spiel.solve(payoffs[0], "cce", selection, "nes", model=blind)


@pytest.mark.parametrize(
  ("selection", "message"),
  [
    (nes_spiel.MaximumWelfare(mu=3.0), "selection.mu: .*10 or None"),
    (
      nes_spiel.Selection(target_joint=uniform(3, 3), mu=10.0),
      "selection.welfare: .*rows",
    ),
  ],
)
def test_combinations_of_no_row_are_refused(
  make_model, payoffs, selection, message
):
  # A target, here a product of counts, and a welfare: no row has both.
  with pytest.raises(ValueError, match=message):
    nes_spiel.solve(
      payoffs[0], "cce", selection, "nes", model=make_model(facts=ALL)
    )


def test_exact_steps_from_a_network_take_any_rho(model, payoffs):
  """The network is only where they start."""
  selection = nes_spiel.MaximumEntropy(rho=1e3)
  found = nes_spiel.solve(
    payoffs[0], "cce", selection, "nes+exact", model=model
  )
  exact = nes_spiel.solve(payoffs[0], "cce", selection)
  assert found.check().method == "nes+exact"
  np.testing.assert_allclose(found.joint, exact.joint, atol=1e-8)
  usual = nes_spiel.solve(payoffs[0], "cce")
  assert np.abs(usual.epsilon - exact.epsilon).max() > 1e-4
