# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""How a value function of public beliefs is learned from examples."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int

from nes_spiel.pub_amg.learned_values import BeliefValue
from nes_spiel.pub_amg.network import BeliefNetwork
from nes_spiel.pub_amg.value_examples import Examples


def fit(
  network: BeliefNetwork,
  examples: Examples,
  steps: int,
  rng: np.random.Generator,
  batch: int = 512,
  learning_rate: float = 1e-3,
  report: Callable[[int, float], None] | None = None,
) -> BeliefValue:
  """Learns values, and what histories are worth, from examples.

  Args:
    network: its architecture.
    examples: of `collect`, concatenated.
    steps: of Adam, with a rate that falls to zero.
    rng: of first parameters and of batches.
    batch: examples per step.
    learning_rate: the first one.
    report: called with step and mean loss, every tenth of the steps.
  """
  optimizer = optax.adam(optax.cosine_decay_schedule(learning_rate, steps))
  parameters = network.init(jax.random.key(int(rng.integers(2**31))))
  memory, losses = optimizer.init(parameters), []

  @jax.jit
  def step(parameters: Any, memory: Any, chosen: Examples) -> Any:
    loss, slope = jax.value_and_grad(examples_loss)(parameters, network, chosen)
    change, memory = optimizer.update(slope, memory)
    return optax.apply_updates(parameters, change), memory, loss

  single = Examples(
    examples.public_state.astype(np.int32),
    examples.belief.astype(np.float32),
    examples.values.astype(np.float32),
  )
  for number in range(1, steps + 1):
    rows = rng.integers(len(single.public_state), size=batch)
    chosen = Examples(*(column[rows] for column in single))
    parameters, memory, loss = step(parameters, memory, chosen)
    if report is None:
      continue
    losses.append(loss)
    if number % max(1, steps // 10) == 0:
      report(number, float(np.mean(jax.device_get(losses))))
      losses = []
  return BeliefValue(network, jax.device_get(parameters))


def examples_loss(
  parameters: Any, network: BeliefNetwork, examples: Examples
) -> Float[Array, ""]:
  """Returns the mean squared error of what histories are worth.

  Under the belief, and a little under the uniform distribution, since a search
  also asks for histories that are not reached. What they are worth is the
  value's derivative, and their mean the value.
  """

  def one(
    public_state: Int[Array, ""],
    belief: Float[Array, " k"],
    values: Float[Array, " k"],
  ) -> Float[Array, ""]:
    slope = jax.grad(network.value, argnums=2)
    worth = slope(parameters, public_state, belief)
    exists = (belief > 0).astype(belief.dtype)
    even = exists / jnp.maximum(jnp.sum(exists), 1)
    return jnp.sum((0.5 * belief + 0.5 * even) * (worth - values) ** 2)

  columns: Any = examples
  return jnp.mean(jax.vmap(one)(*columns))
