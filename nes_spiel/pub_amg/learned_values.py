# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A learned value function of public beliefs, for depth-limited search."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from nes_spiel.pub_amg.beliefs import PublicBelief
from nes_spiel.pub_amg.descent import Method
from nes_spiel.pub_amg.horizon import Horizon
from nes_spiel.pub_amg.network import BeliefNetwork
from nes_spiel.pub_amg.public_game import PublicGame
from nes_spiel.pub_amg.sequence_form import Array


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True, eq=False)
class LearnedValues:
  """Leaf values by a network; see `leaf_values.LeafValues`.

  Attributes:
    parameters: what was learned.
    public_states: `[l]`, those at the horizon.
    network: its architecture.
  """

  parameters: Any
  public_states: Int[Array, " l"]
  network: BeliefNetwork = dataclasses.field(metadata={"static": True})

  def start(self) -> Any:
    """Returns nothing."""
    return ()

  def __call__(
    self, weights: Float[Array, "l k"], memory: Any
  ) -> tuple[Float[Array, "l k"], Any]:
    """Returns the derivative of all values by the weights."""

    def total(weights: Float[Array, "l k"]) -> Float[Array, ""]:
      room = self.network.histories - weights.shape[1]
      padded = jnp.pad(weights, ((0, 0), (0, room))).astype(jnp.float32)
      each = jax.vmap(self.network.value, in_axes=(None, 0, 0))
      return jnp.sum(each(self.parameters, self.public_states, padded))

    return jax.grad(total)(weights), memory


class BeliefValue:
  """A function from public belief states to values, that was learned."""

  def __init__(self, network: BeliefNetwork, parameters: Any):
    """Takes what `fit` returns."""
    self.network, self.parameters = network, parameters

  def __call__(self, state: PublicBelief) -> float:
    """Returns the value to player 0 of the game from a belief on."""
    room = self.network.histories - len(state.belief)
    weights = jnp.asarray(np.pad(state.belief, (0, room)), jnp.float32)
    where = jnp.asarray(state.public_state, jnp.int32)
    return float(self.network.value(self.parameters, where, weights))

  def values_at(
    self, game: PublicGame, cut: Horizon, method: Method
  ) -> LearnedValues:
    """Returns the leaf values at a horizon, as a planner asks for them."""
    del game, method
    states = cut.public_states.astype(np.int32)
    return LearnedValues(self.parameters, states, self.network)
