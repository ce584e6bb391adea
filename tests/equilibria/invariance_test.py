# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What must not change a solution: names, units, padding, clones."""

import dataclasses
import itertools

import numpy as np
import pytest

from nes_spiel import equilibria

# Solutions of residual 1e-12 agree to about 1e-9 where the dual is flat (the
# curvature left by rho = 1e4 is of order 1e-4).
SOLVER = 1e-12
CLOSE = {"rtol": 0, "atol": 1e-8}
CONCEPTS = ["ce", "cce"]


def selections(shape, seed):
  """Returns selections that use every field of Eq. 6."""
  rng = np.random.default_rng(seed)
  target = rng.dirichlet(np.full(int(np.prod(shape)), 3.0)).reshape(shape)
  everything = equilibria.Selection(
    target_joint=target,
    target_epsilon=np.linspace(0.0, 0.05, len(shape)),
    max_epsilon=np.linspace(2.0, 3.0, len(shape)),
    welfare=rng.normal(size=shape),
    mu=1.5,
    rho=1e3,
  )
  return [equilibria.MaximumEntropy(), equilibria.MaximumStrength(), everything]


@pytest.mark.parametrize("concept", CONCEPTS)
def test_permuting_players_and_strategies(
  concept, random_games, state, solve_problems
):
  shape, n = (3, 3, 3), 3
  rng = np.random.default_rng(0)
  problems, permuted, moves = [], [], []
  for game, selection in itertools.product(
    random_games(0, 2, shape), selections(shape, 0)
  ):
    players = rng.permutation(n)
    order = [rng.permutation(3) for _ in range(n)]  # of the new players
    moves.append((players, order))

    def move(tensor, players=players, order=order):
      return np.transpose(tensor, players)[np.ix_(*order)]

    def vector(value, players=players):
      return value[players] if np.ndim(value) else value

    changed = {
      name: move(getattr(selection, name))
      for name in ("target_joint", "welfare")
      if getattr(selection, name) is not None
    }
    if selection.max_epsilon is not None:
      changed["target_epsilon"] = vector(selection.target_epsilon)
      changed["max_epsilon"] = vector(selection.max_epsilon)
    problems.append(state(game, selection, concept))
    permuted.append(
      state(
        np.stack([move(game[p]) for p in players]),
        dataclasses.replace(selection, **changed),
        concept,
      )
    )
  joints, epsilons, solution = solve_problems(problems, SOLVER)
  others, other_epsilons, other = solve_problems(permuted, SOLVER)
  for i, (players, order) in enumerate(moves):
    expected = np.transpose(joints[i], players)[np.ix_(*order)]
    np.testing.assert_allclose(others[i], expected, **CLOSE)
    np.testing.assert_allclose(other_epsilons[i], epsilons[i][players], **CLOSE)
    for new, old in enumerate(players):
      block = solution.duals[i][old]
      block = block[np.ix_(*[order[new]] * block.ndim)]
      # Duals are as large as 10 and less well determined than joints.
      np.testing.assert_allclose(other.duals[i][new], block, atol=1e-5)


@pytest.mark.parametrize("concept", CONCEPTS)
def test_offset_and_scale(concept, random_games, state, solve_problems):
  shape = (3, 3, 3)
  scale = np.array([1e-3, 1.0, 40.0]).reshape(3, 1, 1, 1)
  problems, moved = [], []
  for game, selection in itertools.product(
    random_games(1, 2, shape), selections(shape, 1)
  ):
    # target_epsilon is in payoff units, so it scales with them.
    target = selection.target_epsilon * scale.reshape(-1)
    other = dataclasses.replace(selection, target_epsilon=target)
    problems.append(state(game, selection, concept))
    moved.append(state(scale * (game + 0.7), other, concept))
  joints, epsilons, _ = solve_problems(problems, SOLVER)
  others, other_epsilons, _ = solve_problems(moved, SOLVER)
  np.testing.assert_allclose(others, joints, **CLOSE)
  np.testing.assert_allclose(other_epsilons, epsilons, **CLOSE)


@pytest.mark.parametrize("concept", CONCEPTS)
@pytest.mark.parametrize(
  ("small", "kept"),
  [
    ((2, 3), ([0, 1], [0, 1, 2])),
    ((2, 3), ([1, 3], [0, 2, 3])),  # not the first strategies
    ((2, 3, 2), ([0, 2], [0, 1, 2], [1, 2])),
  ],
)
def test_padding(small, kept, concept, random_games, state, solve_problems):
  cube = (4, 4) if len(small) == 2 else (3, 3, 3)
  cells = np.ix_(*kept)
  mask = np.zeros((len(small), cube[0]), bool)
  for player, own in enumerate(kept):
    mask[player, own] = True

  def pad(tensor, garbage):
    padded = np.full(cube, garbage)
    padded[cells] = tensor
    return padded

  plain, padded, disguised = [], [], []
  for game, selection in itertools.product(
    random_games(2, 2, small), selections(small, 2)
  ):
    plain.append(state(game, selection, concept))
    for problems, garbage in ((padded, 0.0), (disguised, 1e3)):
      changed = {
        name: pad(getattr(selection, name), garbage)
        for name in ("target_joint", "welfare")
        if getattr(selection, name) is not None
      }
      problems.append(
        state(
          np.stack([pad(payoff, -garbage) for payoff in game]),
          dataclasses.replace(selection, **changed),
          concept,
          mask,
        )
      )
  joints, epsilons, solution = solve_problems(plain, SOLVER)
  inside, inner_epsilons, inner = solve_problems(padded, SOLVER)
  other, other_epsilons, other_inner = solve_problems(disguised, SOLVER)
  # What stands under the mask has no effect at all.
  np.testing.assert_array_equal(other, inside)
  np.testing.assert_array_equal(other_epsilons, inner_epsilons)
  np.testing.assert_array_equal(other_inner.duals, inner.duals)
  np.testing.assert_allclose(inner_epsilons, epsilons, **CLOSE)
  for i, joint in enumerate(joints):
    np.testing.assert_allclose(inside[i][cells], joint, **CLOSE)
    outside = np.ones(cube, bool)
    outside[cells] = False
    assert not inside[i][outside].any()  # zero, not merely small
    assert not inner.duals[i][~padded[i].dual_mask].any()
    for player, own in enumerate(kept):
      block = inner.duals[i][player]
      block = block[np.ix_(*[own] * block.ndim)]
      expected = solution.duals[i][player]
      expected = expected[(slice(len(own)),) * expected.ndim]
      np.testing.assert_allclose(block, expected, atol=1e-5)


@pytest.mark.parametrize("shape", [(2, 2), (2, 2, 2)])
def test_with_two_strategies_ce_and_cce_agree(
  shape, random_games, state, solve_problems
):
  cases = list(
    itertools.product(random_games(3, 4, shape), selections(shape, 3))
  )
  ce = solve_problems([state(*case, "ce") for case in cases], SOLVER)
  cce = solve_problems([state(*case, "cce") for case in cases], SOLVER)
  np.testing.assert_allclose(ce[0], cce[0], **CLOSE)
  np.testing.assert_allclose(ce[1], cce[1], **CLOSE)
  # Deviating to a strategy is deviating from the other one.
  np.testing.assert_allclose(ce[2].duals.sum(-1), cce[2].duals, atol=1e-5)
  assert cce[2].duals.max() > 0.1


@pytest.mark.parametrize("concept", CONCEPTS)
def test_target_and_welfare_enter_through_one_sum(
  concept, random_games, random_joint, state, solve_problems
):
  first, second = [], []
  for seed, game in enumerate(random_games(4, 4, (2, 3))):
    welfare = np.random.default_rng(seed).normal(size=(2, 3))
    target, mu = random_joint(seed, (2, 3)), 0.5 + seed
    standard = (welfare - welfare.mean()) / welfare.std()  # Eq. 16c
    tilted = target * np.exp(mu * standard)
    both = equilibria.Selection(target_joint=target, welfare=welfare, mu=mu)
    one = equilibria.Selection(target_joint=tilted / tilted.sum())
    first.append(state(game, both, concept))
    second.append(state(game, one, concept))
  np.testing.assert_allclose(
    solve_problems(first, SOLVER)[0], solve_problems(second, SOLVER)[0], **CLOSE
  )


def repeated(problem, counts):
  """Returns the problem with every strategy standing there several times."""
  payoffs = problem.payoffs
  for axis, count in enumerate(counts):
    payoffs = np.repeat(payoffs, count, axis + 1)
  shape = payoffs.shape[1:]
  return dataclasses.replace(
    problem,
    payoffs=payoffs,
    reference_logits=np.full(shape, -np.log(np.prod(shape))),
    strategy_mask=np.arange(max(shape)) < np.array(shape)[:, None],
  )


def merged(joint, counts):
  """Returns the joint over strategies, clones counted together."""
  for axis, count in enumerate(counts):
    starts = np.cumsum([0, *count[:-1]])
    joint = np.add.reduceat(joint, starts, axis)
  return joint


@pytest.mark.parametrize(
  ("concept", "rho", "least", "most"),
  [
    ("cce", 1e4, 0, 1e-8),
    ("cce", 10.0, 0, 1e-8),
    # A clone's recommendation has a constraint of its own, so that r clones are
    # allowed r times epsilon: CE agree where epsilon is zero, and only there.
    # Epsilon falls like 1 / rho, and so does the difference.
    ("ce", 1e4, 1e-2, 0.1),
    ("ce", 1e8, 1e-6, 1e-4),
    ("ce", 1e10, 0, 1e-6),
  ],
)
def test_clones_are_a_target_joint(
  concept, rho, least, most, random_games, state, solve_problems
):
  counts = [np.array([2, 1]), np.array([1, 3, 1])]
  target = np.outer(*[count / count.sum() for count in counts])
  selection = equilibria.MinimumRelativeEntropy(target, rho=rho)
  small = [
    state(game, selection, concept) for game in random_games(5, 8, (2, 3))
  ]
  large = [repeated(problem, counts) for problem in small]
  joints, epsilons, solution = solve_problems(small, SOLVER)
  others, other_epsilons, other = solve_problems(large, SOLVER)
  assert (solution.residual <= 1e-9).all()
  assert (other.residual <= 1e-9).all()
  distance = max(
    np.abs(merged(b, counts) - a).sum() / 2
    for a, b in zip(joints, others, strict=True)
  )
  assert least <= distance <= most
  if concept == "cce":
    np.testing.assert_allclose(other_epsilons, epsilons, **CLOSE)


def test_clones_are_played_alike(random_games, state, solve_problems):
  game = random_games(6, 1, (2, 3))[0]
  problem = repeated(
    state(game, equilibria.MaximumEntropy(), "cce"),
    [np.array([2, 1]), np.array([1, 3, 1])],
  )
  joint = solve_problems([problem], SOLVER)[0][0]
  np.testing.assert_allclose(joint[0], joint[1], atol=1e-12)
  np.testing.assert_allclose(joint[:, 1], joint[:, 3], atol=1e-12)
  assert np.ptp(joint) > 0.01
