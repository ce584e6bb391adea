# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The ablations of Figure 3d are what they say, and change nothing else."""

import dataclasses
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nes_spiel import equilibria, nes
from nes_spiel.nes import train_loop, training, training_games

LINEAR = nes.Config(
  inputs=("payoffs",),
  payoff_channels=(4,),
  middle_channels=4,
  dual_channels=(4,),
  activation="linear",
)
CUBES = nes.Recipe((nes.Bucket(3, 3, 64, 1.0),), ("ME",), 0.0, cubes=1.0)
UNIFORM = dataclasses.replace(CUBES, payoffs="uniform")


def sample(recipe, network):
  (bucket,) = recipe.buckets
  return training.recipe_batch(jax.random.key(0), network, recipe, bucket)


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_a_linear_network_is_linear_up_to_its_softplus(
  activation, random_network, random_games
):
  config = dataclasses.replace(LINEAR, activation=activation)
  network, variables = random_network(config)
  left, right = random_games(0, 2, (3, 3)).astype(np.float32)
  problem, _ = equilibria.standardized_problem(
    jnp.asarray(left), equilibria.MaximumEntropy(), "cce"
  )

  @jax.jit
  def before_softplus(payoffs):
    stated = dataclasses.replace(problem, payoffs=payoffs)
    duals, _ = network.apply_problem(
      variables, payoffs, equilibria.MaximumEntropy(), stated
    )
    return jnp.log(jnp.expm1(3 * duals))  # shared among 3 strategies

  ends = np.stack([before_softplus(left), before_softplus(right)])
  assert np.ptp(ends) > 0.1
  bend = np.abs(before_softplus((left + right) / 2) - ends.mean(0)).max()
  assert (bend < 1e-4) == (activation == "linear")


def test_only_a_linear_network_lacks_maxima():
  for activation, has_maxima in (("linear", False), ("relu", True)):
    config = dataclasses.replace(LINEAR, activation=activation, concept="ce")
    parameters = nes.Network(config).variables_like().parameters
    names = [name for layer in parameters.values() for name in layer]
    assert any(name.endswith("_max") for name in names) == has_maxima
    assert any(name.endswith("_mean") for name in names)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
  "options",
  [{"activation": "tanh"}, {"corrections": 1}, {"normalization": "game"}],
)
def test_what_is_not_linear_is_refused(options):
  with pytest.raises(ValueError, match="Config"):
    dataclasses.replace(LINEAR, **options)


def test_descriptions_from_before_are_read_and_written_as_they_were():
  usual = nes.Config()
  assert "activation" not in usual.to_dict()
  assert nes.Config.from_dict(usual.to_dict()) == usual
  values = json.loads(json.dumps(LINEAR.to_dict()))
  assert values["activation"] == "linear"
  assert nes.Config.from_dict(values) == LINEAR
  identity = train_loop.run_identity(usual, nes.RECIPES["cce_2p"][1], 0)
  assert not {"cubes", "payoffs"} & set(identity["recipe"])
  identity = train_loop.run_identity(usual, UNIFORM, 0)
  assert identity["recipe"]["payoffs"] == "uniform"
  assert identity["recipe"]["cubes"] == 1


def test_cubes_alone_have_no_mask():
  batch = sample(CUBES, nes.Network(LINEAR))
  assert batch.strategy_mask.all()
  mixed = sample(dataclasses.replace(CUBES, cubes=0.5), nes.Network(LINEAR))
  assert not mixed.strategy_mask.all()


def test_uniform_payoffs_are_neither_centred_nor_scaled():
  payoffs = np.asarray(sample(UNIFORM, nes.Network(LINEAR)).payoffs)
  assert np.abs(payoffs).max() <= 3**0.5
  assert payoffs.mean() == pytest.approx(0, abs=0.1)
  assert payoffs.var() == pytest.approx(1, abs=0.1)
  assert np.abs(payoffs.mean((2, 3))).max() > 0.3
  assert np.ptp(payoffs.std((2, 3))) > 0.3


def test_uniform_payoffs_are_seen_and_lost_by_as_drawn(random_network):
  """Larger payoffs are another problem to them, and the same one to others."""
  network, variables = random_network(LINEAR)
  batch = sample(CUBES, network)  # standardised: here both say the same
  larger = batch._replace(payoffs=2 * batch.payoffs + 1)

  def loss(games, kind):
    return training.batch_loss(network, variables, games, kind=kind)[0]

  as_drawn, invariant = (
    jax.jit(loss, static_argnums=1)(batch, kind)
    for kind in ("uniform", "invariant")
  )
  np.testing.assert_allclose(as_drawn, invariant, rtol=1e-4)
  moved = jax.jit(loss, static_argnums=1)(larger, "invariant")
  np.testing.assert_allclose(moved, invariant, rtol=1e-3)
  assert abs(jax.jit(loss, static_argnums=1)(larger, "uniform") - moved) > 0.1


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"cubes": -0.5}, "Recipe.cubes: expected a share"),
    ({"payoffs": "normal"}, "Recipe.payoffs: expected one of .*'normal'"),
    ({"rows": ("ME", "MS")}, "without welfare and epsilon"),
    ({"rows": ("MU",)}, "without welfare and epsilon"),
  ],
)
def test_recipes_that_cannot_be_are_refused(options, message):
  with pytest.raises(ValueError, match=message):
    dataclasses.replace(UNIFORM, **options)


def test_masked_uniform_payoffs_are_zero():
  bucket = nes.Bucket(2, 3, 32, 1.0)
  batch = training_games.sample_batch(
    jax.random.key(0), bucket, 2, "cce", ("ME",), 0.5, kind="uniform"
  )
  real = np.asarray(batch.strategy_mask).sum(-1).prod(-1)
  assert (np.count_nonzero(batch.payoffs, axis=(1, 2, 3)) <= 2 * real).all()
  assert real.min() < 9
