# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The table of the classes, and the checks at the door."""

import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key, UInt32

from nes_spiel.games.gamut import (
  graphical,
  graphs,
  local_effect,
  pricing,
  random_games,
  symmetric,
)

# One game `[n, *a]` from a key and the number of strategies of each player.
Sampler: TypeAlias = Callable[
  [Key[Array, ""], tuple[int, ...]], Float[Array, "n *a"]
]

# In the order D1 to D22 of Table 4, which gives GAMUT's names in parentheses.
_SAMPLERS: Mapping[str, Sampler] = MappingProxyType(
  {
    "BertrandOligopoly": pricing.bertrand_oligopoly,
    "BidirectionalLEG-CG": functools.partial(
      local_effect.bidirectional, graph=graphs.complete
    ),
    "BidirectionalLEG-RG": functools.partial(
      local_effect.bidirectional, graph=graphs.random
    ),
    "BidirectionalLEG-SG": functools.partial(
      local_effect.bidirectional, graph=graphs.star
    ),
    "CovariantGame-Pos": functools.partial(
      random_games.covariant_game, correlation=0.9
    ),
    "CovariantGame": random_games.covariant_game,
    "CovariantGame-Zero": functools.partial(
      random_games.covariant_game, correlation=0.0
    ),
    "DispersionGame": symmetric.dispersion_game,
    "GraphicalGame-RG": functools.partial(
      graphical.graphical_game, graph=graphs.random
    ),
    "GraphicalGame-Road": functools.partial(
      graphical.graphical_game, graph=graphs.road
    ),
    "GraphicalGame-SG": functools.partial(
      graphical.graphical_game, graph=graphs.star
    ),
    "GraphicalGame-SW": functools.partial(
      graphical.graphical_game, graph=graphs.small_world
    ),
    "MinimumEffortGame": symmetric.minimum_effort_game,
    "PolymatrixGame-CG": functools.partial(
      graphical.polymatrix_game, graph=graphs.complete
    ),
    "PolymatrixGame-RG": functools.partial(
      graphical.polymatrix_game, graph=graphs.random
    ),
    "PolymatrixGame-Road": functools.partial(
      graphical.polymatrix_game, graph=graphs.road
    ),
    "PolymatrixGame-SW": functools.partial(
      graphical.polymatrix_game, graph=graphs.small_world
    ),
    "RandomGame": random_games.random_game,
    "TravelersDilemma": symmetric.travelers_dilemma,
    "UniformLEG-CG": functools.partial(
      local_effect.uniform, graph=graphs.complete
    ),
    "UniformLEG-RG": functools.partial(
      local_effect.uniform, graph=graphs.random
    ),
    "UniformLEG-SG": functools.partial(local_effect.uniform, graph=graphs.star),
  }
)

NAMES: tuple[str, ...] = tuple(_SAMPLERS)

# GAMUT's other classes have one number of strategies for all players.
_ANY_COUNTS = ("RandomGame", "CovariantGame")


def sample(
  name: str,
  key: Key[Array, ""] | UInt32[Array, "2"],
  batch: int,
  shape: tuple[int, ...],
) -> Float[Array, "b n *a"]:
  """Samples independent games of one GAMUT class.

  Every game has parameters, a graph and functions of its own. Under `jit`,
  `name`, `batch` and `shape` are static.

  Args:
    name: one of `NAMES`.
    key: consumed.
    batch: b, the number of games, at least 1.
    shape: `(a_1, ..., a_n)`, the number of strategies of each of n >= 2
      players; all equal, except for RandomGame and the three CovariantGames.

  Returns:
    Payoffs `[b, n, *a]`, as GAMUT would print them: neither centred nor scaled.

  Raises:
    ValueError: an unknown name, an empty batch, or a shape that the class does
      not have.

  Example:
    >>> import jax
    >>> from nes_spiel.games import gamut
    >>> gamut.sample("DispersionGame", jax.random.key(0), 512, (4, 4)).shape
    (512, 2, 4, 4)
  """
  shape = tuple(shape)
  _check(name, batch, shape)
  if not jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
    key = jax.random.wrap_key_data(key)
  return _sample(name, jax.random.split(key, batch), shape)


@functools.partial(jax.jit, static_argnames=("name", "shape"))
def _sample(
  name: str, keys: Key[Array, " b"], shape: tuple[int, ...]
) -> Float[Array, "b n *a"]:
  """`sample` after its checks, compiled once per name, batch and shape."""
  draw = _SAMPLERS[name]
  return jax.vmap(lambda key: draw(key, shape))(keys)


def _check(name: str, batch: int, shape: tuple[int, ...]) -> None:
  """Raises ValueError unless the class has games of this shape."""
  if name not in _SAMPLERS:
    raise ValueError(f"name: expected one of {', '.join(NAMES)}; got {name!r}.")
  if batch < 1:
    raise ValueError(f"batch: expected at least 1 game; got {batch}.")
  if len(shape) < 2 or min(shape) < 1:
    raise ValueError(
      f"shape: {name} needs at least 2 players, each with at least 1 strategy; "
      f"got {shape}."
    )
  if len(set(shape)) > 1 and not name.startswith(_ANY_COUNTS):
    raise ValueError(
      f"shape: {name} needs as many strategies for each player, such as "
      f"{(max(shape),) * len(shape)}; got {shape}."
    )
