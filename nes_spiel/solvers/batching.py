# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A function of one game, mapped over a batch as suits the device."""

import math
from collections.abc import Callable
from typing import Any

import jax

# On a CPU a batch is solved in pieces: a batch takes as many steps as its
# slowest game, and a piece fits the cache. An accelerator takes it whole.
CPU_PIECE = 32  # games
CPU_CELLS = 4096  # payoffs of a piece


def map_games(solve_game: Callable[[Any], Any], games: Any) -> Any:
  """Returns `solve_game` of every row of a pytree, payoffs first, stacked."""
  payoffs = jax.tree.leaves(games)[0]
  count, cells = payoffs.shape[0], math.prod(payoffs.shape[1:])
  piece = max(1, min(CPU_PIECE, CPU_CELLS // cells))
  if jax.default_backend() == "cpu" and count > piece:
    return jax.lax.map(solve_game, games, batch_size=piece)
  return jax.vmap(solve_game)(games)
