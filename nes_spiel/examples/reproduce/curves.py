# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What a learning curve is: of which network, trained how, measured when.

A curve is of one architecture and one recipe, on games of one shape, and has
several seeds.
"""

import dataclasses
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from nes_spiel import equilibria, nes
from nes_spiel.examples.shapes import shape_name


class Curve(NamedTuple):
  """What is learned.

  Attributes:
    name: of its folder; curves of one name are one.
    config: the architecture.
    recipe: how it is trained; its steps, batches and games are `Effort`'s.
    row: of Table 3, by which it is measured.
    size: strategies of every player.
  """

  name: str
  config: nes.Config
  recipe: nes.Recipe
  row: str
  size: int


@dataclasses.dataclass(frozen=True)
class Effort:
  """How much is spent on every curve.

  Attributes:
    steps: of the optimiser.
    seeds: of parameters and training games, from 0.
    batch: games in a step.
    points: how many times a curve is measured, its end included.
    games: by which it is measured.
    game_seed: of these.
  """

  steps: int
  seeds: int
  batch: int
  points: int
  games: int
  game_seed: int = 0

  @property
  def every(self) -> int:
    """Steps between two measurements, before they are rounded to chunks."""
    return max(1, self.steps // self.points)


class Learned(NamedTuple):
  """The points of a curve.

  Attributes:
    steps: `[k]`, at which it was measured.
    solver_gap: `[s, k]`, mean over games by seed and step.
    trivial_gap: that of zero duals on the same games.
    equilibrium_gap: `[s, k]`, the (C)CE gap against epsilon 0.
    solved: the share of games that the exact solver solved.
  """

  steps: Int[np.ndarray, " k"]
  solver_gap: Float[np.ndarray, "s k"]
  trivial_gap: float
  equilibrium_gap: Float[np.ndarray, "s k"]
  solved: float


def single_size(
  row: str,
  concept: equilibria.Concept,
  players: int,
  size: int,
  **options: Any,
) -> Curve:
  """Returns the curve of the shipped architecture for one row and shape.

  All rows have the same inputs, as in the paper.

  Args:
    row: of Table 3.
    concept: "ce" or "cce".
    players: of the games.
    size: strategies of every player.
    **options: of `nes.Config`, otherwise than the shipped networks'.
  """
  shipped, _ = nes.RECIPES[f"{concept}_2p"]
  options = {"corrections": shipped.corrections} | options
  shape = shape_name([size] * players)
  return Curve(
    f"{concept}_{row}_{shape}",
    nes.Config(concept, players, **options),
    cube_recipe(row, size),
    row,
    size,
  )


def cube_recipe(row: str, size: int, **options: Any) -> nes.Recipe:
  """Returns the recipe of games of one size, as the paper's networks have.

  Args:
    row: of Table 3.
    size: strategies of every player.
    **options: of `nes.Recipe`.
  """
  bucket = nes.Bucket(size, size, 1, 1.0)
  return nes.Recipe((bucket,), (row,), zero_sum=0.0, cubes=1.0, **options)
