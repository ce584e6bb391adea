# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A policy and a value that share their layers; Haiku stays behind this file.

Dense layers alone: where every agent has weights of its own, convolutions
become grouped ones, which XLA runs a thousand times slower on CPUs.
"""

import dataclasses
from typing import Any

import haiku as hk
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key


@dataclasses.dataclass(frozen=True)
class Network:
  """Of one agent, to be mapped over parameters; both functions are pure.

  Attributes:
    actions: a, how many there are.
    hidden: the widths of the layers before the last.
  """

  actions: int
  hidden: tuple[int, ...]

  def init(self, key: Key[Array, ""], inputs: int) -> Any:
    """Returns parameters; policies are uniform at first, and values zero.

    Args:
      key: consumed.
      inputs: k, how many numbers an agent sees.
    """
    return self._transformed().init(key, jnp.zeros((1, inputs)))

  def apply(
    self, parameters: Any, seen: Float[Array, "*b k"]
  ) -> tuple[Float[Array, "*b a"], Float[Array, "*b"]]:
    """Returns logits of actions, and the discounted return that is expected.

    Args:
      parameters: from `init`.
      seen: `[*b, k]`, what the agent sees.
    """
    numbers = self._transformed().apply(parameters, seen)
    return numbers[..., :-1], numbers[..., -1]

  def _transformed(self) -> hk.Transformed:
    """Returns Haiku's pair of functions, which take no random numbers."""

    def numbers(seen: Float[Array, "*b k"]) -> Float[Array, "*b m"]:
      activations = hk.nets.MLP(self.hidden, activate_final=True)(seen)
      # One product for both heads.
      heads = hk.Linear(self.actions + 1, w_init=jnp.zeros, name="heads")
      return heads(activations)

    return hk.without_apply_rng(hk.transform(numbers))


def init_all(
  network: Network, key: Key[Array, ""], inputs: int, agents: int
) -> Any:
  """Returns the parameters of all agents, with a leading axis `agents`."""
  keys = jax.random.split(key, agents)
  return jax.vmap(lambda key: network.init(key, inputs))(keys)
