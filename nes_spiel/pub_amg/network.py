# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A network for the values of public beliefs; Haiku stays behind it."""

import dataclasses
from typing import Any

import haiku as hk
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

LARGEST = 2**31 - 1  # that counts of states and histories fit


@dataclasses.dataclass(frozen=True)
class BeliefNetwork:
  """Maps a public state and a belief to values of its histories, `[k]`.

  Their mean under the belief is the value of the public belief state.

  Attributes:
    public_states: how many there are.
    histories: the most that one has; beliefs are filled up with zeros.
    widths: of the hidden layers.

  Raises:
    ValueError: `widths` is not a tuple, which compiled code is cached by, or a
      number is no integer of 1 to 2^31 - 1.
  """

  public_states: int
  histories: int
  widths: tuple[int, ...] = (256, 256)

  def __post_init__(self) -> None:
    """Checks widths and counts."""
    if not isinstance(self.widths, tuple):
      raise ValueError(f"widths: expected a tuple, got {self.widths!r}.")
    for number in (self.public_states, self.histories, *self.widths):
      if not isinstance(number, int) or not 1 <= number <= LARGEST:
        raise ValueError(f"expected integers of 1 to {LARGEST}, got {self}.")

  def init(self, key: Key[Array, ""]) -> Any:
    """Draws first parameters."""
    state = jnp.zeros((), jnp.int32)
    belief = jnp.zeros(self.histories, jnp.float32)
    return self._transformed.init(key, state, belief)

  def apply(
    self,
    parameters: Any,
    public_state: Int[Array, ""],
    belief: Float[Array, " k"],
  ) -> Float[Array, " k"]:
    """Returns the values of histories to player 0.

    Args:
      parameters: what was learned.
      public_state: its number.
      belief: `[k]`, sums to 1.
    """
    return self._transformed.apply(parameters, public_state, belief)

  def value(
    self,
    parameters: Any,
    public_state: Int[Array, ""],
    weights: Float[Array, " k"],
  ) -> Float[Array, ""]:
    """Returns the value of a belief times its probability.

    Args:
      parameters: what was learned.
      public_state: its number.
      weights: `[k]`, the probabilities of histories; what they sum to is that
        of the public state.
    """
    total = jnp.sum(weights)
    belief = weights / jnp.where(total > 0, total, 1)
    return jnp.sum(weights * self.apply(parameters, public_state, belief))

  @property
  def _transformed(self) -> hk.Transformed:
    return hk.without_apply_rng(hk.transform(self._values))

  def _values(
    self, public_state: Int[Array, ""], belief: Float[Array, " k"]
  ) -> Float[Array, " k"]:
    where = jax.nn.one_hot(public_state, self.public_states, dtype=jnp.float32)
    # Of order one, as the one-hot is.
    seen = jnp.concatenate([where, belief * self.histories])
    return hk.nets.MLP([*self.widths, self.histories])(seen)
