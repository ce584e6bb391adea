# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Public beliefs with exact values, from which a value function is learned."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from nes_spiel.games.warn_caller import warn_caller
from nes_spiel.pub_amg import (
  descent,
  horizon,
  leaf_values,
  objectives,
  policies,
)
from nes_spiel.pub_amg.descent import Descent, Method
from nes_spiel.pub_amg.gaps import Gaps
from nes_spiel.pub_amg.horizon import Horizon
from nes_spiel.pub_amg.objectives import MiniMaxEnt
from nes_spiel.pub_amg.public_game import PublicGame

# Of the probabilities that a random policy leads to an information state: some
# near 0 teach what a player who gives itself away is worth.
SHAPE = 0.5
TOLERANCE = 1e-5  # on the residual


class Examples(NamedTuple):
  """Public beliefs with the exact values of their histories.

  Attributes:
    public_state: `[m]`.
    belief: `[m, k]`, above 0 for every history, then zeros.
    values: `[m, k]`, to player 0.
  """

  public_state: Int[np.ndarray, " m"]
  belief: Float[np.ndarray, "m k"]
  values: Float[np.ndarray, "m k"]


def joined(found: Iterable[Examples]) -> Examples:
  """Returns examples as one.

  Args:
    found: such as `collect` yields.
  """
  columns = zip(*found, strict=True)
  return Examples(*(np.concatenate(column) for column in columns))


def collect(
  game: PublicGame,
  alpha: float,
  draws: Iterable[int],
  seed: int = 0,
  objective: Any = MiniMaxEnt,
  step_size: float | None = None,
  max_sweeps: int = 10_000,
) -> Iterator[Examples]:
  """Returns, per draw, a random belief of every public state, solved.

  All public states of a time step are solved at once, as one forest.

  Args:
    game: the game.
    alpha: above 0.
    draws: numbers of beliefs of each public state; with `seed` a number says
      which beliefs they are.
    seed: of all of them.
    objective: as `solve` takes it.
    step_size: eta, a tenth of alpha if None.
    max_sweeps: when to stop solving all the same, with a warning.

  Raises:
    ValueError: no `PublicGame`, numbers out of range, or a schedule of alpha.
  """
  objective = objectives.checked(objective, game)
  method = descent.make_constant_method(objective, alpha, step_size)
  descent.check_limits(max_sweeps)
  return _drawn(game, method, draws, seed, max_sweeps)


def _drawn(
  game: PublicGame,
  method: Method,
  draws: Iterable[int],
  seed: int,
  max_sweeps: int,
) -> Iterator[Examples]:
  """Yields what `collect` does."""
  times = range(game.last_time + 1)
  cuts = [horizon.cut_off(game, time) for time in times]
  forests = [leaf_values.roots_of(game, cut) for cut in cuts]
  for draw in draws:
    rng = np.random.default_rng([seed, draw])
    found = [
      _solved(
        game, cut, forest, method, random_weights(game, cut, rng), max_sweeps
      )
      for cut, forest in zip(cuts, forests, strict=True)
    ]
    yield joined(found)


def most_histories(game: PublicGame) -> int:
  """Returns the largest number of histories of a public state."""
  return int(np.bincount(game.public_state[game.tree.decisions]).max())


def random_weights(
  game: PublicGame, cut: Horizon, rng: np.random.Generator
) -> Float[np.ndarray, "l k"]:
  """Returns random beliefs `[l, k]`, as random policies lead to.

  A history's probability is that of chance times a factor for either player's
  information state.
  """
  tree, weights = game.tree, np.zeros(cut.histories.shape)
  factors: dict[tuple[int, str], float] = {}
  for place in np.argwhere(cut.histories < len(tree.parent)):
    history = int(cut.histories[tuple(place)])
    weight = tree.chance[history]
    for player, string in enumerate(tree.strings[history] or ()):
      if (player, string) not in factors:
        factors[player, string] = rng.gamma(SHAPE)
      weight *= factors[player, string]
    weights[tuple(place)] = weight
  return weights / weights.sum(axis=1, keepdims=True)


def _solved(
  game: PublicGame,
  cut: Horizon,
  forest: tuple[Any, Any],
  method: Method,
  weights: Float[np.ndarray, "l k"],
  max_sweeps: int,
) -> Examples:
  """Returns beliefs at a horizon with the exact values of their histories."""
  form, leaf = forest
  most = Gaps(np.inf, TOLERANCE, np.inf)
  with jax.enable_x64(True):
    games = leaf_values.started(form, leaf, weights)
    start = descent.measured(games, policies.uniform(game), method, 0.0)
    found: Descent = descent.descend(
      games, start, method, most, float(max_sweeps)
    )
    values = jax.device_get(
      _values_under(form, leaf, weights, found.policies, method)
    )
  if not found.gaps.within(most):
    warn_caller(
      f"Examples of {game.name} were left after {max_sweeps} sweeps with a "
      f"residual of {found.gaps.residual:.1e}."
    )
  room = ((0, 0), (0, most_histories(game) - weights.shape[1]))
  return Examples(
    cut.public_states, np.pad(weights, room), np.pad(values, room)
  )


_values_under = jax.jit(leaf_values.values_under)
