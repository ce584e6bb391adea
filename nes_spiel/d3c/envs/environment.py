# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What every environment offers, and the reset at the end of an episode."""

import abc
from collections.abc import Mapping
from typing import (
  Any,
  ClassVar,
  Generic,
  Protocol,
  TypeVar,
  runtime_checkable,
)

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Key, UInt8, UInt32

from nes_spiel.games import validation

AnyKey = Key[Array, ""] | UInt32[Array, "2"]


@runtime_checkable  # tests check every hint, and so what S is bound to
class State(Protocol):
  """A NamedTuple of arrays, two of them known to every environment.

  Attributes:
    time: `[]`, steps since the episode began.
    events: what happened in the step that led here, from which rewards follow;
      kept when that step ended an episode, all zero after `reset`.
  """

  @property
  def time(self) -> Int[Array, ""]:
    """Steps since the episode began."""

  @property
  def events(self) -> Any:
    """What happened in the last step."""


S = TypeVar("S", bound=State)


class Environment(abc.ABC, Generic[S]):
  """An environment of n agents that act at once, as pure functions.

  Its options are the fields of the frozen dataclass that implements it, so it
  is hashable, and may be a static argument of `jax.jit`. Nothing here branches
  on values: `reset` and `step` compile, `vmap` and `scan`.

  Attributes:
    num_agents: n.
    episode_length: steps after which an episode ends; there is no other end.
    actions: names of the actions, by number.
    features: names of what an agent observes, along the first axis of its
      observation.
    observation_shape: of one agent's observation.
    draws: how many uniform random numbers a step and a start take.
    PRESETS: options by name, for `make`.
  """

  num_agents: int
  episode_length: int
  PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {"paper": {}}

  @property
  @abc.abstractmethod
  def actions(self) -> tuple[str, ...]:
    """Names of the actions, by number."""

  @property
  @abc.abstractmethod
  def features(self) -> tuple[str, ...]:
    """Names along the first axis of an agent's observation."""

  @property
  @abc.abstractmethod
  def observation_shape(self) -> tuple[int, ...]:
    """The shape of one agent's observation."""

  @property
  @abc.abstractmethod
  def draws(self) -> tuple[int, int]:
    """How many uniform numbers `advance` and `start` take."""

  @abc.abstractmethod
  def start(self, draws: Float[Array, " d"]) -> S:
    """Returns the first state of an episode, from uniform random numbers."""

  @abc.abstractmethod
  def advance(
    self, draws: Float[Array, " d"], state: S, actions: Int[Array, " n"]
  ) -> S:
    """Returns the next state, which may be an episode's last."""

  @abc.abstractmethod
  def rewards(self, events: Any) -> Float[Array, " n"]:
    """Returns what a step's events are worth to every agent."""

  @abc.abstractmethod
  def observe(self, state: S) -> Float[Array, "n *o"]:
    """Returns what every agent sees."""

  @abc.abstractmethod
  def render(self, state: S, scale: int = 16) -> UInt8[Array, "h w 3"]:
    """Returns a picture, with `scale` pixels to a cell's side."""

  @property
  def num_actions(self) -> int:
    """How many actions an agent has."""
    return len(self.actions)

  def reset(self, key: AnyKey) -> tuple[Float[Array, "n *o"], S]:
    """Returns first observations `[n, *o]` and state.

    Args:
      key: consumed.
    """
    state = self.start(uniform(key, (self.draws[1],)))
    return self.observe(state), state

  def step(
    self, key: AnyKey, state: S, actions: Int[Array, " n"]
  ) -> tuple[Float[Array, "n *o"], S, Float[Array, " n"], Bool[Array, ""]]:
    """Returns observations `[n, *o]`, state, rewards `[n]` and done.

    Where `done`, rewards and `state.events` are those of the step that ended
    the episode; observations and everything else in the state are the next
    episode's first. Episodes end by the clock alone.

    Args:
      key: consumed.
      state: from `reset` or `step`.
      actions: `[n]`, integers from 0 to `num_actions` - 1. Under a trace
        numbers cannot be looked at; others than these are as 0, to stay.

    Raises:
      ValueError: actions of another shape or kind, or out of range.
    """
    actions = _check_actions(actions, self.num_agents, self.num_actions)
    now, later = self.draws
    # One call for all numbers: a key's splitting costs as much as drawing.
    draws = uniform(key, (now + later,))
    after = self.advance(draws[:now], state, actions)
    done = after.time >= self.episode_length
    fresh = self.start(draws[now:])
    state = jax.tree.map(
      lambda new, old: jnp.where(done, new, old), fresh, after
    )._replace(events=after.events)
    return self.observe(state), state, self.rewards(after.events), done


def uniform(key: AnyKey, shape: tuple[int, ...]) -> Float[Array, "*shape"]:
  """Draws float32 numbers from [0, 1), the same also in double precision."""
  return jax.random.uniform(key, shape, jnp.float32)


def _check_actions(actions: Any, agents: int, count: int) -> Int[Array, " n"]:
  """Returns actions as int32, or raises ValueError."""
  actions = validation.as_array(actions)
  if actions.shape != (agents,):
    raise ValueError(
      f"actions: expected shape ({agents},), one for each agent, got "
      f"{actions.shape}."
    )
  if not jnp.issubdtype(actions.dtype, jnp.integer):
    raise ValueError(f"actions: expected integers, got {actions.dtype}.")
  if not validation.is_traced(actions):
    values = np.asarray(actions)
    if values.min() < 0 or values.max() >= count:
      raise ValueError(
        f"actions: expected 0 to {count - 1}, got {values.tolist()}."
      )
  return jnp.asarray(actions, jnp.int32)
