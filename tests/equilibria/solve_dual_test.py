# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The exact solver: optimality by hand, and against an independent solver."""

import dataclasses

import jax
import numpy as np
import pytest
from scipy import optimize, special

from nes_spiel import equilibria, games
from nes_spiel.equilibria import Status

SHAPES = [(2, 2), (3, 5), (2, 3, 4), (4, 4)]
GAMES = 3  # per selection: five selections fill one compiled chunk
RESIDUAL = 1e-9


def all_selections(shape, seed):
  """Every row of Table 3 with one epsilon per player, at its defaults."""
  rng = np.random.default_rng(seed)
  target = rng.dirichlet(np.ones(int(np.prod(shape)))).reshape(shape)
  return [
    equilibria.MaximumEntropy(),
    equilibria.MinimumRelativeEntropy(target),
    equilibria.MaximumWelfare(),
    equilibria.MaximumWelfareMaximumEntropy(rng.normal(size=shape)),
    equilibria.MaximumStrength(),
  ]


def evaluate(problem, duals, table):
  """Eqs. 7 to 11 from a table of all gains: loss, gradient, joint, epsilon."""
  n = len(problem.payoffs)
  duals, table = duals.reshape(n, -1), table.reshape(n, duals[0].size, -1)
  logits = problem.reference_logits.reshape(-1)
  logits = logits - np.einsum("pk,pkj->j", duals, table)
  joint = special.softmax(logits)
  sums = duals.sum(1)
  moved = np.full(n, sums.sum()) if problem.shared_epsilon else sums
  room = problem.max_epsilon - problem.target_epsilon
  epsilon = problem.max_epsilon - room * np.exp(-moved / problem.rho)
  terms = epsilon[:1] if problem.shared_epsilon else epsilon
  loss = special.logsumexp(logits) + (problem.max_epsilon * sums).sum()
  loss = loss - problem.rho * terms.sum()
  gradient = epsilon[:, None] - table @ joint
  return loss, gradient, joint, epsilon


def residual_by_hand(problem, duals, table):
  gradient = evaluate(problem, duals, table)[1].reshape(duals.shape)
  return np.abs(np.minimum(duals, gradient))[problem.dual_mask].max()


@pytest.mark.parametrize("concept", ["ce", "cce"])
@pytest.mark.parametrize(
  ("shape", "shared"), [*((shape, False) for shape in SHAPES), ((3, 5), True)]
)
def test_optimality(
  shape, concept, shared, random_games, gains_by_hand, state, solve_problems
):
  payoffs = random_games(0, GAMES, shape)
  selections = all_selections(shape, 0)
  if shared:
    selections = [
      equilibria.MaximumStrength(shared_epsilon=True),
      equilibria.MaximumEntropy(rho=100.0),
    ]
    selections = [
      dataclasses.replace(selection, shared_epsilon=True)
      for selection in selections
    ]
  problems = [
    state(game, selection, concept)
    for selection in selections
    for game in payoffs
  ]
  joints, epsilons, solution = solve_problems(problems)
  assert (solution.status == Status.CONVERGED).all()
  assert (solution.residual <= RESIDUAL).all()
  assert (solution.iterations > 0).all()
  assert (solution.duals >= 0).all()
  for index, problem in enumerate(problems):
    duals = solution.duals[index]
    table = gains_by_hand(problem.payoffs, concept)
    _, _, joint, epsilon = evaluate(problem, duals, table)
    # Rounding: duals of up to 10 times gains of up to 4, in 60 terms.
    assert abs(
      residual_by_hand(problem, duals, table) - solution.residual[index]
    ) <= 1e-12 * (1 + duals.sum())
    np.testing.assert_allclose(
      joints[index].reshape(-1), joint, atol=1e-12 * (1 + duals.sum())
    )
    np.testing.assert_allclose(epsilons[index], epsilon, atol=1e-12)
    # Absent duals are zero, not merely small.
    assert not duals[~problem.dual_mask].any()
    if shared:
      assert np.ptp(epsilons[index]) <= 1e-12


@pytest.mark.parametrize(
  "selection",
  [
    equilibria.MaximumEntropy(rho=100.0),
    equilibria.MaximumWelfare(rho=100.0, mu=1.0),
    equilibria.MaximumStrength(),
    equilibria.MaximumStrength(shared_epsilon=True),
  ],
  ids=["ME", "MU", "MS", "MS shared"],
)
@pytest.mark.parametrize("concept", ["ce", "cce"])
def test_agrees_with_bfgs(
  concept, selection, random_games, gains_by_hand, state, solve_problems
):
  """L-BFGS-B on the loss of Eq. 7, written from the table of all gains."""
  problems = [
    state(game, selection, concept) for game in random_games(1, 3, (3, 5))
  ]
  joints, _, solution = solve_problems(problems)
  for problem, joint, duals in zip(
    problems, joints, solution.duals, strict=True
  ):
    table = gains_by_hand(problem.payoffs, concept)
    mask = problem.dual_mask

    def loss_and_gradient(free, problem=problem, table=table, mask=mask):
      duals = np.zeros(mask.shape)
      duals[mask] = free
      loss, gradient, _, _ = evaluate(problem, duals, table)
      return loss, gradient.reshape(mask.shape)[mask]

    free = int(mask.sum())
    found = optimize.minimize(
      loss_and_gradient,
      np.full(free, 0.1),
      jac=True,
      method="L-BFGS-B",
      bounds=[(0, None)] * free,
      options={"maxiter": 20000, "maxfun": 40000, "ftol": 0, "gtol": 1e-9},
    )
    theirs = np.zeros(mask.shape)
    theirs[mask] = found.x
    loss, _, their_joint, _ = evaluate(problem, theirs, table)
    # The loss is flat at its minimum: a first-order method ends within 1e-9 of
    # it, so within sqrt(1e-9 / 2) = 2e-5 of the joint (Pinsker).
    assert loss - evaluate(problem, duals, table)[0] >= -1e-10
    assert loss - evaluate(problem, duals, table)[0] <= 1e-9
    assert np.abs(their_joint - joint.reshape(-1)).sum() / 2 <= 2e-5


def test_chicken_by_hand(state, solve_problems):
  """The maximum-entropy CE of chicken, worked out on paper.

  By symmetry sigma = (c, b; b, a) over (dare, chicken). Told to dare, a player
  obeys if 7 b >= 6 b + 2 c; told to yield, if 6 a + 2 b >= 7 a. The uniform
  joint breaks the first, so c = b / 2, and a = 1 - 5 b / 2. Entropy is maximal
  where (5 / 2) ln a = 2 ln b + (1 / 2) ln(b / 2): a = b / 2^(1/5), for which
  the second holds as well.
  """
  b = 1 / (5 / 2 + 2**-0.2)
  expected = np.array([[b / 2, b], [b, b * 2**-0.2]])
  problem = state(
    games.classics.chicken(), equilibria.MaximumEntropy(rho=1e8), "ce"
  )
  joints, _, _ = solve_problems([problem])
  # Epsilon is about max_epsilon / rho times the sum of duals: 1e-8.
  np.testing.assert_allclose(joints[0], expected, atol=1e-7)


def test_max_iterations(random_games, state, solve_problems):
  problem = state(
    random_games(2, 1, (3, 5))[0], equilibria.MaximumEntropy(), "cce"
  )
  with jax.enable_x64(True):
    short = jax.device_get(
      jax.jit(equilibria.solve_dual, static_argnums=(1, 2))(problem, 1e-10, 3)
    )
  assert short.status == Status.MAX_ITERATIONS
  assert short.iterations == 3
  assert short.residual > 1e-10
  whole = solve_problems([problem])[2]
  assert whole.iterations[0] > 3
  assert whole.residual[0] <= 1e-10
