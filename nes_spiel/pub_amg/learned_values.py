# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A learned value function of public beliefs, for depth-limited search."""

import dataclasses
import os
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from nes_spiel import runs
from nes_spiel.pub_amg.beliefs import PublicBelief
from nes_spiel.pub_amg.descent import Method
from nes_spiel.pub_amg.horizon import Horizon
from nes_spiel.pub_amg.network import BeliefNetwork
from nes_spiel.pub_amg.public_game import PublicGame
from nes_spiel.pub_amg.sequence_form import Array
from nes_spiel.pub_amg.value_examples import most_histories


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
    """Returns the derivatives of values by weights.

    They depend on the beliefs alone, not on how likely public states are, which
    may be less than single precision holds.
    """
    total = jnp.sum(weights, axis=1, keepdims=True)
    belief = weights / jnp.where(total > 0, total, 1)
    room = self.network.histories - weights.shape[1]
    padded = jnp.pad(belief, ((0, 0), (0, room))).astype(jnp.float32)
    slope = jax.vmap(jax.grad(self.network.value, argnums=2), (None, 0, 0))
    worth = slope(self.parameters, self.public_states, padded)
    return worth[:, : weights.shape[1]].astype(weights.dtype), memory


class BeliefValue:
  """A function from public belief states to values, that was learned."""

  def __init__(self, network: BeliefNetwork, parameters: Any):
    """Takes what `fit` returns."""
    self.network, self.parameters = network, parameters

  def __call__(self, state: PublicBelief) -> float:
    """Returns the value to player 0 of the game from a belief on.

    Raises:
      ValueError: a public state or a belief that the network has no place for.
    """
    self._check(state)
    room = self.network.histories - len(state.belief)
    weights = jnp.asarray(np.pad(state.belief, (0, room)), jnp.float32)
    where = jnp.asarray(state.public_state, jnp.int32)
    return float(self.network.value(self.parameters, where, weights))

  def _check(self, state: PublicBelief) -> None:
    """Raises ValueError for a belief of another game."""
    last, most = self.network.public_states - 1, self.network.histories
    if not 0 <= state.public_state <= last or len(state.belief) > most:
      raise ValueError(
        f"state: the network knows public states 0 to {last} with up to {most} "
        f"histories, got {state.public_state} with {len(state.belief)}."
      )

  def save(self, path: str | os.PathLike[str]) -> None:
    """Writes a file for `load_value`, replacing one of that name."""
    arrays = runs.tree_to_arrays(self.parameters)
    runs.write_tensors(path, arrays, dataclasses.asdict(self.network))

  def values_at(
    self, game: PublicGame, cut: Horizon, method: Method
  ) -> LearnedValues:
    """Returns the leaf values at a horizon, as a planner asks for them.

    Raises:
      ValueError: a network of another game.
    """
    del method
    seen = game.num_public_states, most_histories(game)
    made_for = self.network.public_states, self.network.histories
    if seen != made_for:
      raise ValueError(
        f"game: {game.name} has {seen[0]} public states with up to {seen[1]} "
        f"histories, the network was made for {made_for[0]} and {made_for[1]}."
      )
    states = cut.public_states.astype(np.int32)
    return LearnedValues(self.parameters, states, self.network)


def load_value(path: str | os.PathLike[str]) -> BeliefValue:
  """Reads what `BeliefValue.save` wrote.

  Args:
    path: the file.

  Raises:
    ValueError: no such file, or none of a value function, or one whose tensors
      do not fit its network or are not finite.
  """
  arrays, fields = runs.read_tensors(path)
  try:
    widths = tuple(fields.pop("widths"))
    network = BeliefNetwork(**fields, widths=widths)
    like = jax.eval_shape(network.init, jax.random.key(0))
    parameters = runs.tree_from_arrays(like, arrays)
  except (KeyError, TypeError, ValueError) as error:
    raise ValueError(f"{path}: holds no value function: {error}.") from error
  for name, array in arrays.items():
    if not np.isfinite(array).all():
      raise ValueError(f"{path}: {name} is not finite.")
  return BeliefValue(network, parameters)
