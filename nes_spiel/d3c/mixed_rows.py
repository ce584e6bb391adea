# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Rows of all agents in an environment that mixes rewards, and their past."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float, Int, Key

from nes_spiel.d3c import bandit, mixings
from nes_spiel.d3c.bandit import MixingState
from nes_spiel.d3c.first_rows import rows_of_mode
from nes_spiel.d3c.learner import agent_mask
from nes_spiel.d3c.mixing_options import MixingOptions


class History(NamedTuple):
  """What happened by iteration; what is evaluated leaves no trace.

  Attributes:
    earned: `[t, n]`, the game's return of an episode, the mean of those in an
      iteration.
    received: `[t, n]`, the same of mixed rewards.
    mixing: `[t + 1, n, n]`, A before and after.
  """

  earned: Float[np.ndarray, "t n"]
  received: Float[np.ndarray, "t n"]
  mixing: Float[np.ndarray, "t+1 n n"]


class MixingProgress(NamedTuple):
  """All that a `MixedEnvironment` remembers between episodes, arrays only.

  Attributes:
    states: of all agents, a leaf `[n, ...]` each.
    episodes: of the iteration that is not complete.
    returns: `[2, n]`, the sums of what was earned and received in these.
    history: of the iterations that are.
  """

  states: MixingState
  episodes: Int[np.ndarray, ""]
  returns: Float[np.ndarray, "2 n"]
  history: History


_start = jax.jit(rows_of_mode, static_argnums=(1, 2, 3))


@jax.jit
def updated(
  key: Key[Array, ""],
  number: Int[Array, ""],
  options: MixingOptions,
  states: MixingState,
  received: Float[Array, " n"],
) -> MixingState:
  """Returns the states after an iteration, whose number tells its trials."""
  key = jax.random.fold_in(key, number)
  return bandit.update_all(key, options, states, received)


def checked_first_rows(
  key: Key[Array, ""],
  options: MixingOptions,
  agents: int,
  mode: str,
  opts_in: Sequence[bool] | None,
  mixing: Any,
) -> MixingState:
  """Returns the agents' rows, in a first trial if they are learned."""
  accepted = {"d3c": (True, False), "fixed": (True,)}.get(mode, (False,))
  if (mixing is not None) not in accepted:
    raise ValueError(
      'mixing: expected one in mode "fixed", perhaps one in mode "d3c" and '
      f"None in others, got {mixing} in mode {mode!r}."
    )
  mask = agent_mask("opts_in", opts_in, agents)
  if mixing is None:
    return _start(key, options, mode, mask)
  mixing = np.asarray(mixing, np.float32)
  mixings.check_mixing(mixing, agents)
  return rows_of_mode(key, options, mode, mask, mixing)


def first_progress(states: MixingState) -> MixingProgress:
  """Returns what is remembered before the first episode."""
  agents = len(states.agent)
  nothing = np.zeros((0, agents))
  history = History(nothing, nothing, probabilities(states.log_row)[None])
  episodes = np.asarray(0, np.int32)
  return MixingProgress(states, episodes, np.zeros((2, agents)), history)


def probabilities(log_rows: Float[Array, "n n"]) -> Float[np.ndarray, "n n"]:
  """Returns rows whose sums are one in double precision.

  With sums that are one in single precision only, rewards would leak.
  """
  rows = np.exp(np.asarray(log_rows, np.float64))
  return rows / rows.sum(axis=1, keepdims=True)
