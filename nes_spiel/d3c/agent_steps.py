# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Agents that learn from rewards, and how to mix them: batch after batch."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Int, Key

from nes_spiel.d3c import bandit
from nes_spiel.d3c.algorithm import Algorithm, Outcome
from nes_spiel.d3c.bandit import MixingState
from nes_spiel.d3c.envs import Environment
from nes_spiel.d3c.first_rows import rows_of_mode
from nes_spiel.d3c.learner import agent_mask
from nes_spiel.d3c.mixing_options import MixingOptions
from nes_spiel.games import number_checks

AGENT_MODES = ("selfish", "cooperative", "d3c")


class AgentState(NamedTuple):
  """Where a run stands.

  Attributes:
    learned: what the algorithm keeps.
    mixing: of all agents, a leaf `[n, ...]` each.
    finite: whether all numbers so far were; a run ends where one is not.
  """

  learned: Any
  mixing: MixingState
  finite: Bool[Array, "*r"]


class Setting(NamedTuple):
  """What does not change in a run, static when compiled.

  Attributes:
    game: that agents play.
    algorithm: with which they learn.
    mixing: how they learn to mix; what is fixed has no use for it.
    mode: one of `AGENT_MODES`.
    opts_in: `[n]`, who takes part in the mixing.
  """

  game: Environment[Any]
  algorithm: Algorithm
  mixing: MixingOptions
  mode: str
  opts_in: tuple[bool, ...]


def make_setting(
  game: Environment[Any],
  algorithm: Algorithm,
  mixing: MixingOptions,
  mode: str,
  opts_in: Sequence[bool] | None,
) -> Setting:
  """Returns what runs have in common.

  Raises:
    ValueError: an unknown mode, a mask that does not fit, or what is of another
      kind.
  """
  number_checks.check_choice("mode", mode, AGENT_MODES)
  for name, value, kind in (
    ("game", game, Environment),
    ("algorithm", algorithm, Algorithm),
    ("options", mixing, MixingOptions),
  ):
    if isinstance(value, type) or not isinstance(value, kind):
      raise ValueError(f"{name}: expected {kind.__name__}, got {value!r}.")
  mask = agent_mask("opts_in", opts_in, game.num_agents)
  return Setting(game, algorithm, mixing, mode, mask)


def first_state(setting: Setting, key: Key[Array, ""]) -> AgentState:
  """Returns a run's state before its first batch.

  Args:
    setting: of the run.
    key: consumed.
  """
  of_learner, of_mixing = jax.random.split(key)
  learned = setting.algorithm.start(setting.game, of_learner)
  mixing = rows_of_mode(
    of_mixing, setting.mixing, setting.mode, setting.opts_in
  )
  return AgentState(learned, mixing, jnp.asarray(True))


def learn_batch(
  setting: Setting, key: Key[Array, ""], state: AgentState
) -> tuple[AgentState, Outcome]:
  """Returns a run's state after a batch, and what the batch brought.

  A run in which a number is not finite stays as it was before; what it brings
  is then NaN.

  Args:
    setting: of the run.
    key: consumed.
    state: before the batch.
  """
  of_learner, of_mixing = jax.random.split(key)
  mixing = state.mixing
  received = jnp.exp(mixing.log_trial).T
  learned, outcome = setting.algorithm.learn(
    setting.game, of_learner, state.learned, received
  )
  if setting.mode == "d3c":
    mixing = bandit.update_all(
      of_mixing, setting.mixing, mixing, outcome.mixed_returns
    )
  # Rows that lost all their logits are -inf throughout.
  numbers = learned, outcome, jnp.max(mixing.log_row, axis=1)
  parts = [jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(numbers)]
  finite = state.finite & jnp.stack(parts).all()
  kept = jax.tree.map(
    lambda new, old: jnp.where(finite, new, old),
    AgentState(learned, mixing, finite),
    state,
  )
  brought = jax.tree.map(lambda x: jnp.where(finite, x, jnp.nan), outcome)
  return kept._replace(finite=finite), brought


def learn_batches(
  setting: Setting,
  count: int,
  keys: Key[Array, " runs"],
  states: AgentState,
  done: Int[Array, ""],
) -> tuple[AgentState, Outcome]:
  """Returns all runs after some batches, and the means of what these brought.

  Args:
    setting: of all runs.
    count: how many batches.
    keys: `[runs]`, the same in every call: the number of a batch tells its
      random numbers from another's.
    states: before, with a leading axis.
    done: batches before these.
  """

  def run(key: Key[Array, ""], state: AgentState) -> tuple[AgentState, Outcome]:
    def step(
      state: AgentState, number: Int[Array, ""]
    ) -> tuple[AgentState, Outcome]:
      return learn_batch(setting, jax.random.fold_in(key, number), state)

    numbers = done + jnp.arange(count, dtype=jnp.int32)
    state, outcomes = jax.lax.scan(step, state, numbers)
    return state, jax.tree.map(lambda x: x.mean(0), outcomes)

  return jax.vmap(run)(keys, states)


@functools.cache
def compiled_batches() -> Callable[..., Any]:
  """Returns `learn_batches`, compiled for each setting, count and shape."""
  return jax.jit(learn_batches, static_argnums=(0, 1))
