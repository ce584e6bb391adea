# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""OpenSpiel's own JPSRO and PSRO, measured.

Register a meta-solver, and run it by its name.
"""

import contextlib
import io
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
import pyspiel
from absl import logging
from open_spiel.python import policy, rl_environment
from open_spiel.python.algorithms import (
  expected_game_score,
  exploitability,
  jpsro,
  policy_aggregator,
)
from open_spiel.python.algorithms.psro_v2 import best_response_oracle, psro_v2

from nes_spiel.examples import jpsro_state

# From a game to PSRO's oracle and each player's first policy.
MakeOracle = Callable[[pyspiel.Game], tuple[Any, list[policy.Policy]]]

COMPILE_EVENT = "/jax/core/compile/backend_compile_duration"


class Run(NamedTuple):
  """One run.

  Attributes:
    values: by iteration, what a perfect run brings to 0.
    seconds: of the loop, compilation included.
    compile_seconds: XLA's, without tracing.
    compilations: how many functions were compiled.
    welfare: of JPSRO, what players get from the next iteration's meta-joint,
      added up.
    solver_seconds: of JPSRO, those of each call of the meta-solver.
  """

  values: list[float]
  seconds: float
  compile_seconds: float
  compilations: int
  welfare: Sequence[float] = ()
  solver_seconds: Sequence[float] = ()


class _TimeIsUpError(Exception):
  """A run has taken as long as it may."""


@contextlib.contextmanager
def noted_compilations(clear: bool) -> Iterator[list[float]]:
  """Yields a list that fills with the seconds of each compilation.

  Args:
    clear: empty JAX's caches first.
  """
  durations: list[float] = []

  def listen(event: str, duration: float, **about: Any) -> None:
    if event == COMPILE_EVENT:
      durations.append(duration)
      logging.info("compiled %s in %.1f s", about.get("fun_name"), duration)

  if clear:
    jax.clear_caches()
  jax.monitoring.register_event_duration_secs_listener(listen)
  try:
    yield durations
  finally:
    jax.monitoring.unregister_event_duration_listener(listen)


@contextlib.contextmanager
def noted_calls(name: str) -> Iterator[list[float]]:
  """Yields a list that fills with the seconds of a meta-solver's calls."""
  durations: list[float] = []
  solver = jpsro.FLAG_TO_FUNC[name]

  def timed(*arguments: Any, **options: Any) -> Any:
    start = time.perf_counter()
    answer = solver(*arguments, **options)
    durations.append(time.perf_counter() - start)
    return answer

  jpsro.FLAG_TO_FUNC[name] = timed
  try:
    yield durations
  finally:
    jpsro.FLAG_TO_FUNC[name] = solver


def run_jpsro(
  train_meta_solver: str,
  seed: int,
  iterations: int,
  clear: bool = True,
  game_name: str = "kuhn_poker(players=3)",
  concept: str = "cce",
  most_seconds: float = float("inf"),
) -> Run:
  """Runs JPSRO; values are gaps, summed over players.

  Args:
    train_meta_solver: a name in OpenSpiel's table.
    seed: of NumPy's generator.
    iterations: beside iteration 0.
    clear: empty JAX's caches first.
    game_name: OpenSpiel's string.
    concept: "ce" or "cce", of best responses and gaps.
    most_seconds: the iteration that ends later is the last.
  """
  gaps: list[float] = []
  welfare: list[float] = []
  start = time.perf_counter()

  def callback(*values: Any) -> Any:
    state = jpsro_state.JpsroState(
      *values[: len(jpsro_state.JpsroState._fields)]
    )
    gaps.append(float(sum(state.train_meta_gaps[-1])))
    welfare.append(float(sum(state.train_meta_values[-1])))
    if time.perf_counter() - start > most_seconds:
      raise _TimeIsUpError
    return values[-1]

  with (
    noted_compilations(clear) as compilations,
    noted_calls(train_meta_solver) as calls,
    contextlib.suppress(_TimeIsUpError),
  ):
    jpsro.run_loop(
      game=pyspiel.load_game_as_turn_based(game_name),
      game_name=game_name,
      seed=seed,
      iterations=iterations,
      target_equilibrium=concept,
      train_meta_solver=train_meta_solver,
      eval_meta_solver="uni",
      ignore_repeats=False,
      callback=callback,
    )
  seconds = time.perf_counter() - start
  logging.info(
    "%s, %s, seed %d: %s",
    game_name,
    train_meta_solver,
    seed,
    np.round(gaps, 4).tolist(),
  )
  compiling = sum(compilations), len(compilations)
  return Run(gaps, seconds, *compiling, welfare, calls)


class ExactPayoffs(psro_v2.PSROSolver):
  """PSRO whose meta-game holds expected returns."""

  def sample_episodes(
    self, policies: list[policy.Policy], num_episodes: int
  ) -> np.ndarray:
    """Returns the expectation of what OpenSpiel estimates."""
    del num_episodes
    root = self._game.new_initial_state()
    return expected_game_score.policy_value(root, policies)


def exact_oracle(game: pyspiel.Game) -> tuple[Any, list[policy.Policy]]:
  """Returns OpenSpiel's oracle of exact best responses, first policies."""
  start = policy.TabularPolicy(game)
  oracle = best_response_oracle.BestResponseOracle(game=game, policy=start)
  return oracle, [start.__copy__() for _ in range(game.num_players())]


def dqn_oracle(
  episodes: int, seed: int, game: pyspiel.Game
) -> tuple[Any, list[policy.Policy]]:
  """Returns OpenSpiel's oracle of best responses by DQN, and first policies.

  As in its example, with smaller networks that learn more often.

  Args:
    episodes: that each best response is trained for.
    seed: of the networks, their exploration, and the deals they learn from.
    game: that is played.
  """
  # They need Flax and Chex: pip install 'nes_spiel[rl]'.
  from open_spiel.python.algorithms.psro_v2 import rl_oracle, rl_policy

  deals = rl_environment.ChanceEventSampler(seed)
  environment = rl_environment.Environment(game, chance_event_sampler=deals)
  (size,) = environment.observation_spec()["info_state"]
  options = {
    "state_representation_size": size,
    "num_actions": environment.action_spec()["num_actions"],
    "hidden_layers_sizes": [64, 64],
    "batch_size": 32,
    "learning_rate": 1e-3,
    "update_target_network_every": 1000,
    "learn_every": 4,
    "optimizer_str": "adam",
    "seed": seed,
  }
  oracle = rl_oracle.RLOracle(
    environment, rl_policy.DQNPolicy, options, episodes, sigma=0.0
  )
  agents = [
    rl_policy.DQNPolicy(environment, player, **options)
    for player in range(game.num_players())
  ]
  for agent in agents:
    agent.freeze()
  return oracle, agents


def make_psro(
  game: pyspiel.Game, name: str, episodes: int, make_oracle: MakeOracle
) -> psro_v2.PSROSolver:
  """Builds PSRO as OpenSpiel's example does, without its prints."""
  oracle, agents = make_oracle(game)
  solver = psro_v2.PSROSolver if episodes else ExactPayoffs
  with contextlib.redirect_stdout(io.StringIO()):
    return solver(
      game,
      oracle,
      sims_per_entry=episodes,
      initial_policies=agents,
      training_strategy_selector="probabilistic",
      meta_strategy_method=name,
      sample_from_marginals=True,
    )


def psro_exploitability(
  game: pyspiel.Game, solver: psro_v2.PSROSolver
) -> float:
  """Returns the exploitability of what PSRO would play now."""
  aggregated = policy_aggregator.PolicyAggregator(game).aggregate(
    range(game.num_players()),
    solver.get_policies(),
    solver.get_meta_strategies(),
  )
  return float(exploitability.exploitability(game, aggregated))


def run_psro(
  name: str,
  seed: int,
  iterations: int,
  episodes: int,
  clear: bool = False,
  make_oracle: MakeOracle = exact_oracle,
) -> Run:
  """Runs PSRO on two-player Kuhn poker; values are exploitability.

  Args:
    name: a meta-solver's in OpenSpiel's table.
    seed: of NumPy's and Python's generators.
    iterations: beside the start.
    episodes: for each entry of the meta-game; 0 for exact expectations.
    clear: empty JAX's caches first.
    make_oracle: from the game to an oracle and each player's first policy.

  Returns:
    The run; its seconds are without the exploitability.
  """
  # PSRO's selectors draw from NumPy, its episodes from `random`.
  np.random.seed(seed)
  random.seed(seed)
  game = pyspiel.load_game_as_turn_based("kuhn_poker", {"players": 2})
  with noted_compilations(clear) as compilations:
    start = time.perf_counter()
    solver = make_psro(game, name, episodes, make_oracle)
    elapsed = time.perf_counter() - start
    values = [psro_exploitability(game, solver)]
    for _ in range(iterations):
      start = time.perf_counter()
      solver.iteration()
      elapsed += time.perf_counter() - start
      values.append(psro_exploitability(game, solver))
  logging.info("%s, seed %d: %s", name, seed, np.round(values, 4).tolist())
  return Run(values, elapsed, sum(compilations), len(compilations))
