# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A word, once, about games larger than those that a network was trained on."""

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from nes_spiel.games import validation, warn_caller


def warn_beyond_range(
  facts: Mapping[str, Any], shape: tuple[int, ...], strategy_mask: Any = None
) -> None:
  """Warns, once per network and size, with the gap measured at such sizes.

  Args:
    facts: of a `Model`; without "options" nothing is known and nothing said.
    shape: strategies per player.
    strategy_mask: None, or with a leading batch axis; padding does not count.
      Of a traced one nothing is known, and nothing said.
  """
  size = max(shape)
  if validation.is_traced(strategy_mask):
    return
  if strategy_mask is not None:
    size = int(np.sum(strategy_mask, axis=-1).max())
  buckets = facts.get("options", {}).get("buckets", [])
  trained = max((largest for _, largest, *_ in buckets), default=size)
  if size > trained:
    name = str(facts.get("recipe", "this network"))
    _warn(name, trained, size, _measured(facts, trained, size))


@functools.cache
def _warn(name: str, trained: int, size: int, measured: str) -> None:
  warn_caller.warn_caller(
    f"A network: {name} was trained on up to {trained} strategies a player, "
    f'this game has {size}. {measured} method="nes+exact" goes on to the exact '
    "solution."
  )


def _measured(facts: Mapping[str, Any], trained: int, size: int) -> str:
  """Returns what was measured at the nearest size beyond those of training.

  The least that is not smaller than the game, else the largest.
  """
  tested = {
    max(map(int, name.removesuffix(" ME").split("x"))): found
    for name, found in facts.get("measured", {}).items()
    if name.endswith(" ME")
  }
  beyond = sorted(other for other in tested if other > trained)
  if not beyond:
    return "It was never measured there."
  nearest = next((other for other in beyond if other >= size), beyond[-1])
  found = tested[nearest]
  return (
    f"On {found['games'][0]:g} random games with {nearest} its mean gap is "
    f"{found['equilibrium_gap'][0]:.3f} and its total variation to the exact "
    f"solution {found['solver_gap'][0]:.3f}."
  )
