# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Training learns, and resumes exactly."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import equilibria, nes, runs
from nes_spiel.equilibria import dual
from nes_spiel.nes import train_loop, training, training_games

pytestmark = pytest.mark.usefixtures("standard_promotion")
CONFIG = nes.Config(
  inputs=("payoffs", "reference_logits"),
  payoff_channels=(8, 8),
  middle_channels=8,
  dual_channels=(8,),
)
RECIPE = nes.Recipe((nes.Bucket(2, 3, 16, 1.0),), steps=75, learning_rate=3e-3)


# What a run returns is what its last checkpoint holds.
train = functools.partial(nes.train, refresh=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
  """A run that was not interrupted, and its losses."""
  folder, losses = tmp_path_factory.mktemp("whole"), []
  variables = train(
    CONFIG,
    RECIPE,
    folder=folder,
    save_every=25,
    report=lambda step, loss, variables: losses.append((step, loss)),
  )
  return variables, losses, folder


def same(left, right):
  leaves = zip(jax.tree.leaves(left), jax.tree.leaves(right), strict=True)
  return all(np.array_equal(x, y) for x, y in leaves)


@pytest.mark.reference
def test_the_loss_falls(whole):
  variables, losses, _ = whole
  assert [step for step, _ in losses] == [25, 50, 75]
  assert losses[-1][1] < losses[0][1] - 0.02
  assert losses[-1][1] < -0.05  # zero duals have 0
  assert all(np.isfinite(x).all() for x in jax.tree.leaves(variables))


@pytest.mark.reference
def test_a_stopped_run_resumes_exactly(whole, tmp_path):
  def kill(step, loss, variables):
    if step == 50:
      raise KeyboardInterrupt

  options = {"folder": tmp_path, "save_every": 25}
  with pytest.raises(KeyboardInterrupt):
    train(CONFIG, RECIPE, report=kill, **options)
  resumed = train(CONFIG, RECIPE, resume=True, **options)
  assert same(resumed, whole[0])


@pytest.mark.reference
def test_a_folder_is_of_one_run(whole, tmp_path):
  folder = whole[2]
  with pytest.raises(ValueError, match="holds a run"):
    train(CONFIG, RECIPE, folder=folder)
  faster = dataclasses.replace(RECIPE, learning_rate=0.1)
  with pytest.raises(ValueError, match="recipe="):
    train(CONFIG, faster, folder=folder, resume=True)
  with pytest.raises(ValueError, match="no checkpoint"):
    train(CONFIG, RECIPE, folder=tmp_path, resume=True)
  shorter = dataclasses.replace(RECIPE, steps=50)
  with pytest.raises(ValueError, match="has taken 75 already, got 50"):
    train(CONFIG, shorter, folder=folder, resume=True)
  with pytest.raises(ValueError, match="needs the folder"):
    train(CONFIG, RECIPE, resume=True)


@pytest.mark.reference
def test_a_loss_that_is_not_finite_stops_the_run(whole, tmp_path):
  arrays, values = runs.load_checkpoint(whole[2])
  values = {name: value for name, value in values.items() if name != "step"}
  poisoned = {
    name: array * np.nan if "bias" in name else array
    for name, array in arrays.items()
  }
  runs.save_checkpoint(tmp_path, 50, poisoned | {".step": np.int32(50)}, values)
  with pytest.raises(nes.TrainingDivergedError, match="steps 50 and 75"):
    train(CONFIG, RECIPE, folder=tmp_path, resume=True)
  assert len(runs.list_checkpoints(tmp_path)) == 1


def test_what_has_grown_keeps_what_it_had(random_network):
  """A new input is not heard at first, whatever it says."""
  narrow = dataclasses.replace(CONFIG, inputs=("payoffs",))
  wide = dataclasses.replace(CONFIG, inputs=("payoffs", "target_epsilon"))
  network, variables = random_network(narrow)
  first = training.initial_state(nes.Network(wide), RECIPE, jax.random.key(0))
  grown = train_loop.started_from(first, variables).variables
  game = np.random.default_rng(0).normal(size=(2, 3, 3)).astype(np.float32)
  problem, _ = equilibria.standardized_problem(
    jnp.asarray(game), equilibria.MaximumEntropy(0.5), "cce"
  )
  selection = equilibria.MaximumEntropy(0.5)

  def duals(network, variables):
    answer = jax.jit(
      lambda x: network.apply_problem(x, game, selection, problem)[0]
    )
    return answer(variables)

  np.testing.assert_allclose(
    duals(nes.Network(wide), grown), duals(network, variables), rtol=1e-6
  )


@pytest.mark.reference
def test_a_run_starts_from_a_trained_network(whole, tmp_path):
  """What is new in it changes nothing at first, and is then learned."""
  larger = dataclasses.replace(CONFIG, corrections=1)
  start = nes.Model(nes.Network(CONFIG), whole[0], {"steps": 75})
  first = training.initial_state(nes.Network(larger), RECIPE, jax.random.key(3))
  begun = train_loop.started_from(first, start.variables)
  batch = training_games.sample_batch(
    jax.random.key(1), RECIPE.buckets[0], 2, "cce", RECIPE.rows, 0.25
  )
  (before, _), (after, _) = (
    training.batch_loss(nes.Network(config), variables, batch)
    for config, variables in ((CONFIG, whole[0]), (larger, begun.variables))
  )
  np.testing.assert_allclose(after, before, rtol=1e-5)
  faster = dataclasses.replace(RECIPE, steps=25)
  train(larger, faster, folder=tmp_path, start=start)
  arrays, values = runs.load_checkpoint(tmp_path)
  assert values["started_from"] == {"steps": 75}
  assert values["horizons"] == [[0, 25]]
  changed = [name for name in arrays if "corrections/output" in name]
  assert any(arrays[name].any() for name in changed)
  train(larger, RECIPE, folder=tmp_path, resume=True)
  _, values = runs.load_checkpoint(tmp_path)
  assert values["started_from"] == {"steps": 75}
  assert values["horizons"] == [[0, 25], [25, 75]]


def test_games_are_standardised_and_masked():
  bucket = nes.Bucket(3, 5, 64, 1.0)
  batch = training_games.sample_batch(
    jax.random.key(0), bucket, 3, "cce", ("ME", "MT"), 0.25
  )
  sizes = np.asarray(batch.strategy_mask).sum(-1)
  assert sizes.min() == 1
  assert set(sizes.max(1)) == {3, 4, 5}
  cubes = (sizes == sizes.max(1, keepdims=True)).all(1)
  assert 16 <= cubes.sum() <= 48  # half of 64, and a few by chance
  assert set(sizes[cubes][:, 0]) == {3, 4, 5}
  for payoffs, target, size in zip(
    np.asarray(batch.payoffs),
    np.asarray(batch.selection.target_joint),
    sizes,
    strict=True,
  ):
    inside = tuple(slice(k) for k in size)
    real = payoffs[(slice(None), *inside)].reshape(3, -1)
    np.testing.assert_allclose(real.mean(1), 0, atol=1e-5)
    if real.shape[1] > 1:
      np.testing.assert_allclose((real**2).mean(1), 1, rtol=1e-4)
    assert np.count_nonzero(payoffs) == real.size
    np.testing.assert_allclose(target[inside].sum(), 1, rtol=1e-5)
    assert np.count_nonzero(target) == real[0].size


def test_zero_sum_games_are():
  bucket = nes.Bucket(4, 4, 8, 1.0)
  batch = training_games.sample_batch(
    jax.random.key(0), bucket, 2, "cce", ("ME",), 1.0
  )
  payoffs = np.asarray(batch.payoffs)
  np.testing.assert_allclose(payoffs[:, 0], -payoffs[:, 1], atol=1e-5)
  assert np.abs(payoffs).max() > 1
  assert batch.selection.target_joint is None


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"buckets": []}, "at least one Bucket"),
    ({"buckets": (nes.Bucket(5, 3, 8, 1.0),)}, "smallest <= size.*smallest=5"),
    ({"buckets": (nes.Bucket(2, 3, 0, 1.0),)}, "a batch and a share above 0"),
    ({"buckets": (nes.Bucket(2, 3, 8, -1.0),)}, "a batch and a share above 0"),
    ({"rows": ("ME", "MX")}, "Recipe.rows: expected .*'MX'"),
    ({"rows": ()}, "Recipe.rows: expected one or more"),
    ({"steps": 0}, "above 0, got 0"),
    ({"zero_sum": 1.5}, "a share, 0 to 1, got 1.5"),
    ({"learning_rate": float("nan")}, "above 0, got 75, nan"),
  ],
)
def test_what_cannot_be_trained_on_is_refused(options, message):
  with pytest.raises(ValueError, match=message):
    dataclasses.replace(RECIPE, **options)


@pytest.mark.usefixtures("unchecked")
def test_what_train_refuses():
  with pytest.raises(ValueError, match="save_every: expected at least 1"):
    train(CONFIG, RECIPE, save_every=0)
  blind = dataclasses.replace(CONFIG, inputs=("payoffs",))
  for begin in (train, nes.untrained_model):
    with pytest.raises(ValueError, match=r'MT needs .* "reference_logits"'):
      begin(blind, RECIPE)
  paper = dataclasses.replace(CONFIG, maps="paper", inputs=("payoffs",))
  plain = dataclasses.replace(RECIPE, rows=("ME",), cubes=0.5)
  for begin in (train, nes.untrained_model):
    with pytest.raises(ValueError, match="cubes alone"):
      begin(paper, plain)


def test_buckets_are_chosen_by_their_shares():
  recipe = nes.Recipe((nes.Bucket(2, 3, 1, 1.0), nes.Bucket(4, 5, 1, 3.0)))
  chosen = [train_loop.choose_bucket(recipe, 0, step) for step in range(2000)]
  assert np.mean(chosen) == pytest.approx(0.75, abs=0.04)


def test_every_row_of_a_batch_counts(random_network):
  network, variables = random_network(CONFIG)
  batch = training_games.sample_batch(
    jax.random.key(1), RECIPE.buckets[0], 2, "cce", RECIPE.rows, 0.25
  )

  @jax.jit
  def measure(payoffs):
    return jax.value_and_grad(
      lambda x: training.batch_loss(
        network, variables, batch._replace(payoffs=x)
      ),
      has_aux=True,
    )(payoffs)

  (loss, updated), gradient = jax.device_get(measure(batch.payoffs))
  assert np.isfinite(loss)
  assert (np.abs(gradient).reshape(16, -1).max(1) > 0).all()
  exists = np.asarray(batch.payoffs) != 0
  assert (gradient[~exists] == 0).all()
  counts = [
    leaf
    for name, leaf in runs.tree_to_arrays(updated).items()
    if "count" in name
  ]
  before = [
    leaf
    for name, leaf in runs.tree_to_arrays(variables).items()
    if "count" in name
  ]
  for new, old in zip(counts, before, strict=True):
    moved = np.flatnonzero(new != old)
    assert moved.tolist() == [2]  # three strategies: the class up to four


def test_the_loss_is_the_mean_of_the_games_duals(random_network):
  """Eq. 7 game by game; its gradient by the weights that are claimed."""
  network, variables = random_network(CONFIG)
  batch = training_games.sample_batch(
    jax.random.key(2), RECIPE.buckets[0], 2, "cce", ("ME",), 0.25
  )

  def one(parameters, payoffs, mask):
    problem, _ = equilibria.standardized_problem(
      payoffs, equilibria.MaximumEntropy(), "cce", mask
    )
    duals, _ = network.apply_problem(
      variables._replace(parameters=parameters),
      payoffs,
      equilibria.MaximumEntropy(),
      problem,
    )
    return dual.dual_excess(problem, duals)

  losses, gradients = jax.jit(
    jax.vmap(jax.value_and_grad(one), in_axes=(None, 0, 0))
  )(variables.parameters, batch.payoffs, batch.strategy_mask)
  weights = 1 / np.sqrt(training.LEAST_SIZE + np.abs(losses))

  def whole(parameters):
    moved = variables._replace(parameters=parameters)
    return training.batch_loss(network, moved, batch, is_training=False)[0]

  value, gradient = jax.jit(jax.value_and_grad(whole))(variables.parameters)
  np.testing.assert_allclose(value, np.mean(losses), rtol=1e-5)
  by_hand = jax.tree.map(
    lambda leaf: np.tensordot(weights, np.asarray(leaf), 1) / len(weights),
    gradients,
  )
  for seen, expected in zip(
    jax.tree.leaves(gradient), jax.tree.leaves(by_hand), strict=True
  ):
    np.testing.assert_allclose(seen, expected, rtol=1e-3, atol=1e-6)


def test_averages_are_of_the_parameters_as_they_are(random_network):
  """Whatever they were before, and of as many batches as are asked for."""
  network, variables = random_network(CONFIG)
  key = jax.random.key(5)
  refresh = jax.jit(
    functools.partial(training.refresh_averages, network, RECIPE)
  )
  plain = refresh(variables, key)
  stale = jax.tree.map(lambda x: x + 7, variables.averages)
  again = refresh(variables._replace(averages=stale), key)
  for one, other in zip(
    jax.tree.leaves(plain), jax.tree.leaves(again), strict=True
  ):
    np.testing.assert_array_equal(one, other)
  for one, other in zip(
    jax.tree.leaves(plain.parameters),
    jax.tree.leaves(variables.parameters),
    strict=True,
  ):
    np.testing.assert_array_equal(one, other)
  counts = plain.averages["duals_0_norm"]["count"]
  assert counts.sum() == training.REFRESHING * len(RECIPE.buckets)
  assert np.ptp(np.asarray(plain.averages["duals_0_norm"]["mean"])) > 0


def test_the_papers_maps_are_trained_on_cubes():
  """Eq. 19c pools over players at equal strategy numbers."""
  with pytest.raises(ValueError, match=r"recipe\.cubes: .*Eq. 19c.*got 0.5"):
    nes.train(nes.Config.paper(), RECIPE)
