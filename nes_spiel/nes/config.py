# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What a network is: all that its parameters' names and shapes follow from."""

import dataclasses
from typing import Any, Literal, get_args

from nes_spiel.equilibria import CONCEPTS, Concept

# What asks for more is no network: a file that is broken.
MOST_PLAYERS, MOST_CHANNELS = 30, 2**20
# Of a transformer's attention, side by side.
HEADS = 4

Input = Literal[
  "payoffs", "reference_logits", "target_epsilon", "target_joint", "welfare"
]
Architecture = Literal["pooling", "transformer"]
MapSet = Literal["equivariant", "paper"]
Normalization = Literal["game", "batch"]
Activation = Literal["relu", "linear"]

# Fields that files from before them lack. At these values they are not written,
# so that a network of then and the same one of now are described alike.
ADDED_FIELDS: dict[str, Any] = {"activation": "relu", "architecture": "pooling"}


@dataclasses.dataclass(frozen=True)
class Config:
  """A Neural Equilibrium Solver's architecture.

  Attributes:
    concept: "ce" or "cce".
    players: for how many it is trained. From three on, parameters have the same
      shapes whatever the number.
    inputs: the channels of the first layer. What is no input has no effect, so
      a network without "reference_logits" (or the paper's "target_joint" and
      "welfare") serves uniform targets without welfare alone, and one without
      "target_epsilon" the value 0. What training does not vary keeps its first
      weights; `Recipe.rows` says what it does.
    maps: "equivariant", all linear maps for two players; or "paper", those of
      Appendix D, whose Eq. 19c for CCE commutes with permutations of strategies
      only where all players' are permuted together, so that games must be
      cubes, without strategies that are masked for one player alone.
    normalization: "batch"; or "game", of each game by itself, which removes
      what is constant over a game, such as a target epsilon.
    payoff_channels: of the payoffs to payoffs layers; of the plays in a
      transformer's blocks, one block for each.
    middle_channels: of the payoffs to duals layer; of a transformer's action
      embeddings.
    dual_channels: of the duals to duals layers, before the last one's single.
    corrections: how often the network sees gradient and curvature of the dual
      loss at its answer so far and corrects it, each time by a layer as wide as
      the last of `dual_channels`. The paper's networks do not.
    activation: between layers, "relu"; or "linear", none, and no maxima among
      the maps, for the ablation of Figure 3d: then the last softplus is all
      that is not linear in the payoffs (of CE the outer products too).
    architecture: what leads from payoffs to duals: "pooling", the paper's kind
      of layers; or "transformer", the NfgTransformer's attention.
  """

  concept: Concept = "cce"
  players: int = 2
  inputs: tuple[Input, ...] = ("payoffs", "reference_logits", "target_epsilon")
  maps: MapSet = "equivariant"
  normalization: Normalization = "batch"
  payoff_channels: tuple[int, ...] = (32, 32, 32, 32, 32)
  middle_channels: int = 64
  dual_channels: tuple[int, ...] = (32, 32)
  corrections: int = 0
  activation: Activation = "relu"
  architecture: Architecture = "pooling"

  def __post_init__(self) -> None:
    """Refuses what cannot be built, with what is accepted."""
    self._check_types()
    self._check("concept", (self.concept,), CONCEPTS)
    self._check("inputs", self.inputs, get_args(Input))
    self._check("maps", (self.maps,), get_args(MapSet))
    self._check("architecture", (self.architecture,), get_args(Architecture))
    self._check("normalization", (self.normalization,), get_args(Normalization))
    self._check("activation", (self.activation,), get_args(Activation))
    channels = (
      *self.payoff_channels,
      self.middle_channels,
      *self.dual_channels,
    )
    if not 2 <= self.players <= MOST_PLAYERS or not all(
      1 <= width <= MOST_CHANNELS for width in channels
    ):
      raise ValueError(
        f"Config: expected 2 to {MOST_PLAYERS} players and 1 to "
        f"{MOST_CHANNELS} channels per layer; got {self}."
      )
    if "payoffs" not in self.inputs:
      raise ValueError(
        f'Config.inputs: expected "payoffs" among them, got {self.inputs}.'
      )
    if self.corrections < 0:
      raise ValueError(
        f"Config.corrections: expected 0 or more, got {self.corrections}."
      )
    if self.normalization == "game" and "target_epsilon" in self.inputs:
      raise ValueError(
        'Config: normalization "game" removes the input "target_epsilon".'
      )
    if self.activation == "linear" and (
      self.corrections or self.normalization == "game"
    ):
      raise ValueError(
        'Config: activation "linear" goes with 0 corrections, whose gradient '
        'is not linear, and normalization "batch", whose averages are fixed '
        f"after training; got {self}."
      )
    if self.concept == "ce" and self.middle_channels % 2:
      raise ValueError(
        "Config.middle_channels: even for CE, whose outer products take a half "
        f"each (Eq. 13); got {self.middle_channels}."
      )
    if self.architecture == "transformer":
      self._check_transformer()

  def _check_types(self) -> None:
    """Refuses fields that are of another kind than their defaults."""
    for field in dataclasses.fields(self):
      value, usual = getattr(self, field.name), field.default
      several = isinstance(usual, tuple)
      kind = type(usual[0] if isinstance(usual, tuple) else usual)
      if isinstance(value, tuple) != several or any(
        type(x) is not kind for x in (value if several else (value,))
      ):
        many = "a tuple of " if several else ""
        raise ValueError(
          f"Config.{field.name}: expected {many}{kind.__name__}, got {value!r}."
        )

  def _check_transformer(self) -> None:
    """Refuses what `transformer` cannot build."""
    if self.maps != "equivariant":
      raise ValueError(
        f'Config.maps: "equivariant" for a transformer, got {self.maps!r}.'
      )
    if self.activation != "relu":
      raise ValueError(
        f'Config.activation: "relu" for a transformer, got {self.activation!r}.'
      )
    if any(width % HEADS for width in self.payoff_channels):
      raise ValueError(
        f"Config.payoff_channels: multiples of a transformer's {HEADS} heads, "
        f"got {self.payoff_channels}."
      )

  def _check(
    self, name: str, values: tuple[str, ...], accepted: tuple[str, ...]
  ) -> None:
    unknown = [value for value in values if value not in accepted]
    if unknown:
      raise ValueError(
        f"Config.{name}: expected of {accepted}, got {unknown[0]!r}."
      )

  @property
  def needs_cubes(self) -> bool:
    """Whether all players must have as many strategies (Eq. 19c)."""
    return (self.maps, self.concept) == ("paper", "cce")

  @classmethod
  def paper(cls, concept: Concept = "cce", players: int = 2) -> "Config":
    """Returns the layers of Appendix D.1: 79,905 parameters for CCE.

    By the paper's count, which leaves out BatchNorm's scales and offsets.
    """
    return cls(
      concept=concept,
      players=players,
      inputs=("payoffs", "target_joint", "welfare", "target_epsilon"),
      maps="paper",
    )

  def to_dict(self) -> dict[str, Any]:
    """Returns the fields as JSON holds them, but `ADDED_FIELDS` as usual."""
    return described(dataclasses.asdict(self), ADDED_FIELDS)

  @classmethod
  def from_dict(cls, values: Any) -> "Config":
    """Undoes `to_dict`, also after a way through JSON.

    Raises:
      ValueError: missing or unknown fields, or values that `Config` refuses.
    """
    known = {field.name for field in dataclasses.fields(cls)}
    if not isinstance(values, dict) or {*values, *ADDED_FIELDS} != known:
      raise ValueError(
        f"Config: expected the fields {sorted(known)}, got {values!r}."
      )
    options: dict[str, Any] = {
      name: tuple(value) if isinstance(value, list) else value
      for name, value in values.items()
    }
    return cls(**options)


def described(values: dict[str, Any], added: dict[str, Any]) -> dict[str, Any]:
  """Returns options without those added later that have their usual value."""
  return {
    name: value
    for name, value in values.items()
    if name not in added or value != added[name]
  }
