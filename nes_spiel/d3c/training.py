# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Many runs of agents that learn strategies and mixings, compiled once."""

import enum
import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key

from nes_spiel.d3c import arguments, compilation, learner
from nes_spiel.d3c.arguments import Mask
from nes_spiel.d3c.game import Game, Recipe, check_game, stack
from nes_spiel.d3c.learner import Population, State
from nes_spiel.d3c.modes import Mode
from nes_spiel.d3c.price_of_anarchy import utilitarian_bound


class TrainingStatus(enum.IntEnum):
  """How a run ended."""

  FINISHED = 0
  DIVERGED = 1  # a loss, strategy or row was not finite; what was before stays


class Training(NamedTuple):
  """Runs of agents in one game, or in a game each.

  Attributes:
    ratio_to_optimal: `[runs, time]`, total loss over the optimum's; NaN where
      the optimum is not positive.
    losses: `[runs, time, n]`.
    attention: `[runs, time, n]`, ln(A_ii / A_ij), the mean over j != i.
    bound: `[runs, time]`, of Theorem 1 for one step; inf where a mixed loss is
      not positive.
    strategy_path: `[runs, time, n, k]`, strategies while they learn.
    strategies: `[runs, n, k]`, at the end.
    mixing: `[runs, n, n]`, A at the end.
    status: `[runs]`, of `TrainingStatus`.
    steps: `[time]`, at which the above were taken.
  """

  ratio_to_optimal: Float[np.ndarray, "runs time"]
  losses: Float[np.ndarray, "runs time n"]
  attention: Float[np.ndarray, "runs time n"]
  bound: Float[np.ndarray, "runs time"]
  strategy_path: Float[np.ndarray, "runs time n k"]
  strategies: Float[np.ndarray, "runs n k"]
  mixing: Float[np.ndarray, "runs n n"]
  status: Int[np.ndarray, " runs"]
  steps: Int[np.ndarray, " time"]


def train(
  game: Game | Sequence[Game],
  key: Key[Array, ""],
  runs: int | None = None,
  *,
  mode: str | Mode = "d3c",
  record_every: int | None = None,
  opts_in: Mask | None = None,
  moves: Mask | None = None,
  strategies: Float[Array, "runs n k"] | None = None,
  **changes: Any,
) -> Training:
  """Trains agents, from many starts at once.

  Args:
    game: one for all runs, or one each, of one kind.
    key: of the first strategies.
    runs: how many; 1 if None, or one for each of several games.
    mode: one of `MODES`, or a mode such as `fixed(team_spirit(4, 0.5))`.
    record_every: steps between what is recorded; if None 10, or less where
      that does not divide them.
    opts_in: `[n]`, agents that take part in the mixing, all if None.
    moves: `[n]`, agents that learn strategies, all if None.
    strategies: `[runs, n, k]`, where they start, drawn by the game if None.
    **changes: to the game's `Recipe`, such as `steps` or `epsilon`.

  Raises:
    ValueError: no game, an unknown mode or number out of its range, losses that
      are not one finite number per agent, or shapes that do not fit.
    TypeError: a change to what no recipe has.

  Example:
    >>> import jax
    >>> from nes_spiel import d3c
    >>> game = d3c.games.prisoners_dilemma(2)
    >>> result = d3c.train(game, jax.random.key(0), runs=4)
    >>> [round(float(ratio), 3) for ratio in result.ratio_to_optimal[:, -1]]
    [1.0, 1.0, 1.0, 1.0]
  """
  several = not isinstance(game, Game)
  games = arguments.games(game)
  stacked = stack(games) if several else games[0]
  first = games[0]
  check_game(stacked, several)
  recipe = arguments.changed(first.recipe, changes)
  every = arguments.recorded_every(recipe, record_every)
  population = arguments.population(first.num_agents, opts_in, moves)
  starts = arguments.starts(
    first, key, len(games) if runs is None else runs, strategies
  )
  if several and len(starts) != len(games):
    raise ValueError(
      f"runs: expected one for each of {len(games)} games, got {len(starts)}."
    )
  final, path = _compiled_run()(
    stacked,
    starts,
    several,
    arguments.as_mode(mode),
    recipe,
    population,
    every,
  )
  return _result(stacked, final, path, recipe, every)


class _Point(NamedTuple):
  """What is recorded of a state."""

  losses: Float[Array, " n"]
  attention: Float[Array, " n"]
  bound: Float[Array, ""]
  strategies: Float[Array, "n k"]


@functools.cache
def _compiled_run() -> Any:
  """Returns `_run`, compiled for each shape; nothing is before it is needed."""
  return jax.jit(
    _run,
    static_argnums=(2, 3, 4, 5, 6),
    compiler_options=compilation.compiler_options(),
  )


def _run(
  game: Game,
  starts: Float[Array, "runs n k"],
  several: bool,
  mode: Mode,
  recipe: Recipe,
  population: Population,
  record_every: int,
) -> tuple[State, _Point]:
  """Returns the last state of every run, and its points."""

  def run(game: Game, start: Float[Array, "n k"]) -> tuple[State, _Point]:
    def step(_: Int[Array, ""], state: State) -> State:
      return learner.step(game, mode, recipe, population, state)

    def advance(state: State, _: None) -> tuple[State, _Point]:
      point = _point(game, mode, recipe, population, state)
      return jax.lax.fori_loop(0, record_every, step, state), point

    state = learner.initial_state(start, mode, recipe, population)
    count = recipe.steps // record_every
    final, path = jax.lax.scan(advance, state, None, length=count)
    last = _point(game, mode, recipe, population, final)
    return final, jax.tree.map(
      lambda past, end: jnp.concatenate([past, end[None]]), path, last
    )

  return jax.vmap(run, (0 if several else None, 0))(game, starts)


def _point(
  game: Game,
  mode: Mode,
  recipe: Recipe,
  population: Population,
  state: State,
) -> _Point:
  """Returns what is recorded of a state."""
  change = learner.observe(game, mode, population, state)
  return _Point(
    change.losses,
    learner.attention(state.log_mixing),
    utilitarian_bound(change, recipe.step_size),
    state.strategies,
  )


def _result(
  game: Game, final: Any, path: Any, recipe: Recipe, record_every: int
) -> Training:
  """Returns the runs on the host, from their last states and points."""
  final, path = jax.device_get((final, path))
  best = np.reshape(np.asarray(game.optimal_loss, float), (-1, 1))
  usable = np.where(np.isfinite(best) & (best > 0), best, np.nan)
  return Training(
    ratio_to_optimal=path.losses.sum(-1) / usable,
    losses=path.losses,
    attention=path.attention,
    bound=path.bound,
    strategy_path=path.strategies,
    strategies=final.strategies,
    mixing=np.exp(final.log_mixing),
    status=np.where(
      final.finite, TrainingStatus.FINISHED, TrainingStatus.DIVERGED
    ),
    steps=np.arange(0, recipe.steps + 1, record_every),
  )
