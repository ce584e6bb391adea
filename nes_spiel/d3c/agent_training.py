# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Many runs of agents that learn from mixed rewards, and can be resumed."""

import dataclasses
import math
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key
from tqdm import tqdm

from nes_spiel import runs as checkpoints
from nes_spiel.d3c import agent_progress, learner
from nes_spiel.d3c.agent_progress import Progress
from nes_spiel.d3c.agent_steps import Setting, compiled_batches, make_setting
from nes_spiel.d3c.algorithm import Algorithm
from nes_spiel.d3c.envs import Environment
from nes_spiel.d3c.mixing_options import MixingOptions
from nes_spiel.d3c.training import TrainingStatus
from nes_spiel.games import number_checks

# Ten times Table 1's step. With Table 1 and raw features policies of
# Trust-Your-Brother settle selfishly before rows move: after 10,000 batches the
# median total return of 50 runs was -5.0, and attention had gone from 4.6 to
# 3.6. With this step and raw features attention went to -5.0, too late for
# policies.
MIXING = MixingOptions(step_size=10.0)


class AgentTraining(NamedTuple):
  """Runs of agents in one environment.

  Attributes:
    returns: `[runs, time, n]`, what each agent earns in an episode, before
      it is mixed, the mean over the batches between two of `batches`; NaN once
      a run has diverged.
    attention: `[runs, time + 1, n]`, ln(A_ii / A_ij), the mean over j != i; inf
      for who gives nothing.
    mixing_path: `[runs, time + 1, n, n]`, A while it is learned.
    mixing: `[runs, n, n]`, A at the end.
    learned: what the algorithm kept, with a leading axis `runs`.
    status: `[runs]`, of `TrainingStatus`; what diverged holds what was before.
    batches: `[time + 1]`, after which mixings were taken.
    events: leaves `[runs, time, n, ...]`, how often what happened in an
      episode, the mean as that of `returns`; None if the algorithm does
      not count.
  """

  returns: Float[np.ndarray, "runs time n"]
  attention: Float[np.ndarray, "runs time+1 n"]
  mixing_path: Float[np.ndarray, "runs time+1 n n"]
  mixing: Float[np.ndarray, "runs n n"]
  learned: Any
  status: Int[np.ndarray, " runs"]
  batches: Int[np.ndarray, " time+1"]
  events: Any

  @property
  def total_return(self) -> Float[np.ndarray, "runs time"]:
    """What all agents earn in an episode."""
    return self.returns.sum(-1)


def train_agents(
  game: Environment[Any],
  algorithm: Algorithm,
  key: Key[Array, ""],
  runs: int = 1,
  *,
  mode: str = "d3c",
  batches: int = 10_000,
  record_every: int | None = None,
  options: MixingOptions = MIXING,
  opts_in: Sequence[bool] | None = None,
  folder: str | os.PathLike[str] | None = None,
  resume: bool = False,
  save_every: int = 1000,
) -> AgentTraining:
  """Trains agents on mixed rewards, from many keys at once, with progress.

  With the same arguments a training that was stopped and resumed ends with the
  same numbers as one that was not.

  Args:
    game: from `envs.make`.
    algorithm: such as `Reinforce()` or `ActorCritic()`.
    key: of everything random.
    runs: how many.
    mode: "d3c"; or what stays as it is, "selfish", everyone with what they
      earn, or "cooperative", all with the mean.
    batches: iterations of Algorithm 1.
    record_every: batches between what is recorded, at most 100 that divide
      `batches` if None.
    options: how rows are learned, in mode "d3c"; by default Table 1's with ten
      times its step.
    opts_in: `[n]`, who takes part in the mixing, all if None.
    folder: for checkpoints; none are written if None.
    resume: go on from the newest one in `folder`; there may be more batches
      than there were to be.
    save_every: batches between checkpoints, rounded up to what is recorded.

  Raises:
    ValueError: an unknown mode, a number out of its range, a mask that does not
      fit, or a folder that holds another training, or one when not resuming.

  Example:
    >>> import jax
    >>> from nes_spiel import d3c
    >>> game = d3c.envs.make("trust_your_brother", normalized=True)
    >>> key, algorithm = jax.random.key(0), d3c.Reinforce()
    >>> result = d3c.train_agents(game, algorithm, key, runs=4, batches=100)
    >>> result.total_return.shape, result.mixing.shape
    ((4, 1), (4, 2, 2))
  """
  number_checks.check_count("batches", batches)
  if record_every is None:
    record_every = math.gcd(100, batches)
  _check_counts(runs, batches, record_every, save_every)
  setting = make_setting(game, algorithm, options, mode, opts_in)
  identity = {}
  if folder is not None:
    identity = _identity(setting, key, runs, record_every)
  of_starts, of_batches = jax.random.split(key)
  keys = jax.random.split(of_starts, runs)
  progress = agent_progress.start(setting, keys)
  if resume:
    progress = agent_progress.restore(
      progress, folder, identity, batches, record_every
    )
  elif folder is not None:
    checkpoints.check_empty(folder)
  keys = jax.random.split(of_batches, runs)
  windows = _windows(setting, keys, progress, batches, record_every)
  for done, progress in windows:
    due = done // save_every > (done - record_every) // save_every
    if folder is not None and (due or done == batches):
      arrays = checkpoints.tree_to_arrays(progress)
      checkpoints.save_checkpoint(folder, done, arrays, identity, keep=2)
  return _result(progress, record_every)


def _windows(
  setting: Setting,
  keys: Key[Array, " runs"],
  progress: Progress,
  batches: int,
  record_every: int,
) -> Iterator[tuple[int, Progress]]:
  """Trains; yields batches done and progress at all that is recorded."""
  first = len(progress.returns) * record_every
  with tqdm(total=batches, initial=first, unit="batch") as bar:
    for done in range(first, batches, record_every):
      after = compiled_batches()(
        setting, record_every, keys, progress.states, np.int32(done)
      )
      progress = agent_progress.grown(progress, *jax.device_get(after))
      total = np.median(progress.returns[-1].sum(-1))
      bar.set_postfix_str(f"return {total:.3f}", False)
      bar.update(record_every)
      yield done + record_every, progress


def _identity(
  setting: Setting, key: Key[Array, ""], runs: int, record_every: int
) -> dict[str, Any]:
  """Returns what must be the same for a checkpoint to be resumed."""
  return {
    **_described("game", setting.game),
    **_described("algorithm", setting.algorithm),
    **_described("options", setting.mixing),
    "mode": setting.mode,
    "opts_in": list(setting.opts_in),
    "key": np.asarray(jax.random.key_data(key)).tolist(),
    "runs": runs,
    "record_every": record_every,
  }


def _described(name: str, value: Any) -> dict[str, str]:
  """Returns what tells a value from others, field by field of a dataclass."""
  if dataclasses.is_dataclass(value):
    parts = {
      f"{name}.{field.name}": repr(getattr(value, field.name))
      for field in dataclasses.fields(value)
    }
    return {name: type(value).__name__, **parts}
  if " at 0x" in repr(value):
    raise ValueError(
      f"{name}: checkpoints need one that says what it is, such as a frozen "
      f"dataclass; of this the repr is {value!r}."
    )
  return {name: repr(value)}


def _check_counts(
  runs: int, batches: int, record_every: int, save_every: int
) -> None:
  """Raises ValueError unless batches divide into what is recorded."""
  number_checks.check_count("runs", runs)
  number_checks.check_count("record_every", record_every)
  number_checks.check_count("save_every", save_every)
  if batches % record_every:
    raise ValueError(
      f"record_every: expected a divisor of {batches} batches, got "
      f"{record_every}."
    )


def _result(progress: Progress, record_every: int) -> AgentTraining:
  """Returns the runs on the host."""
  path = np.swapaxes(progress.log_mixing, 0, 1)
  attention = jax.vmap(jax.vmap(learner.attention))(jnp.asarray(path))
  states = jax.device_get(progress.states)
  return AgentTraining(
    returns=np.swapaxes(progress.returns, 0, 1),
    attention=np.asarray(attention),
    mixing_path=np.exp(path),
    mixing=np.exp(states.mixing.log_row),
    learned=states.learned,
    status=np.where(
      states.finite, TrainingStatus.FINISHED, TrainingStatus.DIVERGED
    ),
    batches=np.arange(path.shape[1]) * record_every,
    events=jax.tree.map(lambda x: np.swapaxes(x, 0, 1), progress.events),
  )
