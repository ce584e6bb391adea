# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Fine-tuning lowers the loss of the games it is given, and touches no more."""

import jax
import numpy as np
import pytest

from nes_spiel import nes
from nes_spiel.nes import fine_tuning, training, training_games

pytestmark = pytest.mark.usefixtures("standard_promotion")
CONFIG = nes.Config(
  inputs=("payoffs", "reference_logits"),
  payoff_channels=(8,),
  middle_channels=8,
  dual_channels=(8,),
)
BUCKET = nes.Bucket(2, 3, 4, 1.0)


@pytest.fixture(scope="module")
def games():
  key = jax.random.key(0)
  return training_games.sample_batch(key, BUCKET, 2, "cce", ("ME", "MT"), 0.5)


@pytest.fixture(scope="module")
def start(random_network):
  return random_network(CONFIG)


@pytest.fixture(scope="module")
def loss(start, games):
  """Returns a function from variables to the loss of the games."""
  compiled = jax.jit(
    lambda variables: training.batch_loss(start[0], variables, games, False)[0]
  )
  return lambda variables: float(compiled(variables))


def same(left, right):
  leaves = zip(jax.tree.leaves(left), jax.tree.leaves(right), strict=True)
  return all(np.array_equal(x, y) for x, y in leaves)


def tune(start, games, *options):
  return nes.fine_tune(*start, games, nes.FineTuning(*options))


@pytest.mark.reference
def test_the_loss_falls_and_averages_stay(start, games, loss):
  tuned = tune(start, games, 30, 1e-2)
  np.testing.assert_allclose(tuned.loss_before, loss(start[1]), rtol=1e-5)
  np.testing.assert_allclose(
    tuned.loss_after, loss(tuned.variables), rtol=1e-5, atol=1e-6
  )
  assert tuned.loss_after < tuned.loss_before - 0.1
  assert same(tuned.variables.averages, start[1].averages)
  leaves = jax.tree.leaves(tuned.variables)
  assert all(np.isfinite(leaf).all() for leaf in leaves)
  assert same(tuned, tune(start, games, 30, 1e-2))


def test_a_step_is_adams(start, games):
  """The first one moves each parameter by the rate, against its gradient."""
  tuned = tune(start, games, 1, 1e-4)
  slopes = jax.grad(
    lambda parameters: training.batch_loss(
      start[0], start[1]._replace(parameters=parameters), games, False
    )[0]
  )
  gradient = jax.jit(slopes)(start[1].parameters)
  moved = jax.tree.map(
    lambda new, old: np.asarray(new) - np.asarray(old),
    tuned.variables.parameters,
    start[1].parameters,
  )
  compared = 0
  for change, slope in zip(
    jax.tree.leaves(moved), jax.tree.leaves(gradient), strict=True
  ):
    clear = np.abs(slope) > 1e-5
    compared += clear.sum()
    expected = -1e-4 * np.sign(slope)
    np.testing.assert_allclose(change[clear], expected[clear], atol=2e-6)
  assert compared > 100


def test_no_step_changes_nothing(start, games):
  tuned = tune(start, games, 0)
  assert same(tuned.variables, start[1])
  assert tuned.loss_before == tuned.loss_after


def test_what_is_worse_is_not_kept(start, games, loss):
  tuned = tune(start, games, 5, 1e6)
  np.testing.assert_allclose(tuned.loss_after, loss(tuned.variables), rtol=1e-5)
  assert tuned.loss_after <= tuned.loss_before
  assert all(np.isfinite(x).all() for x in jax.tree.leaves(tuned.variables))


def test_a_network_that_is_not_finite_comes_back(start, games):
  poisoned = jax.tree.map(lambda leaf: leaf * np.float32(np.nan), start[1])
  tuned = tune((start[0], poisoned), games, 5)
  assert not np.isfinite(tuned.loss_after)
  leaves = jax.tree.leaves(tuned.variables.parameters)
  assert all(np.isnan(leaf).all() for leaf in leaves)


def test_the_number_of_steps_is_not_compiled(start, games):
  tune(start, games, 2)
  before = fine_tuning._descend._cache_size()
  tune(start, games, 7, 1e-3, 2.0)
  assert fine_tuning._descend._cache_size() == before


@pytest.mark.parametrize(
  ("options", "reason"),
  [
    ({"steps": -1}, "steps: expected 0 or more, got -1"),
    ({"learning_rate": 0.0}, "learning_rate: expected .* above 0, got 0.0"),
    ({"learning_rate": float("nan")}, "learning_rate: .* got nan"),
    ({"clip": -1.0}, "clip: expected .* above 0, got -1.0"),
    ({"clip": float("inf")}, "clip: expected a finite .* got inf"),
  ],
)
def test_bad_input_is_refused(options, reason):
  with pytest.raises(ValueError, match=reason):
    nes.FineTuning(**options)


@pytest.mark.reference
def test_an_untrained_network_has_averages_that_fit():
  recipe = nes.Recipe((BUCKET, nes.Bucket(4, 6, 4, 1.0)))
  model = nes.untrained_model(CONFIG, recipe)
  assert model.facts == {"rows": recipe.rows}
  norms = model.variables.averages.values()
  for norm in norms:
    # A batch counts for the class of its largest game: up to 4, and up to 8.
    np.testing.assert_array_equal(norm["count"], [0, 0, 1, 1, 0, 0, 0, 0])
    assert (norm["variance"][2:4] > 0).all()
    assert not np.array_equal(norm["mean"][2], np.zeros_like(norm["mean"][2]))
  assert same(model.variables, nes.untrained_model(CONFIG, recipe).variables)
  other = nes.untrained_model(CONFIG, recipe, seed=1)
  assert not same(model.variables.parameters, other.variables.parameters)
