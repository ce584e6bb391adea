# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Some steps of many environments at once, in which networks act."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Key

from nes_spiel.d3c.envs import Environment
from nes_spiel.d3c.envs.environment import uniform
from nes_spiel.d3c.network import Network


class Unroll(NamedTuple):
  """Steps that follow each other; agents come before environments.

  Attributes:
    seen: `[t, n, b, k]`, what agents saw before they acted.
    actions: `[t, n, b]`.
    log_chosen: `[t, n, b]`, the logarithms of the actions' probabilities.
    rewards: `[t, n, b]`.
    goes_on: `[t, b]`, whether the episode does after the step.
    last_seen: `[n, b, k]`, what agents see after the last step.
  """

  seen: Float[Array, "*t n b k"]
  actions: Int[Array, "*t n b"]
  log_chosen: Float[Array, "*t n b"]
  rewards: Float[Array, "*t n b"]
  goes_on: Bool[Array, "*t b"]
  last_seen: Float[Array, "n b k"]


def first_states(
  game: Environment[Any], key: Key[Array, ""], episodes: int
) -> Any:
  """Returns states at the start of episodes, with a leading axis.

  Args:
    game: that is played.
    key: consumed.
    episodes: b.
  """
  draws = uniform(key, (episodes, game.draws[1]))
  return jax.vmap(game.start)(draws)


def play(
  network: Network,
  game: Environment[Any],
  parameters: Any,
  key: Key[Array, ""],
  states: Any,
  steps: int,
  greedy: bool = False,
) -> tuple[Any, Unroll, Any]:
  """Returns states after some steps, the steps, and how often events happened.

  Args:
    network: of each agent.
    game: that is played.
    parameters: of all agents, with a leading axis.
    key: consumed.
    states: of b environments, none at an episode's end.
    steps: t, not beyond an episode's end.
    greedy: whether agents do what is likeliest, the first of equals.

  Returns:
    States with a leading axis b, the unroll, and of each of the game's events
    the sum over steps and the mean over environments, as float32.
  """
  chance, batch = game.draws[0], jax.tree.leaves(states)[0].shape[0]
  # All at once: to split keys for each step would take longer than the steps.
  shape = steps, batch, chance + game.num_agents
  draws = uniform(key, shape)

  def one_step(states: Any, now: Float[Array, "b d"]) -> tuple[Any, Any]:
    seen = observe(game, states)
    logits, _ = jax.vmap(network.apply)(parameters, seen)
    logs = jax.nn.log_softmax(logits)
    actions = likeliest(logs) if greedy else sample(logs, now[:, chance:].T)
    after = jax.vmap(game.advance)(now[:, :chance], states, actions.T)
    rewards = jax.vmap(game.rewards, out_axes=1)(after.events)
    goes_on = after.time < game.episode_length
    chosen = log_of(logs, actions)
    return after, (
      (seen, actions, chosen, rewards, goes_on),
      jax.tree.map(_mean, after.events),
    )

  states, (taken, counts) = jax.lax.scan(one_step, states, draws)
  counts = jax.tree.map(lambda count: count.sum(0), counts)
  leaves: list[Any] = [*taken, observe(game, states)]
  return states, Unroll(*leaves), counts


def observe(game: Environment[Any], states: Any) -> Float[Array, "n b k"]:
  """Returns what agents see in every environment, one row each."""
  seen = jax.vmap(game.observe, out_axes=1)(states)
  return seen.reshape(*seen.shape[:2], -1)


def log_of(
  logs: Float[Array, "*b a"], actions: Int[Array, "*b"]
) -> Float[Array, "*b"]:
  """Returns the logarithm of the probability of what was done."""
  # For the few actions that there are, XLA is slower at a gather.
  chosen = jax.nn.one_hot(actions, logs.shape[-1], dtype=bool)
  return jnp.where(chosen, logs, 0).sum(-1)


def sample(
  logs: Float[Array, "*b a"], draws: Float[Array, "*b"]
) -> Int[Array, "*b"]:
  """Returns actions by their log-probabilities and uniform random numbers."""
  edges = jnp.cumsum(jnp.exp(logs), axis=-1)[..., :-1]
  return (draws[..., None] >= edges).sum(-1, dtype=jnp.int32)


def likeliest(logs: Float[Array, "*b a"]) -> Int[Array, "*b"]:
  """Returns the likeliest actions, the first of equals."""
  return jnp.argmax(logs, axis=-1).astype(jnp.int32)


def _mean(events: Array) -> Float[Array, "*n"]:
  """Returns an event's mean over environments, the leading axis."""
  return events.astype(jnp.float32).mean(0)
