# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Agents with small networks that learn while they play: A2C with V-trace.

Appendix G.1 of Gemp et al. (2022) for Coins, Cleanup and HarvestPatch, with the
hyper-parameters of Table 2. Every agent has a network of its own.
"""

import dataclasses
import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Key

from nes_spiel.d3c import network, unrolls, v_trace
from nes_spiel.d3c.algorithm import Outcome
from nes_spiel.d3c.envs import Environment
from nes_spiel.games import number_checks


class Learned(NamedTuple):
  """What all agents have learned, leaves with a leading axis n.

  Attributes:
    parameters: of their networks.
    optimizer: Optax's state.
  """

  parameters: Any
  optimizer: Any


@dataclasses.dataclass(frozen=True)
class ActorCritic:
  """An `Algorithm`; defaults are Table 2's where it has a value.

  A batch is some whole episodes, played at once. After each unroll of them
  there is an update. What Algorithm 1 is told of a batch, g, is the mean return
  without discount; in Section 2.6 it is discounted, as `Reinforce` does.

  Needs rlax: `pip install 'nes_spiel[rl]'`.

  Attributes:
    learning_rate, decay, epsilon, momentum: of RMSProp, epsilon under the root.
    unroll: steps between updates, or the whole episode if it is shorter.
    discount: gamma.
    value_weight: of half the squared errors of values.
    entropy_weight: of the policies' entropy.
    hidden: widths of the networks' layers; the paper says nothing.
    episodes: played at once; the paper says nothing.
    sum_over_time: whether the loss is a sum over an unroll's steps, as IMPALA's
      is, or their mean; a mean over episodes in either case. RMSProp's epsilon
      tells the two apart, and the paper says nothing.

  Raises:
    ValueError: a number out of its range.

  Example:
    >>> from nes_spiel import d3c
    >>> d3c.ActorCritic(episodes=64).unroll
    100
  """

  learning_rate: float = 0.0004
  decay: float = 0.99
  epsilon: float = 1e-5
  momentum: float = 0.0
  unroll: int = 100
  discount: float = 0.98
  value_weight: float = 0.5
  entropy_weight: float = 0.003
  hidden: tuple[int, ...] = (64, 64)
  episodes: int = 16
  sum_over_time: bool = True

  def __post_init__(self) -> None:
    """Checks the ranges."""
    for name in ("learning_rate", "epsilon", "value_weight", "entropy_weight"):
      number_checks.check_number(name, getattr(self, name))
    for name in ("decay", "momentum", "discount"):
      number_checks.check_number(name, getattr(self, name), 0, 1)
    for name in ("decay", "momentum"):
      if getattr(self, name) == 1:
        raise ValueError(f"{name}: expected a number below 1, got 1.")
    if self.epsilon == 0:  # heads of zeros have gradients of zero below them
      raise ValueError("epsilon: expected a number above 0, got 0.")
    number_checks.check_count("unroll", self.unroll)
    number_checks.check_count("episodes", self.episodes)
    if not isinstance(self.hidden, tuple):
      raise ValueError(f"hidden: expected a tuple, got {self.hidden!r}.")
    for width in self.hidden:
      number_checks.check_count("hidden", width)
    number_checks.check_flag("sum_over_time", self.sum_over_time)

  def start(self, game: Environment[Any], key: Key[Array, ""]) -> Learned:
    """Returns policies that are uniform, and values of zero.

    Raises:
      ValueError: episodes do not divide into unrolls.
    """
    self._unrolls(game)
    inputs = math.prod(game.observation_shape)
    parameters = network.init_all(
      self._network(game), key, inputs, game.num_agents
    )
    return Learned(parameters, self._optimizer().init(parameters))

  def learn(
    self,
    game: Environment[Any],
    key: Key[Array, ""],
    learned: Learned,
    received: Float[Array, "n n"],
  ) -> tuple[Learned, Outcome]:
    """Plays a batch of episodes, with an update after each unroll.

    Raises:
      ImportError: rlax is not installed.
    """
    count, steps = self._unrolls(game)

    def one_unroll(
      carry: tuple[Learned, Any], key: Key[Array, ""]
    ) -> tuple[tuple[Learned, Any], Outcome]:
      learned, states = carry
      states, unroll, events = unrolls.play(
        self._network(game), game, learned.parameters, key, states, steps
      )
      mixed = jnp.einsum("ij,tjb->tib", received, unroll.rewards)
      own = unroll.rewards.sum(0).mean(1)
      brought = Outcome(mixed.sum(0).mean(1), own, events)
      learned = self.update(game, learned, unroll._replace(rewards=mixed))
      return (learned, states), brought

    of_starts, of_unrolls = jax.random.split(key)
    states = unrolls.first_states(game, of_starts, self.episodes)
    keys = jax.random.split(of_unrolls, count)
    (learned, _), parts = jax.lax.scan(one_unroll, (learned, states), keys)
    return learned, jax.tree.map(lambda part: part.sum(0), parts)

  def update(
    self, game: Environment[Any], learned: Learned, unroll: unrolls.Unroll
  ) -> Learned:
    """Returns what agents know after a step of RMSProp.

    Args:
      game: that was played.
      learned: what they know before.
      unroll: with rewards as agents receive them.

    Raises:
      ImportError: rlax is not installed.
    """
    weights = v_trace.LossWeights(
      self.discount, self.value_weight, self.entropy_weight, self.sum_over_time
    )

    def total(parameters: Any) -> Float[Array, ""]:
      # No agent's loss depends on another's parameters.
      return v_trace.losses(
        self._network(game), parameters, unroll, weights
      ).sum()

    gradient = jax.grad(total)(learned.parameters)
    change, state = self._optimizer().update(gradient, learned.optimizer)
    return Learned(optax.apply_updates(learned.parameters, change), state)

  def evaluate(
    self,
    game: Environment[Any],
    key: Key[Array, ""],
    learned: Learned,
    episodes: int = 100,
  ) -> Outcome:
    """Returns what agents bring who do what is likeliest; nothing is mixed.

    Args:
      game: that they play.
      key: consumed.
      learned: of one run.
      episodes: how many.

    Raises:
      ValueError: no episodes.
    """
    number_checks.check_count("episodes", episodes)
    of_starts, of_steps = jax.random.split(key)
    states = unrolls.first_states(game, of_starts, episodes)
    _, unroll, events = unrolls.play(
      self._network(game),
      game,
      learned.parameters,
      of_steps,
      states,
      game.episode_length,
      greedy=True,
    )
    returns = unroll.rewards.sum(0).mean(1)
    return Outcome(returns, returns, events)

  def _network(self, game: Environment[Any]) -> network.Network:
    """Returns an agent's network."""
    return network.Network(game.num_actions, self.hidden)

  def _optimizer(self) -> optax.GradientTransformation:
    """Returns RMSProp, which treats every parameter by itself."""
    return optax.rmsprop(
      self.learning_rate,
      self.decay,
      self.epsilon,
      momentum=self.momentum or None,
    )

  def _unrolls(self, game: Environment[Any]) -> tuple[int, int]:
    """Returns how many unrolls an episode has, and of how many steps."""
    steps = min(self.unroll, game.episode_length)
    if game.episode_length % steps:
      raise ValueError(
        f"unroll: expected a divisor of an episode's {game.episode_length} "
        f"steps, got {self.unroll}."
      )
    return game.episode_length // steps, steps
