# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Agents with linear softmax policies that learn from whole episodes.

REINFORCE (Williams, 1992) with a linear value as its baseline, as Section 3.3
and Appendix G.1 of Gemp et al. (2022) have it for Trust-Your-Brother: no bias,
Monte Carlo returns, the value learned by temporal differences.
"""

import dataclasses
import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key

from nes_spiel.d3c.algorithm import Outcome
from nes_spiel.d3c.envs import Environment, TrustYourBrother
from nes_spiel.d3c.envs.environment import uniform
from nes_spiel.games import number_checks


class Learned(NamedTuple):
  """What all agents have learned.

  Attributes:
    policy: `[n, k, a]`, from features to logits.
    value: `[n, k]`, from features to the return that is left.
  """

  policy: Float[Array, "*r n k a"]
  value: Float[Array, "*r n k"]


class Episodes(NamedTuple):
  """Whole episodes, of one length.

  Attributes:
    features: `[t, b, n, k]`, what agents saw before they acted.
    actions: `[t, b, n]`.
    rewards: `[t, b, n]`.
  """

  features: Float[Array, "*t b n k"]
  actions: Int[Array, "*t b n"]
  rewards: Float[Array, "*t b n"]


@dataclasses.dataclass(frozen=True)
class Reinforce:
  """An `Algorithm`; defaults are the paper's.

  The paper's features of Trust-Your-Brother are whole numbers up to 4, with
  which policies grow deterministic before rows of A have moved: make that
  environment with `normalized=True`.

  Attributes:
    policy_rate, value_rate: step sizes of gradient ascent.
    episodes: in a batch.
    discount: gamma.

  Raises:
    ValueError: a number out of its range.
  """

  policy_rate: float = 0.1
  value_rate: float = 0.1
  episodes: int = 10
  discount: float = 1.0

  def __post_init__(self) -> None:
    """Checks the ranges."""
    number_checks.check_number("policy_rate", self.policy_rate)
    number_checks.check_number("value_rate", self.value_rate)
    number_checks.check_count("episodes", self.episodes)
    number_checks.check_number("discount", self.discount, 0, 1)

  def start(self, game: Environment[Any], key: Key[Array, ""]) -> Learned:
    """Returns policies that are uniform, and values of zero."""
    del key
    shape = game.num_agents, math.prod(game.observation_shape)
    return Learned(jnp.zeros((*shape, game.num_actions)), jnp.zeros(shape))

  def learn(
    self,
    game: Environment[Any],
    key: Key[Array, ""],
    learned: Learned,
    received: Float[Array, "n n"],
  ) -> tuple[Learned, Outcome]:
    """Plays a batch, and takes a step of policies and values."""
    played = play(game, learned.policy, key, self.episodes)
    mixed = jnp.einsum("ij,tbj->tbi", received, played.rewards)
    seen = played._replace(rewards=mixed)
    up = policy_gradient(learned, seen, self.discount)
    closer = value_step(learned, seen, self.discount)
    after = Learned(
      learned.policy + self.policy_rate * up,
      learned.value + self.value_rate * closer,
    )
    returns = returns_left(mixed, self.discount)[0].mean(0)
    return after, Outcome(returns, played.rewards.sum(0).mean(0))


def play(
  game: Environment[Any],
  policy: Float[Array, "n k a"],
  key: Key[Array, ""],
  episodes: int,
) -> Episodes:
  """Returns episodes from their starts to their ends.

  Where Trust-Your-Brother starts either way, they take turns, so that each has
  half of the episodes, as in the paper.

  Args:
    game: whose episodes end by the clock.
    policy: `[n, k, a]`.
    key: consumed.
    episodes: b.
  """
  of_starts, of_steps = jax.random.split(key)
  chance = game.draws[0]
  # All at once: to split keys for each step would take longer than the steps.
  shape = game.episode_length, episodes, chance + game.num_agents
  draws = uniform(of_steps, shape)

  def one_step(state: Any, now: Float[Array, "b d"]) -> tuple[Any, Episodes]:
    seen = jax.vmap(game.observe)(state)
    features = seen.reshape(episodes, game.num_agents, -1)
    actions = _sample(_logits(policy, features), now[:, chance:])
    after = jax.vmap(game.advance)(now[:, :chance], state, actions)
    rewards = jax.vmap(game.rewards)(after.events)
    return after, Episodes(features, actions, rewards)

  return jax.lax.scan(one_step, _starts(game, of_starts, episodes), draws)[1]


def policy_gradient(
  learned: Learned, episodes: Episodes, discount: float = 1.0
) -> Float[Array, "n k a"]:
  """Returns an estimate of the gradient of every agent's expected return.

  The mean over episodes of sum_t grad log pi(a_t) (G_t - v(s_t)), G_t being
  what an agent receives from step t on. With a discount below 1 it is not quite
  that gradient, whose terms are weighted by gamma^t: late steps count as early
  ones, as is usual.

  Args:
    learned: the policies that played, and their values.
    episodes: with rewards as agents receive them.
    discount: gamma.
  """
  left = returns_left(episodes.rewards, discount)
  advantage = left - _values(learned, episodes.features)
  logits = _logits(learned.policy, episodes.features)
  chosen = jax.nn.one_hot(episodes.actions, logits.shape[-1])
  # The gradient of log pi(a) by the logits of a softmax.
  score = advantage[..., None] * (chosen - jax.nn.softmax(logits))
  total = jnp.einsum("tbnk,tbna->nka", episodes.features, score)
  return total / episodes.rewards.shape[1]


def value_step(
  learned: Learned, episodes: Episodes, discount: float = 1.0
) -> Float[Array, "n k"]:
  """Returns where TD(0) moves the values, the mean over time and episodes.

  A sum over time would diverge at the paper's rate.

  Args:
    learned: whose values are learned.
    episodes: with rewards as agents receive them.
    discount: gamma.
  """
  values = _values(learned, episodes.features)
  following = jnp.concatenate([values[1:], jnp.zeros_like(values[:1])])
  error = episodes.rewards + discount * following - values
  total = jnp.einsum("tbnk,tbn->nk", episodes.features, error)
  return total / (error.shape[0] * error.shape[1])


def returns_left(
  rewards: Float[Array, "t *b"], discount: float
) -> Float[Array, "t *b"]:
  """Returns the discounted sum of rewards from each step to the end."""

  def add(
    later: Float[Array, "*b"], now: Float[Array, "*b"]
  ) -> tuple[Float[Array, "*b"], Float[Array, "*b"]]:
    total = now + discount * later
    return total, total

  end = jnp.zeros_like(rewards[0])
  return jax.lax.scan(add, end, rewards, reverse=True)[1]


def _starts(game: Environment[Any], key: Key[Array, ""], episodes: int) -> Any:
  """Returns the first states of episodes."""
  draws = uniform(key, (episodes, game.draws[1]))
  if isinstance(game, TrustYourBrother):
    # The draw of who is near, in turns: the first prey above one half.
    turns = np.arange(episodes) % 2
    draws = draws.at[:, 0].set(np.where(turns, 0.25, 0.75).astype(np.float32))
  return jax.vmap(game.start)(draws)


def _logits(
  policy: Float[Array, "n k a"], features: Float[Array, "*b n k"]
) -> Float[Array, "*b n a"]:
  """Returns what policies make of features."""
  return jnp.einsum("...nk,nka->...na", features, policy)


def _values(
  learned: Learned, features: Float[Array, "t b n k"]
) -> Float[Array, "t b n"]:
  """Returns what agents expect."""
  return jnp.einsum("tbnk,nk->tbn", features, learned.value)


def _sample(
  logits: Float[Array, "b n a"], draws: Float[Array, "b n"]
) -> Int[Array, "b n"]:
  """Returns actions, by uniform random numbers."""
  edges = jnp.cumsum(jax.nn.softmax(logits), axis=-1)[..., :-1]
  return (draws[..., None] >= edges).sum(-1, dtype=jnp.int32)
