# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A function of one game, mapped over a batch as suits the device."""

from collections.abc import Callable
from typing import Any

import jax

# On a CPU a batch is solved in pieces: a batch takes as many steps as its
# slowest game, and a piece fits the cache. An accelerator takes it whole.
CPU_PIECE = 32


def map_games(solve_game: Callable[[Any], Any], games: Any) -> Any:
  """Returns `solve_game` of every row of a pytree, stacked."""
  count = jax.tree.leaves(games)[0].shape[0]
  if jax.default_backend() == "cpu" and count > CPU_PIECE:
    return jax.lax.map(solve_game, games, batch_size=CPU_PIECE)
  return jax.vmap(solve_game)(games)
