# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Training without labels: the dual loss on random games (Section 4.3).

Where Appendix D.2 has steps of the rate, adaptive clipping and weight decay,
this has a cosine, clipping of the global norm and none, and it relates each
game's loss to its size.
"""

import dataclasses
import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int, Key

from nes_spiel.equilibria import Selection, dual
from nes_spiel.equilibria.problem import standardized_problem
from nes_spiel.nes.layers import GAMES
from nes_spiel.nes.network import Network, Variables
from nes_spiel.nes.recipe import Recipe
from nes_spiel.nes.training_games import (
  Batch,
  Bucket,
  Payoffs,
  sample_batch,
)

# The loss is convex in the duals, but behind a softplus near zero it is flat:
# gradients are as small as the duals there. Adam leaves such a plateau if its
# second moment forgets the first steps, whose gradients are large, and if no
# gradient is too small for it.
SECOND_MOMENT = 0.98
SMALLEST_GRADIENT = 1e-15
WARM_UP = 50
REFRESHING = 20  # batches of each bucket
LEAST_SIZE = 0.1  # of a game's loss, that of an easy 8x8 game is 0.2


class TrainingState(NamedTuple):
  """What a run goes on from.

  Attributes:
    variables: of the network.
    optimizer: optax's state.
    step: how many were taken.
  """

  variables: Variables
  optimizer: Any
  step: Int[Array, ""]


def make_optimizer(recipe: Recipe) -> optax.GradientTransformation:
  """Returns Adam with clipping, warm-up and a cosine."""
  rate = optax.warmup_cosine_decay_schedule(
    0.0, recipe.learning_rate, min(WARM_UP, recipe.steps // 2), recipe.steps
  )
  return optax.chain(
    optax.clip_by_global_norm(recipe.clip),
    optax.adam(rate, b2=SECOND_MOMENT, eps=SMALLEST_GRADIENT),
  )


def initial_state(
  network: Network, recipe: Recipe, key: Key[Array, ""]
) -> TrainingState:
  """Returns the state before the first step."""
  bucket = recipe.buckets[0]._replace(batch=1)
  start, games = jax.random.split(key)
  batch = recipe_batch(games, network, recipe, bucket)
  game = jax.tree.map(lambda x: x[0] if jnp.ndim(x) else x, batch)
  variables = network.init(start, *game)
  optimizer = make_optimizer(recipe).init(variables.parameters)
  return TrainingState(variables, optimizer, jnp.asarray(0, jnp.int32))


def recipe_batch(
  key: Key[Array, ""], network: Network, recipe: Recipe, bucket: Bucket
) -> Batch:
  """Samples games of a bucket as a recipe has them, for a network."""
  return sample_batch(
    key,
    bucket,
    network.config.players,
    network.config.concept,
    recipe.rows,
    recipe.zero_sum,
    recipe.cubes,
    recipe.payoffs,
  )


def batch_loss(
  network: Network,
  variables: Variables,
  batch: Batch,
  is_training: bool = True,
  kind: Payoffs = "invariant",
) -> tuple[Float[Array, ""], Variables]:
  """Returns the mean dual loss of a batch, as `dual_excess` has it.

  The gradient is that of another mean: dominance takes large duals, and a few
  such games would outweigh the others, so that each game's loss counts relative
  to the root of its size.

  Args:
    network: the architecture.
    variables: what it has learned.
    batch: of games.
    is_training: normalise by the batch and average its moments, as
      `Network.apply`; if not, games do not see each other.
    kind: "uniform" payoffs are taken as they come, see `Recipe.payoffs`.

  Returns:
    The loss, and the variables with the new averages.
  """

  def one(payoffs: Array, selection: Selection, mask: Array) -> Any:
    problem, _ = standardized_problem(
      payoffs, selection, network.config.concept, mask
    )
    if kind == "uniform":
      problem = dataclasses.replace(problem, payoffs=payoffs)
    duals, updated = network.apply_problem(
      variables, payoffs, selection, problem, is_training
    )
    return dual.dual_excess(problem, duals), updated

  axes = jax.tree.map(lambda leaf: 0 if jnp.ndim(leaf) else None, batch)
  losses, updated = jax.vmap(
    one, in_axes=tuple(axes), out_axes=(0, None), axis_name=GAMES
  )(*batch)
  weights = jax.lax.rsqrt(jax.lax.stop_gradient(LEAST_SIZE + jnp.abs(losses)))
  relative = jnp.mean(weights * losses)
  value = jax.lax.stop_gradient(jnp.mean(losses) - relative)
  return relative + value, updated


def sharding(*axes: str) -> jax.sharding.NamedSharding:
  """Returns an array's place on all devices of all processes.

  Args:
    *axes: "devices" for a leading axis that is divided among them; nothing for
      an array that every device has.
  """
  mesh = jax.sharding.Mesh(np.array(jax.devices()), ("devices",))
  return jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec(*axes))


def over_devices(batch: Batch) -> Batch:
  """Spreads the games of a batch over all devices; the rest follows."""
  spread = sharding("devices")

  def constrain(leaf: Any) -> Any:
    if not jnp.ndim(leaf) or spread.num_devices == 1:
      return leaf
    return jax.lax.with_sharding_constraint(leaf, spread)

  return jax.tree.map(constrain, batch)


def take_steps(
  network: Network,
  recipe: Recipe,
  bucket: Bucket,
  count: int,
  state: TrainingState,
  key: Key[Array, ""],
) -> tuple[TrainingState, Float[Array, " count"]]:
  """Takes some steps on one bucket; returns the state and each step's loss.

  Args:
    network: what is trained.
    recipe: how.
    bucket: of what sizes.
    count: how many steps.
    state: to go on from.
    key: the run's; each step folds its number in.
  """
  optimizer = make_optimizer(recipe)

  def step(state: TrainingState, _: None) -> tuple[TrainingState, Array]:
    drawn = jax.random.fold_in(key, state.step)
    batch = over_devices(recipe_batch(drawn, network, recipe, bucket))

    def loss(parameters: Any) -> tuple[Array, Variables]:
      variables = state.variables._replace(parameters=parameters)
      return batch_loss(network, variables, batch, kind=recipe.payoffs)

    (value, updated), gradient = jax.value_and_grad(loss, has_aux=True)(
      state.variables.parameters
    )
    change, memory = optimizer.update(gradient, state.optimizer)
    parameters = optax.apply_updates(state.variables.parameters, change)
    variables = updated._replace(parameters=parameters)
    return TrainingState(variables, memory, state.step + 1), value

  return jax.lax.scan(step, state, length=count)


def refresh_averages(
  network: Network, recipe: Recipe, variables: Variables, key: Key[Array, ""]
) -> Variables:
  """Returns variables with the batch moments that their parameters have now.

  Averages of a class of sizes are as old as its last batch: of a rare one, from
  before the parameters were what they are.

  Args:
    network: the architecture.
    recipe: whose buckets are sampled.
    variables: after training.
    key: of the games.
  """

  def see(
    bucket: Bucket, variables: Variables, drawn: Key[Array, ""]
  ) -> tuple[Variables, None]:
    batch = over_devices(recipe_batch(drawn, network, recipe, bucket))
    _, updated = batch_loss(network, variables, batch, kind=recipe.payoffs)
    return variables._replace(averages=updated.averages), None

  forgotten = jax.tree.map(jnp.zeros_like, variables.averages)
  variables = variables._replace(averages=forgotten)
  for bucket in recipe.buckets if forgotten else ():
    key, games = jax.random.split(key)
    drawn = jax.random.split(games, REFRESHING)
    seen = functools.partial(see, bucket)
    variables, _ = jax.lax.scan(seen, variables, drawn)
  return variables
