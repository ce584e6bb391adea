# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A training run: progress, checkpoints, and going on where one stopped."""

import functools
import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np
from jax.experimental import multihost_utils
from tqdm import tqdm

from nes_spiel import runs
from nes_spiel.nes.config import Config
from nes_spiel.nes.files import Model
from nes_spiel.nes.network import Network, Variables
from nes_spiel.nes.recipe import Recipe, check_inputs
from nes_spiel.nes.training import (
  TrainingState,
  initial_state,
  refresh_averages,
  sharding,
  take_steps,
)

CHUNK = 25  # steps per compiled call, on one bucket


class TrainingDivergedError(RuntimeError):
  """The loss is not finite; the last checkpoint is from before that."""


def train(
  config: Config,
  recipe: Recipe,
  seed: int = 0,
  folder: str | os.PathLike[str] | None = None,
  resume: bool = False,
  save_every: int = 1000,
  report: Callable[[int, float, Variables], None] | None = None,
  start: Model | None = None,
  refresh: bool = True,
) -> Variables:
  """Trains a network, on all devices there are.

  With the same arguments, and on the same kind of devices, a run that was
  stopped and resumed ends with the same parameters as one that was not.

  After `jax.distributed.initialize` the devices are those of all processes.
  Each calls this with the same arguments, and a folder that all can read; the
  first alone writes and reports, and all return when that is done.

  Args:
    config: the architecture.
    recipe: how it is trained.
    seed: of the parameters, the games and the order of the buckets.
    folder: for checkpoints; none are written if None.
    resume: go on from the newest checkpoint in `folder`.
    save_every: steps between checkpoints, rounded up to whole chunks.
    report: called with step, mean loss and variables at every checkpoint.
    start: a trained network whose parameters a new run starts from. What has
      grown since starts at zero, what is new at random.
    refresh: take averages of batch moments anew at the end, for which a forward
      pass is compiled for every bucket; else they are the last checkpoint's.

  Returns:
    What the network has learned.

  Raises:
    ValueError: a folder that holds another run, or one when not resuming; a
      batch that cannot be divided among the devices; `save_every` below 1; what
      `untrained_model` refuses; `resume` without a folder, or with fewer steps
      than were taken.
    TrainingDivergedError: the loss is not finite; says at which step.
  """
  check_devices(recipe)
  check_inputs(config, recipe)
  if save_every < 1:
    raise ValueError(f"save_every: expected at least 1, got {save_every}.")
  network = Network(config)
  begin, key = jax.random.split(jax.random.key(seed))
  first = jax.jit(functools.partial(initial_state, network, recipe))(begin)
  identity = run_identity(config, recipe, seed)
  history: dict[str, Any] = {"horizons": [], "started_from": None}
  if resume:
    first, history = _restore(first, folder, identity, recipe.steps)
  elif folder is not None:
    runs.check_empty(folder)
  if start is not None and not resume:
    first = started_from(first, start.variables)
    facts = {name: x for name, x in start.facts.items() if name != "measured"}
    history["started_from"] = facts
  values = {**identity, **prolonged(history, int(first.step), recipe.steps)}
  losses, state = [], first
  for done, state, loss, since in _chunks(network, recipe, seed, key, first):
    losses.append(loss)
    if done < recipe.steps and done // save_every == since // save_every:
      continue
    if jax.process_index() == 0 and folder is not None:
      arrays = runs.tree_to_arrays(state)
      runs.save_checkpoint(folder, done, arrays, values, keep=2)
    if jax.process_index() == 0 and report is not None:
      report(done, float(np.mean(losses)), jax.device_get(state.variables))
    losses.clear()
  multihost_utils.sync_global_devices("the last checkpoint is written")
  if not refresh:
    return jax.device_get(state.variables)
  refreshed = jax.jit(
    functools.partial(refresh_averages, network, recipe),
    out_shardings=sharding(),
  )
  return jax.device_get(refreshed(state.variables, key))


def _chunks(
  network: Network, recipe: Recipe, seed: int, key: Any, state: TrainingState
) -> Iterator[tuple[int, TrainingState, float, int]]:
  """Trains; yields steps done, state, mean loss and steps done before.

  Raises:
    TrainingDivergedError: the loss is not finite.
  """
  # Whole on every device, so that any process can read it.
  compiled = jax.jit(
    take_steps, static_argnums=(0, 1, 2, 3), out_shardings=sharding()
  )
  first, others = int(state.step), jax.process_index() > 0
  # Where the steps leave it too: elsewhere they would be compiled twice.
  state = jax.jit(lambda x: x, out_shardings=sharding())(state)
  with tqdm(
    total=recipe.steps, initial=first, unit="step", disable=others
  ) as bar:
    for step in range(first, recipe.steps, CHUNK):
      count = min(CHUNK, recipe.steps - step)
      bucket = recipe.buckets[choose_bucket(recipe, seed, step)]
      state, losses = compiled(network, recipe, bucket, count, state, key)
      loss = float(np.mean(jax.device_get(losses)))
      if not (np.isfinite(loss) and _is_finite(state.variables)):
        raise TrainingDivergedError(
          f"The loss is {loss} between steps {step} and {step + count}."
        )
      bar.set_postfix_str(f"size {bucket.size}, loss {loss:.4f}", False)
      bar.update(count)
      yield step + count, state, loss, step


def _is_finite(variables: Variables) -> bool:
  """Returns whether every number that was learned is one."""
  leaves = jax.tree.leaves(jax.device_get(variables))
  return all(np.isfinite(leaf).all() for leaf in leaves)


def started_from(state: TrainingState, variables: Variables) -> TrainingState:
  """Returns a first state with what it shares with a network's variables.

  An array that has grown, by an input or channels, keeps what there was in its
  leading part and is zero in the rest.
  """
  arrays = runs.tree_to_arrays(state.variables)
  for name, array in runs.tree_to_arrays(variables).items():
    if name in arrays and _has_grown(array.shape, arrays[name].shape):
      grown = np.zeros_like(arrays[name])
      grown[tuple(slice(size) for size in array.shape)] = array
      arrays[name] = grown
  return state._replace(
    variables=runs.tree_from_arrays(state.variables, arrays)
  )


def _has_grown(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
  """Returns whether an array of one shape fits into the other's corner."""
  return len(old) == len(new) and all(
    x <= y for x, y in zip(old, new, strict=True)
  )


def prolonged(history: dict[str, Any], step: int, steps: int) -> dict[str, Any]:
  """Returns a run's history with the step from which it goes to `steps`."""
  horizons = history["horizons"]
  if not horizons or horizons[-1][1] != steps:
    horizons = [*horizons, [step, steps]]
  return {**history, "horizons": horizons}


def check_devices(recipe: Recipe) -> None:
  """Raises ValueError unless every batch divides among the devices."""
  count = jax.device_count()
  for bucket in recipe.buckets:
    if bucket.batch % count:
      raise ValueError(
        f"recipe: batches are divided among {count} devices; got {bucket}."
      )


def choose_bucket(recipe: Recipe, seed: int, step: int) -> int:
  """Returns which bucket the chunk that starts at a step draws from."""
  shares = np.array([bucket.share for bucket in recipe.buckets])
  rng = np.random.default_rng([seed, step])
  return int(rng.choice(len(shares), p=shares / shares.sum()))


def run_identity(config: Config, recipe: Recipe, seed: int) -> dict[str, Any]:
  """Returns what must be the same for a checkpoint to be resumed.

  The number of steps may be another: a run can be prolonged.
  """
  options = recipe.to_dict()
  del options["steps"]
  identity = {"config": config.to_dict(), "recipe": options, "seed": seed}
  return json.loads(json.dumps(identity))  # as it comes back from a file


def _restore(
  state: TrainingState,
  folder: str | os.PathLike[str] | None,
  identity: dict[str, Any],
  steps: int,
) -> tuple[TrainingState, dict[str, Any]]:
  """Returns the newest checkpoint's state, if it is one of this run.

  And its history: what it started from, and its horizons, the steps at which it
  was prolonged with those that it then had in all.
  """
  if folder is None:
    raise ValueError("train: resume needs the folder of the checkpoints.")
  arrays, values = runs.load_checkpoint(folder)
  runs.check_same_run(values, identity)
  if values["step"] > steps:
    raise ValueError(
      f"recipe.steps: {folder} has taken {values['step']} already, got {steps}."
    )
  history = {name: values[name] for name in ("horizons", "started_from")}
  return runs.tree_from_arrays(state, arrays), history
