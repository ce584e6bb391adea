# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""How a value function of public beliefs is learned from examples."""

import hashlib
import os
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int, Key

from nes_spiel import runs
from nes_spiel.pub_amg.learned_values import BeliefValue
from nes_spiel.pub_amg.network import BeliefNetwork
from nes_spiel.pub_amg.value_examples import Examples

CHUNK = 100  # steps of a compiled call
SAVE_EVERY = 1000


class Fit(NamedTuple):
  """Where a fit stands.

  Attributes:
    parameters: of the network.
    memory: of the optimiser.
  """

  parameters: Any
  memory: Any


def fit(
  network: BeliefNetwork,
  examples: Examples,
  steps: int,
  key: Key[Array, ""],
  batch: int = 512,
  learning_rate: float = 1e-3,
  report: Callable[[int, float], None] | None = None,
  folder: str | os.PathLike[str] | None = None,
  resume: bool = False,
) -> BeliefValue:
  """Learns values, and what histories are worth, from examples.

  With the same arguments a fit that was stopped and resumed ends with the same
  numbers as one that was not.

  Args:
    network: its architecture.
    examples: of `collect`, put together by `joined`.
    steps: of Adam, with a rate that falls to zero.
    key: of first parameters and of batches.
    batch: examples per step.
    learning_rate: the first one.
    report: called with step and mean loss, every hundred steps.
    folder: for checkpoints, every thousand steps; none are written if None.
    resume: go on from the newest one in `folder`.

  Raises:
    ValueError: no steps, examples or batch, a learning rate not above 0,
      examples that do not fit the network, a folder that holds another fit, or
      one when not resuming, or resuming without a folder.
  """
  _check(examples, steps, batch, learning_rate, folder, resume)
  _check_fits(network, examples)
  optimizer = optax.adam(optax.cosine_decay_schedule(learning_rate, steps))
  of_start, of_batches = jax.random.split(key)
  parameters = network.init(of_start)
  identity = _identity(network, examples, steps, key, batch, learning_rate)
  first = Fit(parameters, optimizer.init(parameters))
  now, done = _begun(first, identity, folder, resume)
  learn = _learner(network, optimizer, _single(examples), batch)
  while done < steps:
    count = min(CHUNK, steps - done)
    now, loss = learn(count, now, of_batches, np.int32(done))
    done += count
    if report is not None:
      report(done, float(loss))
    if folder is not None and (done % SAVE_EVERY == 0 or done == steps):
      arrays = runs.tree_to_arrays(now)
      runs.save_checkpoint(folder, done, arrays, identity, keep=2)
  return BeliefValue(network, jax.device_get(now.parameters))


def _begun(
  first: Fit, identity: dict[str, Any], folder: Any, resume: bool
) -> tuple[Fit, int]:
  """Returns where a fit starts, or goes on, and how many steps are done."""
  if folder is None:
    return first, 0
  if not resume:
    runs.check_empty(folder)
    return first, 0
  arrays, values = runs.load_checkpoint(folder)
  runs.check_same_run(values, identity)
  return runs.tree_from_arrays(first, arrays), values["step"]


def _learner(
  network: BeliefNetwork,
  optimizer: optax.GradientTransformation,
  examples: Examples,
  batch: int,
) -> Callable[..., tuple[Fit, Float[Array, ""]]]:
  """Returns what takes some steps, compiled for their count."""

  def step(now: Fit, key: Key[Array, ""]) -> tuple[Fit, Float[Array, ""]]:
    size = len(examples.public_state)
    rows = jax.random.randint(key, (batch,), 0, size, jnp.int32)
    chosen = Examples(*(column[rows] for column in examples))
    loss, slope = jax.value_and_grad(examples_loss)(
      now.parameters, network, chosen
    )
    change, memory = optimizer.update(slope, now.memory)
    return Fit(optax.apply_updates(now.parameters, change), memory), loss

  def learn(
    count: int, now: Fit, key: Key[Array, ""], done: Int[Array, ""]
  ) -> tuple[Fit, Float[Array, ""]]:
    numbers = done + jnp.arange(count, dtype=jnp.int32)
    keys = jax.vmap(jax.random.fold_in, (None, 0))(key, numbers)
    now, losses = jax.lax.scan(step, now, keys)
    return now, jnp.mean(losses)

  return jax.jit(learn, static_argnums=0)


def _single(examples: Examples) -> Examples:
  """Returns examples in single precision, on the device."""
  types = jnp.int32, jnp.float32, jnp.float32
  columns: Any = map(jnp.asarray, examples, types)
  return Examples(*columns)


def _check(
  examples: Examples,
  steps: int,
  batch: int,
  learning_rate: float,
  folder: Any,
  resume: bool,
) -> None:
  """Raises ValueError for a fit that cannot be."""
  numbers = {
    "steps": steps,
    "batch": batch,
    "examples": len(examples.public_state),
  }
  for name, number in numbers.items():
    if number < 1:
      raise ValueError(f"{name}: expected at least 1, got {number}.")
  if not 0 < learning_rate < np.inf:
    raise ValueError(
      f"learning_rate: expected a finite number above 0, got {learning_rate}."
    )
  if resume and folder is None:
    raise ValueError("folder: resume needs that of the checkpoints, got None.")


def _check_fits(network: BeliefNetwork, examples: Examples) -> None:
  """Raises ValueError for examples of a game that a network is not for."""
  shape = len(examples.public_state), network.histories
  for name in ("belief", "values"):
    seen = np.shape(getattr(examples, name))
    if seen != shape:
      raise ValueError(
        f"examples.{name}: expected the shape {shape}, by the public states "
        f"and the network, got {seen}."
      )
  last = network.public_states - 1
  wrong = [s for s in examples.public_state.tolist() if not 0 <= s <= last]
  if wrong:
    raise ValueError(
      f"examples.public_state: the network knows 0 to {last}, got {wrong[0]}."
    )


def _digest(examples: Examples) -> str:
  """Returns what tells examples from others."""
  columns = b"".join(np.ascontiguousarray(x).tobytes() for x in examples)
  return hashlib.sha256(columns).hexdigest()


def _identity(
  network: BeliefNetwork,
  examples: Examples,
  steps: int,
  key: Key[Array, ""],
  batch: int,
  learning_rate: float,
) -> dict[str, Any]:
  """Returns what must be the same for a checkpoint to be resumed."""
  return {
    "network": repr(network),
    "examples": _digest(examples),
    "steps": steps,
    "key": np.asarray(jax.random.key_data(key)).tolist(),
    "batch": batch,
    "learning_rate": learning_rate,
  }


def examples_loss(
  parameters: Any, network: BeliefNetwork, examples: Examples
) -> Float[Array, ""]:
  """Returns the mean squared error of what histories are worth.

  Half under the belief and half under the uniform distribution, since a search
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
