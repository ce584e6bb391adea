# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Agents learn to mix their rewards from scalars alone, beside any learner.

Algorithms 1 and 2 of Gemp et al. (2022). Each agent tries a random change of
the row that it gives away for some iterations. If its mixed return falls, it
moves its row the other way. An agent sees its own row and its own mixed return
only; functions are of one agent unless they say otherwise, to be mapped over
agents and runs.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

from nes_spiel.d3c.mixing_options import MixingOptions
from nes_spiel.equilibria import mirror_descent
from nes_spiel.games.mixing import mix


class MixingState(NamedTuple):
  """What an agent remembers; of several agents, with leading axes.

  Attributes:
    agent: `[]`, i.
    log_row: `[n]`, log A_i; -inf for those to whom it does not give.
    log_trial: `[n]`, the logarithm of the row that it gives away for now.
    direction: `[n]`, from the one to the other, of length 1.
    length: `[]`, tau, iterations in this trial.
    elapsed: `[]`, how many of them are over.
    mean_return: `[]`, G, their mean mixed return.
    last_return: `[]`, G_b, that of the trial before.
    trials: `[]`, how many are over.
  """

  agent: Int[Array, "*b"]
  log_row: Float[Array, "*b n"]
  log_trial: Float[Array, "*b n"]
  direction: Float[Array, "*b n"]
  length: Int[Array, "*b"]
  elapsed: Int[Array, "*b"]
  mean_return: Float[Array, "*b"]
  last_return: Float[Array, "*b"]
  trials: Int[Array, "*b"]


def mix_rewards(
  states: MixingState, rewards: Float[Array, " n"]
) -> Float[Array, " n"]:
  """Returns what all agents receive, A~^T r; the total is that of the rewards.

  Args:
    states: of all agents, a leaf `[n, ...]` each.
    rewards: `[n]`, what each earned, in one place at a time: map over others.

  Raises:
    ValueError: rewards of another shape.
  """
  if jnp.shape(rewards) != jnp.shape(states.agent):
    raise ValueError(
      f"rewards: expected one of each agent, {jnp.shape(states.agent)}, got "
      f"shape {jnp.shape(rewards)}; map over steps and episodes."
    )
  return mix(rewards, jnp.exp(states.log_trial).T)


def referred_returns(
  options: MixingOptions,
  states: MixingState,
  mixed_returns: Float[Array, " n"],
) -> Float[Array, " n"]:
  """Returns c + A~^T (G - c), by which agents learn their rows.

  Args:
    options: whose reference is c.
    states: of all agents, a leaf `[n, ...]` each.
    mixed_returns: `[n]`, A~^T G, what they received.
  """
  given_to = jnp.exp(states.log_trial).sum(0)
  return mixed_returns + options.reference * (1 - given_to)


def mixing_trial(
  key: Key[Array, ""], options: MixingOptions, state: MixingState
) -> MixingState:
  """Returns an agent's state at the start of a new trial (Algorithm 2).

  Args:
    key: consumed.
    options: delta, tau_min and tau_max.
    state: whose mean return becomes what the trial is compared with.
  """
  of_direction, of_length = jax.random.split(key)
  row = state.log_row
  normal = jax.random.normal(of_direction, row.shape, row.dtype)
  # On the sphere of those to whom the agent gives at all.
  normal = jnp.where(jnp.isfinite(row), normal, 0)
  tiny = jnp.finfo(row.dtype).tiny
  direction = normal / jnp.maximum(jnp.linalg.norm(normal), tiny)
  return state._replace(
    log_trial=mirror_descent.normalized(row + options.delta * direction),
    direction=direction,
    length=jax.random.randint(
      of_length, (), options.tau_min, options.tau_max + 1, jnp.int32
    ),
    elapsed=jnp.zeros_like(state.elapsed),
    last_return=state.mean_return,
  )


def mixing_update(
  key: Key[Array, ""],
  options: MixingOptions,
  state: MixingState,
  mixed_return: Float[Array, ""] | float,
) -> MixingState:
  """Returns an agent's state after an iteration of its learner (Algorithm 1).

  Of one agent: `jax.vmap(mixing_update, (0, None, 0, 0))` is of all.

  Args:
    key: consumed; of the next trial, if this one ends.
    options: how rows are learned.
    state: during the iteration.
    mixed_return: g, what the agent received in an episode of it, perhaps as
      `referred_returns`. Appendix D.1.2 tries what it earned itself, with
      success for two agents alone. What is not finite spoils the state.

  Raises:
    ValueError: a state of several agents.
  """
  if jnp.ndim(state.agent):
    raise ValueError(
      f"state: expected that of one agent, got {jnp.shape(state.agent)}; map "
      "over agents, jax.vmap(mixing_update, (0, None, 0, 0))."
    )
  elapsed = state.elapsed + 1
  count = elapsed.astype(state.mean_return.dtype)
  received = jnp.asarray(mixed_return, state.mean_return.dtype)
  mean = (state.mean_return * (count - 1) + received) / count
  state = state._replace(elapsed=elapsed, mean_return=mean)
  ended = state._replace(
    log_row=_moved_row(options, state), trials=state.trials + 1
  )
  following = mixing_trial(key, options, ended)
  complete = elapsed == state.length
  return jax.tree.map(
    lambda new, old: jnp.where(complete, new, old), following, state
  )


def update_all(
  key: Key[Array, ""],
  options: MixingOptions,
  states: MixingState,
  mixed_returns: Float[Array, " n"],
) -> MixingState:
  """Returns all agents' states after an iteration, each told what it received.

  Args:
    key: consumed.
    options: how rows are learned, and their reference.
    states: during the iteration, a leaf `[n, ...]` each.
    mixed_returns: `[n]`, A~^T G.
  """
  keys = jax.random.split(key, len(mixed_returns))
  told = referred_returns(options, states, mixed_returns)
  update = jax.vmap(mixing_update, (0, None, 0, 0))
  return update(keys, options, states, told)


def _moved_row(
  options: MixingOptions, state: MixingState
) -> Float[Array, " n"]:
  """Returns A_i <- softmax(clip(log A_i - eta_A g_i)) at the end of a trial."""
  row = state.log_row
  moved = row - options.step_size * _gradient(options, state)
  clipped = jnp.clip(moved, options.lowest, options.highest)
  learned = mirror_descent.normalized(clipped, jnp.isfinite(row))
  keeps = options.warm_up & (state.trials == 0)
  return jnp.where(keeps, row, learned)


def _gradient(options: MixingOptions, state: MixingState) -> Float[Array, " n"]:
  """Returns the estimate of Eq. 11's row gradient, from one trial."""
  row = state.log_row
  fall = state.last_return - state.mean_return
  rate = fall / state.length.astype(row.dtype)
  estimate = jax.nn.relu(rate + options.epsilon) * state.direction
  if options.scale_n_over_delta:
    given = jnp.isfinite(row).sum(dtype=row.dtype)
    estimate *= given / options.delta
  if not options.kl_weight:  # else an A_ii of 0 would make it 0 / 0
    return estimate
  own = jnp.arange(len(row), dtype=jnp.int32) == state.agent
  return estimate - jnp.where(own, options.kl_weight * jnp.exp(-row), 0)
