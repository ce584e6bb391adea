# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Partners whose attention moves together are told from strangers."""

import itertools

import numpy as np
import pytest
from scipy import stats

from nes_spiel import d3c


def walks(runs, shared, seed=0, time=40):
  """Returns attention of agents whose moves are partly their partner's."""
  rng = np.random.default_rng(seed)
  moves = rng.normal(size=(runs, time, 2))
  return (moves + shared * rng.normal(size=(runs, time, 1))).cumsum(1)


def test_ten_runs_cannot_do_better_than_the_paper():
  found = d3c.synchrony(walks(10, shared=5.0))
  assert found.of_partners.min() > np.sort(found.of_all)[:-10].max()
  assert found.p_value == found.lowest
  assert round(found.lowest, 3) == 0.018
  # 1 / 190, ..., 10 / 190.
  assert found.lowest == pytest.approx(stats.hmean(np.arange(1, 11) / 190))


def test_every_pair_counts_once():
  attention = walks(3, shared=0.5)
  found = d3c.synchrony(attention)
  trajectories = [attention[run, :, agent] for run, agent in np.ndindex(3, 2)]
  moves = [np.diff(each) for each in trajectories]
  expected = {
    pair: stats.pearsonr(moves[pair[0]], moves[pair[1]]).statistic
    for pair in itertools.combinations(range(6), 2)
  }
  np.testing.assert_allclose(found.of_all, [*expected.values()], atol=1e-12)
  partners = [expected[0, 1], expected[2, 3], expected[4, 5]]
  np.testing.assert_allclose(found.of_partners, partners, atol=1e-12)
  above = [
    sum(each >= own - 1e-12 for each in expected.values()) for own in partners
  ]
  np.testing.assert_allclose(found.p_values, np.array(above) / 15)
  assert found.p_value == pytest.approx(stats.hmean(found.p_values))


def test_strangers_are_not_significant():
  """Without what they share, p below 0.05 comes about as often as it should."""
  found = [d3c.synchrony(walks(10, 0.0, seed)).p_value for seed in range(200)]
  # The harmonic mean is a little below what it should be: Wilson (2019).
  assert np.mean(np.array(found) < 0.05) < 0.15


@pytest.mark.parametrize(
  ("attention", "message"),
  [
    (np.zeros((1, 9, 2)), "at least two runs"),
    (np.zeros((4, 2, 2)), "three times"),
    (np.where(walks(4, 0.0) > 0, np.inf, 0), "finite"),
    (walks(3, 0.0) * [[[1, 1]], [[1, 0]], [[1, 1]]], "agent 1 in run 1"),
  ],
)
def test_mistakes_are_explained(attention, message):
  with pytest.raises(ValueError, match=message):
    d3c.synchrony(attention)
