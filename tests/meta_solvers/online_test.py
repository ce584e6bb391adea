# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""An online meta-solver learns from a run, and forgets it with the next."""

import numpy as np
import pytest

from nes_spiel import meta_solvers, nes
from nes_spiel.meta_solvers import online

pytestmark = pytest.mark.usefixtures("standard_promotion")
TUNING = nes.FineTuning(20, 1e-2)


@pytest.fixture(scope="module")
def first(random_network):
  """Returns a function from the number of players to a small network."""

  def build(players):
    config = nes.Config(
      players=players,
      inputs=("payoffs", "reference_logits"),
      payoff_channels=(8,),
      middle_channels=8,
      dual_channels=(8,),
    )
    return nes.Model(*random_network(config), {"rows": ("ME", "MT")})

  return build


@pytest.fixture
def make(first):
  """Returns a function that makes a solver of this network."""

  def build(tuning=TUNING, memory=2):
    return meta_solvers.OnlineMetaSolver(
      "online_test", "cce", tuning, memory, first
    )

  return build


@pytest.fixture(scope="module")
def run(random_games):
  """The meta-games of a run, with repeats: 1x1, 2x2, 3x2, 4x3."""
  (whole,) = random_games(0, 1, (4, 3))
  sizes = [(1, 1), (2, 2), (3, 2), (4, 3)]
  return [
    (
      whole[:, :rows, :columns].copy(),
      [[2] + [1] * (rows - 1), [3] + [1] * (columns - 1)],
    )
    for rows, columns in sizes
  ]


def answers(solver, run):
  return [solver.as_jpsro(*met)[0] for met in run]


@pytest.mark.reference
def test_it_keeps_what_the_loop_relies_on(make):
  meta_solvers.check_meta_solver(make().as_jpsro)


@pytest.mark.reference
def test_it_comes_closer_than_the_network_alone(make, run):
  exact = meta_solvers.exact_meta_solvers()["mecce"]
  right = answers(exact, run)[2:]

  def distance(solver):
    found = answers(solver, run)[2:]
    return [
      0.5 * np.abs(x - y).sum() for x, y in zip(found, right, strict=True)
    ]

  alone = distance(make(nes.FineTuning(0)))
  tuned = distance(make())
  assert np.less(tuned, alone).all(), (alone, tuned)
  assert tuned[-1] < 0.6 * alone[-1], (alone, tuned)


def test_a_meta_game_is_learned_from_once(make, run):
  solver = make()
  once = answers(solver, run)[-1]
  again, _ = solver.as_jpsro(*run[-1])
  np.testing.assert_array_equal(again, once)
  ignored, _ = solver.as_jpsro(*run[-1], ignore_repeats=True)
  assert not np.array_equal(ignored, once)


def test_the_next_run_starts_from_the_first_network(make, run):
  solver = make()
  whole = answers(solver, run)
  for left, right in zip(answers(solver, run), whole, strict=True):
    np.testing.assert_array_equal(left, right)
  elsewhere, _ = make().as_jpsro(*run[-1])
  assert not np.array_equal(elsewhere, whole[-1])  # it had learned
  other = run[-1][0] + np.eye(4, 3)
  solver.as_jpsro(other, run[-1][1])
  fresh = make()
  fresh.as_jpsro(other, run[-1][1])
  for name, array in fresh.to_arrays().items():
    np.testing.assert_array_equal(solver.to_arrays()[name], array)


@pytest.mark.parametrize("met", [2, 3])
def test_a_run_goes_on_from_its_arrays(make, run, met):
  whole = answers(make(), run)
  stopped = make()
  answers(stopped, run[:met])
  arrays = stopped.to_arrays()
  resumed = make()
  resumed.as_jpsro(*run[0])  # as OpenSpiel's loop does before it is restored
  resumed.restore({**arrays, "meta_game": run[0][0]})
  last, *rest = answers(resumed, run[met - 1 :])
  np.testing.assert_array_equal(last, whole[met - 1])
  for left, right in zip(rest, whole[met:], strict=True):
    np.testing.assert_array_equal(left, right)


def test_the_state_before_the_first_meta_game(make, run):
  solver = make()
  assert solver.to_arrays() == {}
  whole = answers(solver, run)
  solver.restore({})
  assert solver.to_arrays() == {}
  np.testing.assert_array_equal(answers(solver, run)[-1], whole[-1])


def test_anothers_arrays_are_refused(make, run):
  solver = make()
  answers(solver, run[:2])
  arrays = {
    name: array[:1] if "bias" in name else array
    for name, array in solver.to_arrays().items()
  }
  with pytest.raises(ValueError, match=r"bias.*expected float32"):
    make().restore(arrays)


def test_payoffs_are_standardised_before_they_lose_digits(run):
  payoffs, repeats = run[-1]
  target = meta_solvers.product_of_counts(repeats)
  plain = online.batch_of([online.SeenGame(payoffs, target)])
  far = online.batch_of([online.SeenGame(1e9 + payoffs, target)])
  np.testing.assert_allclose(far.payoffs, plain.payoffs, atol=1e-5)
  assert plain.payoffs.shape == (1, 2, 8, 8)
  assert plain.strategy_mask.sum(axis=2).tolist() == [[4, 3]]
  np.testing.assert_allclose(
    plain.selection.target_joint[0, :4, :3], target, atol=1e-7
  )


def test_psro_gets_marginals(make, run):
  class MetaGameOnly:
    def get_meta_game(self):
      return list(run[-1][0])

  marginals, joint = make().as_psro(MetaGameOnly(), return_joint=True)
  joint = joint.reshape(4, 3)
  np.testing.assert_allclose(marginals[0], joint.sum(axis=1), atol=1e-12)
  np.testing.assert_allclose(marginals[1], joint.sum(axis=0), atol=1e-12)


def test_no_memory_is_refused(make):
  with pytest.raises(ValueError, match="memory: expected 1 or more, got 0"):
    make(memory=0)
