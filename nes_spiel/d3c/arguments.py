# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What `train` is given, checked and completed."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Key

from nes_spiel.d3c.game import Game, Recipe
from nes_spiel.d3c.learner import Population, agent_mask
from nes_spiel.d3c.modes import MODES, Mode
from nes_spiel.games import number_checks, validation

RECORD_EVERY = 10  # where it divides the steps
Mask: TypeAlias = Sequence[bool] | Bool[np.ndarray, " n"]


def as_mode(mode: str | Mode) -> Mode:
  """Returns a mode by its name, or as it is.

  Raises:
    ValueError: an unknown name.
  """
  if isinstance(mode, Mode):
    return mode
  if mode not in MODES:
    raise ValueError(f'mode: expected one of {sorted(MODES)}, got "{mode}".')
  return MODES[mode]


def games(game: Game | Sequence[Game]) -> list[Game]:
  """Returns one game or several as a list.

  Raises:
    ValueError: something else, such as a game's name or what makes it.
  """
  given: Any = game
  listed = list(given) if isinstance(given, list | tuple) else [given]
  for each in listed:
    if not isinstance(each, Game):
      raise ValueError(
        f"game: expected one such as games.braess(), or several, got {each!r}."
      )
  return listed


def changed(recipe: Recipe, changes: dict[str, Any]) -> Recipe:
  """Returns a recipe with changes, of which every name is one of its own."""
  names = [field.name for field in dataclasses.fields(Recipe)]
  unknown = sorted(set(changes) - set(names))
  if unknown:
    raise TypeError(f"train: a recipe has {names}, got {unknown}.")
  return dataclasses.replace(recipe, **changes)


def recorded_every(recipe: Recipe, given: int | None) -> int:
  """Returns the steps between what is recorded, RECORD_EVERY or less if None.

  Raises:
    ValueError: steps that do not divide into what is recorded.
  """
  every = math.gcd(recipe.steps, RECORD_EVERY) if given is None else given
  number_checks.check_count("record_every", every)
  if recipe.steps % every:
    raise ValueError(
      f"record_every: expected a divisor of {recipe.steps} steps, got {every}."
    )
  return every


def population(
  agents: int, opts_in: Mask | None, moves: Mask | None
) -> Population:
  """Returns who takes part, after checking that there is one for each agent."""
  return Population(
    agent_mask("opts_in", opts_in, agents), agent_mask("moves", moves, agents)
  )


def starts(
  game: Game,
  key: Key[Array, ""],
  runs: int,
  strategies: Float[Array, "runs n k"] | None,
) -> Float[Array, "runs n k"]:
  """Returns where every run starts."""
  number_checks.check_count("runs", runs)
  drawn = jax.vmap(game.start)(jax.random.split(key, runs))
  if strategies is None:
    return drawn
  given = jnp.asarray(strategies, drawn.dtype)
  if given.shape != drawn.shape:
    raise ValueError(
      f"strategies: expected shape {drawn.shape}, got {given.shape}."
    )
  validation.check_finite("strategies", given)
  return given
