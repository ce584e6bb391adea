# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What an agent loses: policy gradient and value error with V-trace.

Espeholt et al., IMPALA: Scalable Distributed Deep-RL with Importance Weighted
Actor-Learner Architectures (2018), Section 4. For who acted with the parameters
that are learned, its targets are n-step returns.
"""

import importlib
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nes_spiel.d3c.network import Network
from nes_spiel.d3c.unrolls import Unroll, log_of


class LossWeights(NamedTuple):
  """What a loss is made of.

  Attributes:
    discount: gamma.
    value: of half the squared errors of values.
    entropy: of the policy's entropy, which is gained.
    sum_over_time: whether steps of an unroll are summed, or averaged.
  """

  discount: float
  value: float
  entropy: float
  sum_over_time: bool


def losses(
  network: Network, parameters: Any, unroll: Unroll, weights: LossWeights
) -> Float[Array, " n"]:
  """Returns each agent's loss, the mean over environments.

  Agent i's depends on its own parameters, rewards, actions and observations.

  Args:
    network: of each agent.
    parameters: of all agents, with a leading axis.
    unroll: with rewards as agents receive them.
    weights: what the losses are made of.
  """

  def one(parameters: Any, mine: Unroll) -> Float[Array, ""]:
    each = _step_losses(network, parameters, mine, weights).mean(1)
    return each.sum() if weights.sum_over_time else each.mean()

  axes: list[Any] = [1, 1, 1, 1, None, 0]  # of agents, in every leaf
  return jax.vmap(one, (0, Unroll(*axes)))(parameters, unroll)


def _step_losses(
  network: Network, parameters: Any, mine: Unroll, weights: LossWeights
) -> Float[Array, "t b"]:
  """Returns an agent's losses; its unroll has no axis of agents."""
  logits, values = network.apply(parameters, mine.seen)
  _, last_value = network.apply(parameters, mine.last_seen)
  logs = jax.nn.log_softmax(logits)
  log_chosen = log_of(logs, mine.actions)
  errors, advantages = v_trace(
    values,
    last_value,
    mine.rewards,
    weights.discount * mine.goes_on.astype(values.dtype),
    jnp.exp(log_chosen - mine.log_chosen),
  )
  entropy = -(jnp.exp(logs) * logs).sum(-1)
  of_values = weights.value * 0.5 * errors**2
  return of_values - advantages * log_chosen - weights.entropy * entropy


def v_trace(
  values: Float[Array, "t b"],
  last_value: Float[Array, " b"],
  rewards: Float[Array, "t b"],
  discounts: Float[Array, "t b"],
  ratios: Float[Array, "t b"],
) -> tuple[Float[Array, "t b"], Float[Array, "t b"]]:
  """Returns errors of values, and advantages, through which no gradient flows.

  Args:
    values: `[t, b]`, expected before each step; errors have their gradients.
    last_value: `[b]`, expected after the last step.
    rewards: `[t, b]`.
    discounts: `[t, b]`, of what comes after a step; 0 where nothing does.
    ratios: `[t, b]`, the probability of each action under the policy that is
      learned over that under the one that acted; cut off at 1.

  Raises:
    ImportError: rlax is not installed.
  """
  estimate = _rlax().vtrace_td_error_and_advantage
  following = jnp.concatenate([values[1:], last_value[None]])
  # rlax multiplies masks by floats.
  with jax.numpy_dtype_promotion("standard"):
    found = jax.vmap(estimate, 1, 1)(
      values,
      jax.lax.stop_gradient(following),
      rewards,
      discounts,
      jax.lax.stop_gradient(ratios),
    )
  return found.errors, jax.lax.stop_gradient(found.pg_advantage)


def _rlax() -> Any:
  """Returns the package, which nothing else here needs."""
  try:
    return importlib.import_module("rlax")
  except ImportError as error:
    raise ImportError(
      "V-trace needs rlax, which is not installed: pip install 'nes_spiel[rl]'"
    ) from error
