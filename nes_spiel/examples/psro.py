# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""PSRO with nes_spiel's meta-solvers, checkpointed at every iteration.

  python -m nes_spiel.examples.psro --game_name=kuhn_poker \
    --meta_strategy_method=mecce --gpsro_iterations=20 --output_dir=/tmp/psro

Takes the flags of OpenSpiel's PSRO example, with exact best responses; for its
learned ones (DQN, policy gradient) run that example itself:

  python -m nes_spiel.meta_solvers open_spiel.python.examples.psro_v2_example \
    --oracle_type=DQN --meta_strategy_method=mecce
"""

import pathlib
import random
import time

import numpy as np
import pyspiel
from absl import app, flags
from open_spiel.python.algorithms.psro_v2 import meta_strategies
from tqdm import tqdm

from nes_spiel import meta_solvers, runs
from nes_spiel.examples import (
  command_line,
  learned_state,
  mediated_play,
  named_games,
  psro_solver,
)

FLAGS = flags.FLAGS

flags.DEFINE_string("game_name", "kuhn_poker", "OpenSpiel game string.")
flags.DEFINE_integer(
  "n_players", None, "The number of players; the game's default if not given."
)
flags.DEFINE_string("meta_strategy_method", "mecce", "Name of the meta-solver.")
flags.DEFINE_integer(
  "number_policies_selected",
  1,
  "Number of new policies trained for each player and iteration.",
  lower_bound=1,
)
flags.DEFINE_integer(
  "sims_per_entry",
  1000,
  "Episodes per entry of the meta-game; 0 for exact expected returns.",
  lower_bound=0,
)
flags.DEFINE_integer(
  "gpsro_iterations", 20, "Number of PSRO iterations.", lower_bound=0
)
flags.DEFINE_bool(
  "symmetric_game", False, "Keep one population for all players."
)
flags.DEFINE_enum("rectifier", "", ["", "rectified"], "How to rectify.")
flags.DEFINE_string(
  "training_strategy_selector",
  "probabilistic",
  "How the policies to train from are chosen.",
)
flags.DEFINE_bool(
  "sample_from_marginals",
  True,
  "Best-respond to the product of the marginals rather than to the joint.",
)
flags.DEFINE_integer("seed", 1, "Seed.")
command_line.define_run_flags()
# So that --help lists what other modules define.
flags.adopt_module_key_flags(command_line)

# What must be the same for a run to be the same run.
RUN_FLAGS = (
  "game_name",
  "n_players",
  "meta_strategy_method",
  "number_policies_selected",
  "sims_per_entry",
  "symmetric_game",
  "rectifier",
  "training_strategy_selector",
  "sample_from_marginals",
  "seed",
)


def check_meta_strategy_method(name: str) -> None:
  """Raises ValueError for a meta-solver that PSRO does not know."""
  known = sorted({*meta_strategies.META_STRATEGY_METHODS, "alpharank"})
  if name not in known:
    raise ValueError(
      f"--meta_strategy_method: expected one of {known}, got {name!r}."
    )


def get_game() -> pyspiel.Game:
  """Returns the game, its moves in turns.

  Raises:
    ValueError: OpenSpiel cannot load it with this number of players.
  """
  name, load = FLAGS.game_name, pyspiel.load_game_as_turn_based
  if FLAGS.n_players is None:
    return named_games.load_openspiel(name, "--game_name", load)
  flag = f"--game_name, --n_players={FLAGS.n_players}"
  return named_games.load_openspiel(name, flag, load, players=FLAGS.n_players)


def make_solver() -> psro_solver.PsroSolver:
  """Returns PSRO before its first iteration, with both generators seeded."""
  np.random.seed(FLAGS.seed)
  random.seed(FLAGS.seed)
  options = {
    name: FLAGS[name].value
    for name in RUN_FLAGS
    if name not in ("game_name", "n_players", "seed")
  }
  return psro_solver.PsroSolver(get_game(), **options)


def resume(
  solver: psro_solver.PsroSolver,
) -> tuple[int, dict[str, np.ndarray]]:
  """Restores the newest checkpoint; returns its iteration and arrays."""
  arrays, values = runs.load_checkpoint(FLAGS.output_dir)
  # Before the meta-game is solved again.
  learned_state.restore(arrays, FLAGS.meta_strategy_method)
  solver.restore(arrays)
  return values["step"], arrays


def train(solver: psro_solver.PsroSolver) -> list[float]:
  """Iterates; returns NashConv after every iteration, the first included."""
  first, history = 0, [solver.nash_conv()]
  if FLAGS.resume:
    first, arrays = resume(solver)
    history = arrays["nash_conv"].tolist()
  bar = tqdm(
    range(first, FLAGS.gpsro_iterations),
    FLAGS.meta_strategy_method,
    initial=first,
    total=FLAGS.gpsro_iterations,
  )
  for iteration in bar:
    solver.iteration()
    history.append(solver.nash_conv())
    bar.set_postfix_str(f"NashConv {history[-1]:.4f}")
    if FLAGS.output_dir:
      arrays = solver.to_arrays() | {"nash_conv": np.asarray(history)}
      arrays |= learned_state.to_arrays(FLAGS.meta_strategy_method)
      runs.save_checkpoint(
        FLAGS.output_dir,
        iteration + 1,
        arrays,
        command_line.run_identity(RUN_FLAGS),
      )
  return history


def print_history(history: list[float], players: int) -> None:
  """Prints NashConv and exploitability, NashConv / n, by iteration."""
  print("\nIteration   NashConv  Exploitability")
  for iteration, conv in enumerate(history):
    print(f"{iteration:9d}  {conv:9.6f}  {conv / players:14.6f}")


def evaluate(solver: psro_solver.PsroSolver) -> None:
  """Prints the newest meta-strategies' NashConv, and plays them with bots."""
  iteration, arrays = resume(solver)
  joint = arrays["meta_joint"]
  played = mediated_play.play(
    solver.game, solver.get_policies(), joint, FLAGS.episodes, FLAGS.seed
  )
  print(f"Iteration {iteration}: NashConv {solver.nash_conv():.6f}")
  expected = [float((joint * payoff).sum()) for payoff in arrays["meta_game"]]
  mediated_play.print_returns(expected, played)


def main(argv: list[str]) -> None:
  """Trains, or evaluates what was trained."""
  with command_line.program(argv):
    meta_solvers.register()
    command_line.open_run(RUN_FLAGS)
    check_meta_strategy_method(FLAGS.meta_strategy_method)
    solver = make_solver()
    (evaluate if FLAGS.evaluate else train_and_report)(solver)


def train_and_report(solver: psro_solver.PsroSolver) -> None:
  """Trains, prints NashConv and saves its picture."""
  started = time.perf_counter()
  history = train(solver)
  print_history(history, solver.game.num_players())
  print(f"{time.perf_counter() - started:.1f} seconds")
  if FLAGS.output_dir and FLAGS.plot:
    from nes_spiel.examples import meta_game_plots

    path = pathlib.Path(FLAGS.output_dir) / "nash_conv.png"
    title = f"PSRO on {FLAGS.game_name}, {FLAGS.meta_strategy_method}"
    meta_game_plots.save_nash_conv(path, history, title)
    print(f"Picture: {path}")


if __name__ == "__main__":
  app.run(main)
