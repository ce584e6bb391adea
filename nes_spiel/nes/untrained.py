# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A network that has learned nothing, to be trained online from scratch."""

import functools

import jax

from nes_spiel.nes.config import Config
from nes_spiel.nes.files import Model
from nes_spiel.nes.network import Network, Variables
from nes_spiel.nes.recipe import Recipe, check_inputs
from nes_spiel.nes.training import batch_loss, initial_state, recipe_batch
from nes_spiel.nes.training_games import Bucket

FIRST_BATCH = 32  # of each bucket, for the first averages


def untrained_model(config: Config, recipe: Recipe, seed: int = 0) -> Model:
  """Returns a network with random parameters and averages that fit them.

  Without averages batch normalisation would normalise nothing. So one batch of
  the recipe's random games of each bucket is passed through, and nothing is
  learned from it.

  Args:
    config: the architecture.
    recipe: whose buckets and rows the games are of.
    seed: of the parameters and these games.

  Raises:
    ValueError: a row that the network does not see, or games that are no cubes
      for one that needs them.
  """
  check_inputs(config, recipe)
  network = Network(config)
  begin, key = jax.random.split(jax.random.key(seed))
  first = jax.jit(functools.partial(initial_state, network, recipe))(begin)
  variables = first.variables
  for index, bucket in enumerate(recipe.buckets):
    variables = _with_averages(
      network,
      recipe,
      bucket._replace(batch=FIRST_BATCH),
      variables,
      jax.random.fold_in(key, index),
    )
  return Model(network, variables, {"rows": recipe.rows})


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def _with_averages(
  network: Network,
  recipe: Recipe,
  bucket: Bucket,
  variables: Variables,
  key: jax.Array,
) -> Variables:
  """Returns the variables after a batch in training, without its step."""
  batch = recipe_batch(key, network, recipe, bucket)
  return batch_loss(network, variables, batch, kind=recipe.payoffs)[1]
