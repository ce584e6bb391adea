# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What GAMUT's classes accept and refuse, and those without a graph.

Loops follow the definitions on parameters recovered from the payoffs.
"""

import functools
import itertools

import jax
import numpy as np
import pytest
from gamut_samples import sample
from scipy import stats

from nes_spiel import games
from nes_spiel.games import gamut
from nes_spiel.games.gamut import random_games, symmetric

# Table 4 of Marris et al. (2022), D1 to D22.
TABLE_4 = [
  "BertrandOligopoly",
  "BidirectionalLEG-CG",
  "BidirectionalLEG-RG",
  "BidirectionalLEG-SG",
  "CovariantGame-Pos",
  "CovariantGame",
  "CovariantGame-Zero",
  "DispersionGame",
  "GraphicalGame-RG",
  "GraphicalGame-Road",
  "GraphicalGame-SG",
  "GraphicalGame-SW",
  "MinimumEffortGame",
  "PolymatrixGame-CG",
  "PolymatrixGame-RG",
  "PolymatrixGame-Road",
  "PolymatrixGame-SW",
  "RandomGame",
  "TravelersDilemma",
  "UniformLEG-CG",
  "UniformLEG-RG",
  "UniformLEG-SG",
]
ANY_COUNTS = [x for x in TABLE_4 if x.startswith(("Random", "Covariant"))]
# One class per sampler.
FAMILIES = sorted({name.split("-")[0]: name for name in TABLE_4}.values())
# Tested in gamut_graphs_test.py and gamut_local_effect_test.py.
ELSEWHERE = (
  "GraphicalGame",
  "PolymatrixGame",
  "BidirectionalLEG",
  "UniformLEG",
)
# The chance of a false alarm in each of the tests of a distribution.
RARE = 1e-4


def pure_nash(payoffs):
  """Returns the joint strategies from which nobody gains by leaving alone."""
  found = set()
  for joint in np.ndindex(*payoffs.shape[1:]):
    stays = True
    for player, payoff in enumerate(payoffs):
      for other in range(payoff.shape[player]):
        deviation = (*joint[:player], other, *joint[player + 1 :])
        stays &= payoff[deviation] <= payoff[joint] + 1e-4
    if stays:
      found.add(joint)
  return found


def test_the_names_are_those_of_the_paper():
  assert list(gamut.NAMES) == TABLE_4
  assert games.gamut is gamut


@pytest.mark.parametrize(
  "name", [name for name in TABLE_4 if name.split("-")[0] not in ELSEWHERE]
)
def test_every_class(name, check_gamut_class):
  check_gamut_class(name, (4, 4, 4))


@pytest.mark.parametrize("name", ANY_COUNTS)
def test_unequal_numbers_of_strategies(name):
  assert sample(name, (2, 3), 8).shape == (8, 2, 2, 3)


@pytest.mark.parametrize("name", sorted({*TABLE_4} - {*ANY_COUNTS}))
def test_classes_with_one_number_of_strategies(name):
  with pytest.raises(ValueError, match=rf"{name} needs .* \(3, 3\); got"):
    gamut.sample(name, jax.random.key(0), 8, (2, 3))


@pytest.mark.parametrize(
  ("name", "batch", "shape", "message"),
  [
    (
      "Chicken",
      1,
      (2, 2),
      r"BertrandOligopoly, .*UniformLEG-SG; got 'Chicken'",
    ),
    ("RandomGame", 0, (2, 2), "at least 1 game; got 0"),
    ("RandomGame", 1, (2,), r"at least 2 players.*got \(2,\)"),
    ("RandomGame", 1, (), r"at least 2 players.*got \(\)"),
    ("RandomGame", 1, (2, 0), r"at least 1 strategy; got \(2, 0\)"),
  ],
)
def test_refusals(name, batch, shape, message):
  with pytest.raises(ValueError, match=message):
    gamut.sample(name, jax.random.key(0), batch, shape)


def test_a_list_of_strategies_and_an_old_style_key(unchecked):
  old = jax.random.PRNGKey(0)
  drawn = gamut.sample("RandomGame", old, 64, [4, 4, 4])
  np.testing.assert_array_equal(drawn, sample("RandomGame"))


def test_under_jit():
  compiled = jax.jit(gamut.sample, static_argnums=(0, 2, 3))
  drawn = compiled("DispersionGame", jax.random.key(0), 64, (4, 4, 4))
  np.testing.assert_array_equal(drawn, sample("DispersionGame"))


@pytest.mark.parametrize("name", FAMILIES)
def test_double_precision_where_it_is_on(name, x64):
  draw = functools.partial(gamut.sample, name, batch=5, shape=(3, 3))
  assert jax.eval_shape(draw, jax.random.key(0)).dtype == "float64"


@pytest.mark.parametrize("name", FAMILIES)
def test_one_strategy(name):
  draw = functools.partial(gamut.sample, name, batch=5, shape=(1, 1))
  assert jax.eval_shape(draw, jax.random.key(0)).shape == (5, 2, 1, 1)


def test_the_only_claim():
  assert (sample("TravelersDilemma", (1, 1), 5) == 1).all()


def test_random_game():
  drawn = sample("RandomGame", (3, 5), 512)
  assert stats.kstest(drawn.ravel(), stats.uniform(-100, 200).cdf).pvalue > RARE
  one, two = drawn[:, 0].ravel(), drawn[:, 1].ravel()
  assert stats.pearsonr(one, two).pvalue > RARE
  assert stats.pearsonr(one[1:], one[:-1]).pvalue > RARE


@pytest.mark.parametrize(
  ("name", "correlation"),
  [("CovariantGame-Pos", 0.9), ("CovariantGame-Zero", 0.0)],
)
def test_covariance(name, correlation):
  drawn = sample(name).transpose(1, 0, 2, 3, 4).reshape(3, -1)
  for payoff in drawn:
    assert stats.kstest(payoff, "norm").pvalue > RARE
  # 4096 cells: four standard errors of a normal sample's correlation.
  error = 4 * (1 - correlation**2) / np.sqrt(drawn.shape[1])
  off_diagonal = np.corrcoef(drawn)[~np.eye(3, dtype=bool)]
  np.testing.assert_allclose(off_diagonal, correlation, atol=error)


@pytest.mark.parametrize("players", [2, 3])
def test_correlation_is_uniform_on_what_there_is(players):
  shape = (24, 24) if players == 2 else (8, 8, 8)
  drawn = sample("CovariantGame", shape, 200).reshape(200, players, -1)
  r = np.array(
    [np.corrcoef(game)[np.triu_indices(players, 1)] for game in drawn]
  )
  lowest = -1 / (players - 1)
  assert r.min() >= lowest - 0.1
  # More than 500 cells: errors of up to 0.04 do not show in 200 games.
  expected = stats.uniform(lowest, 1 - lowest).cdf
  assert stats.kstest(r.mean(1), expected).pvalue > RARE
  # The same between any two players: so, within four standard errors.
  assert np.ptp(r, axis=1).max() < 8 / np.sqrt(drawn.shape[2])


def test_extreme_correlations():
  key = jax.random.key(0)
  opposed = random_games.covariant_game(key, (3, 3, 3), correlation=-0.5)
  np.testing.assert_allclose(opposed.sum(0), 0, atol=1e-5)
  assert np.asarray(opposed).std() > 0.7
  agreed = random_games.covariant_game(key, (3, 3, 3), correlation=1.0)
  np.testing.assert_allclose(agreed[1:], agreed[:-1], atol=1e-5)


@pytest.mark.parametrize("correlation", [-0.51, 1.01, float("nan")])
def test_correlations_that_there_are_not(correlation):
  with pytest.raises(ValueError, match=r"from -0\.5 to 1 for 3 players; got"):
    random_games.covariant_game(jax.random.key(0), (2, 2, 2), correlation)


@pytest.mark.parametrize("shape", [(4, 4, 4), (2, 2, 2), (3, 3)])
def test_dispersion_game(shape):
  best = min(len(shape), shape[0])
  for payoffs in sample("DispersionGame", shape, 64)[:8]:
    assert (payoffs == payoffs[0]).all()
    assert abs(payoffs).max() <= 100
    joints = list(np.ndindex(*shape))
    entropy = [
      stats.entropy([joint.count(k) for k in range(shape[0])])
      for joint in joints
    ]
    worth = [payoffs[0][joint] for joint in joints]
    # Each is an increasing function of the other.
    np.testing.assert_array_equal(
      stats.rankdata(worth, "dense"),
      stats.rankdata(np.round(entropy, 9), "dense"),
    )
    most_spread = {joint for joint in joints if len({*joint}) == best}
    assert most_spread <= pure_nash(payoffs)
    assert payoffs[0].max() == payoffs[0][min(most_spread)]


def test_spreads_of_equal_entropy():
  # log2(8) - 4 log2(4) / 8 = log2(8) - 4 * 2 log2(2) / 8 = 2 bits.
  rank = symmetric._dispersion_rank((5,) * 8)
  assert rank[0, 0, 0, 0, 1, 2, 3, 4] == rank[0, 0, 1, 1, 2, 2, 3, 3]
  assert rank[0, 0, 0, 0, 1, 1, 2, 2] < rank[0, 0, 1, 1, 2, 2, 3, 3]


def test_minimum_effort_game():
  drawn = sample("MinimumEffortGame")
  c = drawn[:, 0, 0, 0, 0] - drawn[:, 0, 1, 0, 0]
  b = drawn[:, 0, 1, 1, 1] - drawn[:, 0, 0, 0, 0] + c
  a = drawn[:, 0, 0, 0, 0] - b + c
  for values, interval in [(a, (-100, 200)), (b, (0, 100)), (c / b, (0, 1))]:
    assert stats.kstest(values, stats.uniform(*interval).cdf).pvalue > RARE
  for joint in np.ndindex(4, 4, 4):
    for player in range(3):
      np.testing.assert_allclose(
        drawn[:, player, *joint],
        a + b * (min(joint) + 1) - c * (joint[player] + 1),
        atol=1e-3,
      )


def test_minimum_effort_equilibria():
  for payoffs in sample("MinimumEffortGame")[:8]:
    common = [(k, k, k) for k in range(4)]
    assert pure_nash(payoffs) == set(common)
    assert (np.diff([payoffs[0][joint] for joint in common]) > 0).all()


def test_travelers_dilemma():
  drawn = sample("TravelersDilemma")
  reward = drawn[:, 0, 0, 3, 3] - 1
  assert stats.kstest(reward, stats.uniform(1, 3).cdf).pvalue > RARE
  for joint in np.ndindex(4, 4, 4):
    for player in range(3):
      alone = joint[player] == min(joint) and joint.count(min(joint)) == 1
      np.testing.assert_allclose(
        drawn[:, player, *joint], min(joint) + 1 + alone * reward, atol=1e-5
      )


def test_travelers_dilemma_equilibria():
  # At the lowest claim of 1 the others are indifferent: they pay no penalty.
  expected = {
    joint
    for joint in np.ndindex(4, 4, 4)
    if min(joint) == 0 and (joint.count(0) > 1 or sorted(joint)[1] == 1)
  }
  for payoffs in sample("TravelersDilemma")[:8]:
    assert pure_nash(payoffs) == expected
  for payoffs in sample("TravelersDilemma", (4, 4))[:8]:
    assert pure_nash(payoffs) == {(0, 0), (0, 1), (1, 0)}


def test_travelers_dilemma_unravels():
  for row, _ in sample("TravelersDilemma", (4, 4))[:8]:
    for claims in (4, 3, 2):
      left = row[:claims, :claims]
      assert (left[-1] <= left[-2]).all()
      assert (left[-1] < left[-2]).any()


@pytest.mark.parametrize(
  "name",
  [
    "BertrandOligopoly",
    "DispersionGame",
    "MinimumEffortGame",
    "TravelersDilemma",
  ],
)
def test_symmetric_classes(name):
  drawn = sample(name)
  for order in itertools.permutations(range(3)):
    for player in range(3):
      permuted = drawn[:, order[player]].transpose(0, *[1 + p for p in order])
      np.testing.assert_array_equal(permuted, drawn[:, player])
