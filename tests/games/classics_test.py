# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Each classic has the equilibria that its docstring states."""

import itertools

import numpy as np
import pytest
from scipy import optimize

from nes_spiel.games import classics

SYMMETRIC = (
  "chicken",
  "maximum_welfare_counterexample_cce",
  "maximum_welfare_counterexample_ce",
  "perturbed_rock_paper_scissors",
  "prisoners_dilemma",
  "rock_paper_scissors",
  "shapleys_game",
  "stag_hunt",
  "traffic",
)
ZERO_SUM = (
  "matching_pennies",
  "perturbed_rock_paper_scissors",
  "rock_paper_scissors",
)
# Pure Nash equilibria, strategies counted from 0, as the docstrings have them.
PURE_NASH = {
  "bach_or_stravinsky": [(0, 0), (1, 1)],
  "chicken": [(0, 1), (1, 0)],
  "matching_pennies": [],
  "perturbed_rock_paper_scissors": [],
  "prisoners_dilemma": [(1, 1)],
  "rock_paper_scissors": [],
  "shapleys_game": [],
  "stag_hunt": [(0, 0), (1, 1)],
  "traffic": [(0, 1), (1, 0)],
}
# Mixed Nash equilibrium of full support: row, column, worth to each.
THIRDS = (1 / 3, 1 / 3, 1 / 3)
MIXED_NASH = {
  "bach_or_stravinsky": ((2 / 3, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 2 / 3)),
  "chicken": ((1 / 3, 2 / 3), (1 / 3, 2 / 3), (14 / 3, 14 / 3)),
  "matching_pennies": ((0.5, 0.5), (0.5, 0.5), (0, 0)),
  "perturbed_rock_paper_scissors": (
    (0.2, 0.6, 0.2),
    (0.2, 0.6, 0.2),
    (0, 0),
  ),
  "rock_paper_scissors": (THIRDS, THIRDS, (0, 0)),
  "shapleys_game": (THIRDS, THIRDS, (1 / 3, 1 / 3)),
  "stag_hunt": ((3 / 4, 1 / 4), (3 / 4, 1 / 4), (3, 3)),
  "traffic": ((1 / 101, 100 / 101), (1 / 101, 100 / 101), (0, 0)),
}


def pure_nash(payoffs):
  """Returns every cell from which nobody gains by leaving alone."""
  row, column = payoffs
  best = (row == row.max(0)) & (column == column.max(1, keepdims=True))
  return [tuple(int(i) for i in cell) for cell in np.argwhere(best)]


def gain_rows(payoffs, concept):
  """Returns each deviation's gain per joint strategy, `[deviations, a1 * a2]`.

  Written for two players by loops, on purpose unlike the library's.
  """
  gains = []
  for player, deviation in itertools.product((0, 1), range(payoffs.shape[1])):
    gain = np.zeros((payoffs.shape[2], *payoffs.shape[1:]))
    for cell in np.ndindex(*payoffs.shape[1:]):
      to = (deviation, cell[1]) if player == 0 else (cell[0], deviation)
      gain[cell[player], *cell] = payoffs[player, *to] - payoffs[player, *cell]
    gains.extend(gain if concept == "ce" else [gain.sum(0)])
  return np.reshape(gains, (len(gains), -1))


def largest(payoffs, concept, objective):
  """Returns the largest expected objective in an equilibrium, and a joint."""
  gains = gain_rows(payoffs, concept)
  result = optimize.linprog(
    -objective.ravel(),
    A_ub=gains,
    b_ub=np.zeros(len(gains)),
    A_eq=np.ones((1, objective.size)),
    b_eq=[1],
  )
  assert result.status == 0
  return -result.fun, result.x.reshape(objective.shape)


def indicator(payoffs, cell):
  weights = np.zeros(payoffs.shape[1:])
  weights[cell] = 1
  return weights


@pytest.mark.parametrize("name", classics.NAMES)
def test_shape_and_dtype(name):
  payoffs = classics.make(name)
  assert payoffs.dtype == np.float64
  assert payoffs.ndim == 3
  assert len(payoffs) == 2
  assert np.isfinite(payoffs).all()


@pytest.mark.parametrize("name", classics.NAMES)
def test_symmetric_exactly_where_said(name):
  row, column = classics.make(name)
  assert np.array_equal(row, column.T) == (name in SYMMETRIC)


@pytest.mark.parametrize("name", classics.NAMES)
def test_zero_sum_exactly_where_said(name):
  payoffs = classics.make(name)
  totals = payoffs.sum(0)
  assert (np.ptp(totals) == 0) == (name in ZERO_SUM)
  if name in ZERO_SUM:
    assert not totals.any()
    assert not np.signbit(payoffs[payoffs == 0]).any()


@pytest.mark.parametrize("name", PURE_NASH)
def test_pure_nash(name):
  assert pure_nash(classics.make(name)) == PURE_NASH[name]


@pytest.mark.parametrize("name", MIXED_NASH)
def test_mixed_nash_makes_both_indifferent(name):
  row, column, worth = MIXED_NASH[name]
  payoffs = classics.make(name)
  np.testing.assert_allclose(payoffs[0] @ column, worth[0], atol=1e-12)
  np.testing.assert_allclose(row @ payoffs[1], worth[1], atol=1e-12)


@pytest.mark.parametrize("name", MIXED_NASH)
def test_mixed_nash_is_the_only_one_of_full_support(name):
  # Indifference and the sum fix the opponent's strategy if the rank is full.
  for matrix in (classics.make(name)[0], classics.make(name)[1].T):
    size = len(matrix)
    system = np.block([[matrix, -np.ones((size, 1))], [np.ones((1, size)), 0]])
    assert np.linalg.matrix_rank(system) == size + 1


def test_every_name_is_tabulated():
  counterexamples = {name for name in classics.NAMES if "counter" in name}
  assert set(PURE_NASH) | counterexamples == set(classics.NAMES)


@pytest.mark.parametrize(
  ("name", "joint", "worth"),
  [
    ("chicken", [[0, 1 / 3], [1 / 3, 1 / 3]], 5),
    ("traffic", [[0, 1 / 2], [1 / 2, 0]], 1 / 2),
    ("shapleys_game", (1 - np.eye(3)) / 6, 1 / 2),
  ],
)
def test_stated_correlated_equilibrium(name, joint, worth):
  payoffs = classics.make(name)
  joint = np.asarray(joint)
  assert (gain_rows(payoffs, "ce") @ joint.ravel() <= 1e-12).all()
  np.testing.assert_allclose((payoffs * joint).sum((1, 2)), worth)


@pytest.mark.parametrize("concept", ["ce", "cce"])
def test_dilemma_has_no_other_equilibrium(concept):
  payoffs = classics.prisoners_dilemma()
  for cell in [(0, 0), (0, 1), (1, 0)]:
    value, _ = largest(payoffs, concept, indicator(payoffs, cell))
    assert value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("penalty", [-999.0, -20.0])
def test_counterexample_ce_welfare(penalty):
  payoffs = classics.maximum_welfare_counterexample_ce(penalty)
  assert payoffs.sum(0).max() == pytest.approx(2.2)
  value, joint = largest(payoffs, "ce", payoffs.sum(0))
  assert value == pytest.approx(1)
  expected = np.zeros((4, 4))
  expected[:2, :2] = [[0, 1 / 4], [1 / 4, 1 / 2]]
  np.testing.assert_allclose(joint, expected, atol=1e-8)


def test_counterexample_ce_second_game_is_worse():
  payoffs = classics.maximum_welfare_counterexample_ce()[:, 2:, 2:]
  value, joint = largest(payoffs, "ce", payoffs.sum(0))
  assert value == pytest.approx(11 / 14)
  assert joint[1, 1] == pytest.approx(5 / 14)


def test_counterexample_ce_penalty():
  payoffs = classics.maximum_welfare_counterexample_ce(-7.0)
  for block in (payoffs[:, :2, 2:], payoffs[:, 2:, :2]):
    assert (block == -7).all()
  assert (payoffs == -7).sum() == 16
  with pytest.raises(ValueError, match="finite number; got nan"):
    classics.maximum_welfare_counterexample_ce(float("nan"))


def test_counterexample_cce():
  payoffs = classics.maximum_welfare_counterexample_cce()
  assert payoffs.sum(0).max() == payoffs[:, 1, 1].sum() == 6
  value, joint = largest(payoffs, "cce", payoffs.sum(0))
  assert value == pytest.approx(4)
  np.testing.assert_allclose(joint, indicator(payoffs, (0, 0)), atol=1e-8)
  assert (0, 0) in pure_nash(payoffs)


def test_counterexample_cce_best_cell():
  payoffs = classics.maximum_welfare_counterexample_cce()
  value, joint = largest(payoffs, "cce", indicator(payoffs, (1, 1)))
  assert value == pytest.approx(1 / 3)
  assert (payoffs * joint).sum() == pytest.approx(2)
  expected = sum(indicator(payoffs, c) for c in [(0, 2), (1, 1), (2, 0)]) / 3
  np.testing.assert_allclose(joint, expected, atol=1e-8)


def test_counterexample_cce_printed_second_entries():
  # Table 5b prints the column player's payoff in these cells.
  column = classics.maximum_welfare_counterexample_cce()[1]
  printed = {(0, 3): 2, (1, 2): 3, (1, 3): 7, (2, 1): 0, (2, 3): -6}
  printed |= {(3, 0): 0, (3, 1): -10, (3, 2): -10}
  assert {cell: column[cell] for cell in printed} == printed


def test_names_are_sorted_and_unique():
  assert list(classics.NAMES) == sorted(set(classics.NAMES))


def test_make_returns_a_fresh_array():
  classics.make("chicken")[:] = 0
  assert classics.make("chicken").any()


def test_make_refuses_unknown_names():
  with pytest.raises(ValueError, match=r"chicken.*traffic; got 'go'"):
    classics.make("go")
