# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The layers of a Neural Equilibrium Solver, on one standardised game.

Figure 2 of Marris et al. (2022): payoffs to payoffs layers, a payoffs to duals
layer, duals to duals layers. Beyond the paper a network can look at its answer:
a correction sees the gradient of the dual loss at the duals so far (Eq. 11) and
how the loss curves there, which a few more duals to duals layers turn into a
change of them. The layers that lead from payoffs to duals can be a
transformer's instead.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nes_spiel.equilibria import dual
from nes_spiel.equilibria.curvature_products import hessian_diagonal
from nes_spiel.equilibria.dual import Duals
from nes_spiel.equilibria.problem import Problem
from nes_spiel.games import masks
from nes_spiel.nes import layers, pooling, transformer
from nes_spiel.nes.config import Config
from nes_spiel.nes.map_sets import MAP_SETS, MapSet, without_maxima

# Small first duals, nearly equal: large ones teach the last layer to be zero
# before the others have learned what to say.
FIRST_OUTPUT, FIRST_OUTPUT_GAIN = -3.0, 0.1
# What a correction sees is of order one at first, and still matters when it is
# small: so it sees it as it is, and enlarged.
GRADIENT_SCALES, STEP_SCALES = (1.0, 100.0), (1.0, 10.0)
# Curvatures are of order 0.1; one far below says nothing of how far a step is.
FLAT = 1e-3


class Body:
  """All layers; to be made and called inside a Haiku transformation."""

  def __init__(self, config: Config, problem: Problem, is_training: bool):
    """Takes the architecture and the game; `Network.apply` says the rest."""
    shape = problem.payoffs.shape[1:]
    if config.needs_cubes and len({*shape}) > 1:
      raise ValueError(
        f"The paper's maps for CCE need cubes, got a game of shape {shape}."
      )
    self.config, self.problem, self.is_training = config, problem, is_training
    self.is_linear = config.activation == "linear"
    maps = MAP_SETS[config.maps, config.concept]
    self.maps = without_maxima(maps) if self.is_linear else maps
    joints = masks.joint_mask(problem.strategy_mask, shape)
    self.joint_mask = jnp.broadcast_to(joints, problem.payoffs.shape)
    self.dual_mask = problem.dual_mask
    self.size_class = layers.size_class(problem.strategy_mask)

  def __call__(
    self, channels: Float[Array, "n *a c"], scale: Float[Array, " n"]
  ) -> Duals:
    """Maps the channels of a game to its duals.

    Args:
      channels: `[n, *a, c]`, of `input_channels`.
      scale: `[n]`, the size that a player's duals may have.
    """
    lead = {"pooling": self._payoff_layers, "transformer": self._transformer}
    hidden = lead[self.config.architecture](channels)
    for index, width in enumerate(self.config.dual_channels):
      hidden = self._dual_layer(hidden, width, self.maps, f"duals_{index}")
    output = self._read(hidden, FIRST_OUTPUT_GAIN, self.maps) + FIRST_OUTPUT
    if self.config.corrections:
      output = self._corrected(hidden, output, scale)
    return self._duals(output, scale)

  def _payoff_layers(self, hidden: Float[Array, "n *a c"]) -> Array:
    """Returns the activations of duals that payoffs lead to."""
    mask, shape = self.problem.strategy_mask, hidden.shape[1:-1]
    for index, width in enumerate(self.config.payoff_channels):
      name = f"payoffs_{index}"
      mix = layers.MixMaps(width, name=name)
      mixed = mix(self.maps.payoffs(hidden, mask), shape)
      hidden = self._activate(mixed, self.joint_mask, name)
    name = "payoffs_to_duals"
    mix = layers.MixMaps(self.config.middle_channels, name=name)
    rows = mix(self.maps.payoffs_to_duals(hidden, mask), mask.shape[1:])
    if self.config.concept == "ce":
      rows = pooling.outer(rows)
    return self._activate(rows, self.dual_mask, name)

  def _transformer(self, channels: Float[Array, "n *a c"]) -> Array:
    """As `_payoff_layers`, from embeddings of actions or of pairs of them."""
    rows = transformer.embed_actions(
      channels,
      self.problem.strategy_mask,
      self.config.payoff_channels,
      self.config.middle_channels,
    )
    if self.config.concept == "ce":
      rows = pooling.outer(rows)
    return jnp.where(self.dual_mask[..., None], rows, 0)

  def _dual_layer(
    self, hidden: Array, width: int, maps: MapSet, name: str
  ) -> Array:
    """Returns the activations after one duals to duals layer."""
    mixed = self._mix_duals(hidden, width, 1.0, maps, name)
    return self._activate(mixed, self.dual_mask, name)

  def _read(self, hidden: Array, gain: float, maps: MapSet) -> Array:
    """Returns one number per dual."""
    return self._mix_duals(hidden, 1, gain, maps, "output")[..., 0]

  def _mix_duals(
    self, hidden: Array, width: int, gain: float, maps: MapSet, name: str
  ) -> Array:
    mix = layers.MixMaps(width, gain, name=name)
    return mix(maps.duals(hidden, self.dual_mask), self.dual_mask.shape[1:])

  def _corrected(
    self, hidden: Array, output: Array, scale: Float[Array, " n"]
  ) -> Array:
    """Returns the output after all corrections, each with its own weights.

    They need no maxima, which would double what they cost: how far a dual is
    from where it should be, its own gradient says.
    """
    width, maps = hidden.shape[-1], without_maxima(self.maps)

    def correct(hidden: Array, output: Array) -> tuple[Array, Array]:
      seen = jnp.concatenate([hidden, self._see(output, scale)], axis=-1)
      hidden = self._dual_layer(seen, width, maps, "hidden")
      return hidden, output + self._read(hidden, 0.0, maps)

    repeated = layers.repeat(correct, self.config.corrections, "corrections")
    return repeated(hidden, output)[1]

  def _activate(
    self, mixed: Array, exists: Bool[Array, "..."], name: str
  ) -> Array:
    normalize = layers.Normalize(self.config.normalization, name=f"{name}_norm")
    unit = normalize(mixed, exists, self.size_class, self.is_training)
    return unit if self.is_linear else jax.nn.relu(unit)

  def _duals(self, output: Array, scale: Float[Array, " n"]) -> Duals:
    """Returns nonnegative duals, zero where they do not exist."""
    duals = jax.nn.softplus(output) * self._unit(scale)
    return jnp.where(self.dual_mask, duals, 0)

  def _unit(self, scale: Float[Array, " n"]) -> Float[Array, "n ..."]:
    """Returns how much one of a player's outputs is worth as a dual."""
    strategies = jnp.sum(self.problem.strategy_mask, axis=1)
    unit = scale / strategies.astype(scale.dtype)
    return dual.per_player(unit, self.dual_mask)

  def _see(self, output: Array, scale: Float[Array, " n"]) -> Array:
    """Returns what a correction sees of the answer so far."""
    duals = self._duals(output, scale)
    joint = dual.primal_joint(self.problem, duals)
    gradient = dual.dual_gradient(self.problem, duals, joint)
    curvature = FLAT + hessian_diagonal(self.problem, duals, joint)
    # Newton's step of each dual by itself, as a change of an output.
    step = -gradient / curvature / self._unit(scale)
    compressed = [
      *(jnp.arcsinh(factor * gradient) for factor in GRADIENT_SCALES),
      *(jnp.arcsinh(factor * step) for factor in STEP_SCALES),
      jnp.log(curvature),
      jnp.log1p(duals),
    ]
    seen = jnp.stack(compressed, axis=-1)
    return jnp.where(self.dual_mask[..., None], seen, 0)
