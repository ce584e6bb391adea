# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What is known of many runs of agents at a time, and kept in checkpoints."""

import functools
import os
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float, Key

from nes_spiel import runs as checkpoints
from nes_spiel.d3c.agent_steps import (
  AgentState,
  Setting,
  first_state,
  learn_batches,
)
from nes_spiel.d3c.algorithm import Outcome


class Progress(NamedTuple):
  """What a checkpoint holds.

  Attributes:
    states: of all runs.
    returns: `[windows, runs, n]`.
    events: leaves `[windows, runs, ...]`.
    log_mixing: `[windows + 1, runs, n, n]`.
  """

  states: AgentState
  returns: Float[np.ndarray, "windows runs n"]
  events: Any
  log_mixing: Float[np.ndarray, "windows+1 runs n n"]


def start(setting: Setting, keys: Key[Array, " runs"]) -> Progress:
  """Returns what is known before the first batch.

  Args:
    setting: of all runs.
    keys: `[runs]`, of their starts.
  """
  states = jax.vmap(lambda key: first_state(setting, key))(keys)
  rows = np.asarray(states.mixing.log_row)
  batch = functools.partial(learn_batches, setting, 1)
  _, brought = jax.eval_shape(batch, keys, states, np.int32(0))
  nothing = jax.tree.map(lambda x: np.zeros((0, *x.shape), x.dtype), brought)
  return Progress(states, nothing.returns, nothing.events, rows[None])


def grown(progress: Progress, states: AgentState, brought: Outcome) -> Progress:
  """Returns what is known after some more batches.

  Args:
    progress: before them.
    states: after them.
    brought: their mean.
  """
  known = progress.returns, progress.events, progress.log_mixing
  latest = brought.returns, brought.events, states.mixing.log_row
  return Progress(
    states,
    *jax.tree.map(lambda x, y: np.concatenate([x, y[None]]), known, latest),
  )


def restore(
  progress: Progress,
  folder: str | os.PathLike[str] | None,
  identity: dict[str, Any],
  batches: int,
  record_every: int,
) -> Progress:
  """Returns the newest checkpoint, if it is one of this training.

  Args:
    progress: at the start of the training.
    folder: of the checkpoints.
    identity: what must be the same in both.
    batches: that there may be at most.
    record_every: batches between what is recorded.

  Raises:
    ValueError: no folder, nothing there, or another training.
  """
  if folder is None:
    raise ValueError("folder: resume needs that of the checkpoints, got None.")
  arrays, values = checkpoints.load_checkpoint(folder)
  checkpoints.check_same_run(values, identity)
  if values["step"] > batches:
    raise ValueError(
      f"batches: {folder} has {values['step']} already, got {batches}."
    )
  windows = values["step"] // record_every
  returns, events = jax.tree.map(
    lambda x: np.zeros((windows, *x.shape[1:]), x.dtype),
    (progress.returns, progress.events),
  )
  like = progress._replace(
    returns=returns,
    events=events,
    log_mixing=np.repeat(progress.log_mixing[:1], windows + 1, axis=0),
  )
  return checkpoints.tree_from_arrays(like, arrays)
