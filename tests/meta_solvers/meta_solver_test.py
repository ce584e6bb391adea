# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A meta-solver is the exact solver on what OpenSpiel's loops hand over."""

import dataclasses

import numpy as np
import pytest
from absl import logging

from nes_spiel import equilibria, games, meta_solvers, solvers

SOLVERS = meta_solvers.exact_meta_solvers()
MECCE = SOLVERS["mecce"]
CONCEPTS = ("ce", "cce")

REPEATS = [[2, 1, 3], [1, 4]]


def ones(shape):
  return [[1] * count for count in shape]


def repeat(meta_game, repeats):
  """Returns the game in which every policy occurs as often as it was found."""
  for player, counts in enumerate(repeats):
    meta_game = np.repeat(meta_game, counts, axis=player + 1)
  return meta_game


def merge(joint, repeats):
  """Returns the joint of unique policies: repeated ones are added up."""
  for player, counts in enumerate(repeats):
    first = np.cumsum([0, *counts[:-1]])
    joint = np.add.reduceat(joint, first, axis=player)
  return joint


def total_variation(left, right):
  return 0.5 * np.abs(left - right).sum()


@pytest.mark.parametrize(
  ("size", "expected"),
  [(1, 8), (7, 8), (8, 8), (9, 16), (16, 16), (17, 32)],
)
def test_bucket(size, expected):
  assert meta_solvers.padded_size(size) == expected


def test_product_of_counts():
  expected = np.outer([1 / 3, 1 / 6, 1 / 2], [1 / 5, 4 / 5])
  np.testing.assert_allclose(
    meta_solvers.product_of_counts(REPEATS), expected, rtol=1e-15
  )
  joint = meta_solvers.product_of_counts([[1, 1], [3], [1, 2]])
  np.testing.assert_allclose(
    joint, [[[1 / 6, 1 / 3]], [[1 / 6, 1 / 3]]], rtol=1e-15
  )


@pytest.mark.parametrize("name", ["mecce", "mece"])
def test_padding_to_a_bucket_changes_nothing(name, random_games):
  solver = SOLVERS[name]
  (meta_game,) = random_games(0, 1, (3, 2))
  target = meta_solvers.product_of_counts(REPEATS)
  padded = solver.solve(meta_game, target)
  selection = dataclasses.replace(solver.selection, target_joint=target)
  unpadded = solvers.solve(meta_game, solver.concept, selection)
  assert padded.joint.shape == (3, 2)
  np.testing.assert_allclose(padded.joint, unpadded.joint, atol=1e-9)
  np.testing.assert_allclose(padded.gap_sum, unpadded.gap_sum, atol=1e-9)
  np.testing.assert_allclose(padded.epsilon, unpadded.epsilon, atol=1e-9)


@pytest.fixture
def selecting():
  """Returns a function that makes ME solvers with a given rho."""

  def make(concept, rho):
    selection = equilibria.Selection(rho=rho, max_epsilon=4.0)
    return meta_solvers.MetaSolver(f"me{concept}", concept, selection)

  return make


# Eq. 6 is stated on the scale of Eq. 16, which a repeated strategy changes: it
# counts in the norm, and in Z = sqrt|A|. Below, every pair of columns holds +1
# and -1 and has one count, so mean and norm are the same with any counts; with
# max_epsilon given, the two games state one problem.
def test_repeats_are_repeated_strategies_on_one_scale(selecting):
  rows = np.array([[1, -1, 1, -1], [1, -1, -1, 1], [-1, 1, 1, -1]], float)
  meta_game = np.stack([rows, np.roll(rows, 1, axis=0)])
  repeats = [[2, 1, 3], [1, 1, 3, 3]]
  repeated = repeat(meta_game, repeats)
  np.testing.assert_allclose(repeated.mean((1, 2)), meta_game.mean((1, 2)))
  np.testing.assert_allclose(repeated.std((1, 2)), meta_game.std((1, 2)))
  solver = selecting("cce", rho=10.0)
  joint, extras = solver.as_jpsro(meta_game, repeats)
  alone, _ = solver.as_jpsro(meta_game, repeats, ignore_repeats=True)
  whole, _ = solver.as_jpsro(repeated, ones(repeated.shape[1:]))
  np.testing.assert_allclose(joint, merge(whole, repeats), atol=1e-8)
  assert extras["solution"].epsilon.max() > 1e-3  # epsilon was not negligible
  assert total_variation(joint, alone) > 0.05  # and the repeats mattered


# In any other game the two differ by what epsilon allows, which vanishes like
# 1 / rho: both tend to the equilibrium closest to the counts. So for CE, whose
# constraints on repeated strategies differ from those on their sum.
@pytest.mark.parametrize("concept", CONCEPTS)
def test_repeats_are_repeated_strategies_as_epsilon_vanishes(
  concept, selecting, random_games
):
  if concept == "cce":
    (meta_game,), repeats = random_games(9, 1, (3, 2)), REPEATS
  else:  # where the CE are many
    meta_game, repeats = games.classics.chicken(), [[3, 1], [1, 4]]
  repeated = repeat(meta_game, repeats)
  distances = []
  for rho in (1e4, 1e7):
    solver = selecting(concept, rho)
    joint, _ = solver.as_jpsro(meta_game, repeats)
    whole, _ = solver.as_jpsro(repeated, ones(repeated.shape[1:]))
    distances.append(total_variation(joint, merge(whole, repeats)))
  alone, _ = solver.as_jpsro(meta_game, repeats, ignore_repeats=True)
  assert distances[0] < 0.02
  assert distances[1] < 1e-4
  assert distances[1] < distances[0] / 100
  assert total_variation(joint, alone) > 0.05


@pytest.mark.parametrize("name", ["mecce", "mece"])
def test_ignoring_repeats_is_counting_each_once(name):
  # Chicken, whose equilibria are many, with a third row as good as the first.
  meta_game = games.classics.chicken()[:, [0, 1, 0]]
  solver = SOLVERS[name]
  ignored, _ = solver.as_jpsro(meta_game, REPEATS, ignore_repeats=True)
  once, _ = solver.as_jpsro(meta_game, ones((3, 2)))
  np.testing.assert_allclose(ignored, once, atol=1e-12)
  counted, _ = solver.as_jpsro(meta_game, REPEATS)
  assert total_variation(ignored, counted) > 1e-3


@pytest.mark.parametrize("name", ["mecce", "mece"])
def test_the_joint_follows_players_and_policies(name, random_games):
  solver = SOLVERS[name]
  (meta_game,) = random_games(2, 1, (3, 2))
  joint, _ = solver.as_jpsro(meta_game, REPEATS)
  order = [2, 0, 1]
  moved, _ = solver.as_jpsro(
    meta_game[:, order], [[REPEATS[0][i] for i in order], REPEATS[1]]
  )
  np.testing.assert_allclose(moved, joint[order], atol=1e-9)
  swapped, _ = solver.as_jpsro(
    meta_game[::-1].swapaxes(1, 2).copy(), REPEATS[::-1]
  )
  np.testing.assert_allclose(swapped, joint.T, atol=1e-9)


def test_the_meta_game_is_in_the_units_of_the_game(random_games):
  (meta_game,) = random_games(3, 1, (3, 2))
  joint, _ = MECCE.as_jpsro(meta_game, REPEATS)
  rescaled = 50 * meta_game - np.array([7.0, -300.0])[:, None, None]
  other, extras = MECCE.as_jpsro(rescaled, REPEATS)
  np.testing.assert_allclose(other, joint, atol=1e-8)
  first = MECCE.as_jpsro(meta_game, REPEATS)[1]["solution"]
  solution = extras["solution"]
  np.testing.assert_allclose(
    solution.gap_sum, 50 * first.gap_sum, rtol=1e-6, atol=1e-8
  )


def test_single_precision_meta_games_are_taken(random_games):
  (meta_game,) = random_games(4, 1, (3, 2))
  joint, _ = MECCE.as_jpsro(meta_game.astype(np.float32), REPEATS)
  double, _ = MECCE.as_jpsro(meta_game, REPEATS)
  assert joint.dtype == np.float64
  np.testing.assert_allclose(joint, double, atol=1e-5)


class MetaGameOnly:
  """A PSRO solver of which only the meta-game may be read."""

  def __init__(self, meta_game):
    self._meta_game = meta_game

  def get_meta_game(self):
    return list(self._meta_game)


@pytest.mark.parametrize("shape", [(3, 2), (2, 3, 2)])
def test_psro_reads_the_meta_game_alone(shape, random_games):
  (meta_game,) = random_games(6, 1, shape)
  expected = MECCE.solve(meta_game).joint
  fake = MetaGameOnly(meta_game)
  marginals, joint = MECCE.as_psro(fake, return_joint=True)
  assert [marginal.shape for marginal in marginals] == [(a,) for a in shape]
  np.testing.assert_array_equal(joint, expected.ravel(order="C"))
  for player, marginal in enumerate(marginals):
    others = tuple(p for p in range(len(shape)) if p != player)
    np.testing.assert_allclose(marginal, expected.sum(others), atol=1e-12)
  alone = MECCE.as_psro(fake)
  assert isinstance(alone, list)
  for left, right in zip(alone, marginals, strict=True):
    np.testing.assert_array_equal(left, right)


def test_failure_is_logged_with_the_reason(random_games, monkeypatch):
  (meta_game,) = random_games(0, 1, (3, 2))
  solve = solvers.solve

  def fail(*args, **options):
    status = solvers.Status.MAX_ITERATIONS
    return dataclasses.replace(solve(*args, **options), status=status)

  monkeypatch.setattr(solvers, "solve", fail)
  warned = []
  monkeypatch.setattr(logging, "warning", lambda *args: warned.append(args))
  MECCE.as_jpsro(meta_game, REPEATS)
  ((text, *values),) = warned
  assert (text % tuple(values)).startswith(
    "mecce: MAX_ITERATIONS on a game of shape (3, 2): residual "
  )
