# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Networks measured on games that no training has seen."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Key

from nes_spiel import equilibria, games, nes
from nes_spiel.examples.shapes import shape_name

# Training folds steps into the seed's own key: no seed is this one.
EVALUATION_KEY = 2**31 - 1
# The exact CE of a 16x16 game takes a quarter of a second.
EVALUATION_SHAPES: dict[tuple[str, int], list[tuple[int, ...]]] = {
  ("cce", 2): [(4, 4), (8, 8), (16, 16), (3, 7)],
  ("ce", 2): [(4, 4), (8, 8), (12, 12), (3, 7)],
  ("cce", 3): [(3, 3, 3), (4, 4, 4), (8, 8, 8), (2, 3, 5)],
  ("cce", 4): [(2, 2, 2, 2), (3, 3, 3, 3), (4, 4, 4, 4), (2, 3, 4, 5)],
}
# Larger than any in training; the row ME alone, and few games.
BEYOND_SHAPES: dict[tuple[str, int], list[tuple[int, ...]]] = {
  ("cce", 2): [(32, 32), (64, 64)],
  ("ce", 2): [(32, 32), (64, 64)],
  ("cce", 3): [(16, 16, 16)],
  ("cce", 4): [(8, 8, 8, 8)],
}
BEYOND_GAMES = 32


def held_out_games(
  shape: tuple[int, ...],
  count: int,
  kind: str,
  concept: equilibria.Concept,
  key: Key[Array, ""] | None = None,
) -> tuple[Any, equilibria.Selection]:
  """Returns games of one shape, and what is selected of them.

  Args:
    shape: strategies per player.
    count: how many games, from the invariant subspace.
    kind: a row of Table 3; or "zero-sum", the row ME for the same games less
      their mean over players, which are harder.
    concept: "ce" or "cce".
    key: one that no training has; that of `EVALUATION_KEY` if None.
  """
  key = jax.random.key(EVALUATION_KEY) if key is None else key
  payoffs = games.sample_invariant(key, count, shape)
  if kind == "zero-sum":
    payoffs, kind = payoffs - payoffs.mean(1, keepdims=True), "ME"
  key = jax.random.fold_in(key, 1)
  return payoffs, nes.sample_selections(key, kind, payoffs, concept)


def measure(
  network: nes.Network,
  variables: nes.Variables,
  count: int,
  kinds: Sequence[str],
  shapes: Sequence[tuple[int, ...]] | None = None,
) -> dict[str, Any]:
  """Returns mean and standard error of every measurement, by kind of game.

  Rows of Table 3 with target epsilons are also measured by stratum, see
  `nes.Evaluation`.

  Args:
    network: its configuration.
    variables: what it has learned.
    count: how many games of each shape and kind.
    kinds: of `held_out_games`.
    shapes: those of `EVALUATION_SHAPES` if None, and for the row ME and at most
      `BEYOND_GAMES` games those of `BEYOND_SHAPES`.
  """
  table: dict[str, Any] = {}
  concept, players = network.config.concept, network.config.players
  for shape in shapes or EVALUATION_SHAPES[concept, players]:
    for kind in dict.fromkeys(kinds):
      drawn = held_out_games(shape, count, kind, concept)
      found = evaluate(network, variables, *drawn)
      name = f"{shape_name(shape)} {kind}"
      table[name] = means(found)
      table |= {
        f"{name} {stratum}": means(part)
        for stratum, part in strata(kind, found)
      }
  if shapes or "ME" not in kinds:
    return table
  return table | measure_beyond(network, variables, count)


def kinds_of(rows: Sequence[str]) -> tuple[str, ...]:
  """Returns what a network of some rows is measured on.

  These, and zero-sum games of the row ME if it is among them.
  """
  return (*rows, "zero-sum") if "ME" in rows else tuple(rows)


def measure_beyond(
  network: nes.Network, variables: nes.Variables, count: int
) -> dict[str, Any]:
  """Returns what `measure` does, for the row ME of `BEYOND_SHAPES`."""
  table: dict[str, Any] = {}
  concept, players = network.config.concept, network.config.players
  for shape in BEYOND_SHAPES[concept, players]:
    drawn = held_out_games(shape, min(count, BEYOND_GAMES), "ME", concept)
    found = evaluate(network, variables, *drawn)
    table[f"{shape_name(shape)} ME"] = means(found)
  return table


def evaluate(
  network: nes.Network,
  variables: nes.Variables,
  payoffs: Any,
  selection: equilibria.Selection,
) -> nes.Evaluation:
  """Returns `nes.evaluate`, compiled once for all rows of a shape.

  What a row leaves out is stated as the values that it stands for: a uniform
  target, a welfare with weight 0.

  Args:
    network: its configuration.
    variables: what it has learned.
    payoffs: `[b, n, *a]`, of `held_out_games`.
    selection: its numbers are shared, its arrays have a leading b.
  """
  count, shape = len(payoffs), payoffs.shape[2:]
  usual = {
    "target_joint": jnp.full((count, *shape), 1 / np.prod(shape)),
    "welfare": jnp.zeros((count, *shape)),
    "mu": jnp.zeros(count),
  }
  missing: dict[str, Any] = {
    name: value
    for name, value in usual.items()
    if getattr(selection, name) is None
  }
  stated = dataclasses.replace(selection, **missing)
  return nes.evaluate(network, variables, payoffs, stated)


def strata(
  kind: str, found: nes.Evaluation
) -> Iterator[tuple[str, nes.Evaluation]]:
  """Yields the parts of a row with target epsilons, none of another row."""
  if kind.startswith("eps-"):
    for number in np.unique(found.stratum).tolist():
      yield nes.STRATA[number], found.of_stratum(nes.STRATA[number])


def means(found: nes.Evaluation) -> dict[str, list[float]]:
  """Returns mean and standard error of every measurement, and the games."""
  names = [name for name in nes.Evaluation._fields if name != "stratum"]
  return {"games": [float(len(found.solved)), 0.0]} | {
    name: list(found.mean(name)) for name in names
  }
