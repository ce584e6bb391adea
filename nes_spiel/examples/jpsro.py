# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""JPSRO with nes_spiel's meta-solvers, checkpointed at every iteration.

  python -m nes_spiel.examples.jpsro --train_meta_solver=mecce \
    --iterations=15 --output_dir=/tmp/jpsro
  python -m nes_spiel.examples.jpsro --output_dir=/tmp/jpsro --resume \
    --iterations=30
  python -m nes_spiel.examples.jpsro --output_dir=/tmp/jpsro --evaluate

Takes the flags of OpenSpiel's own example and runs its loop. `--game` is one of
that example's names or any OpenSpiel game string. The meta-solver that
evaluates is the one that trains, unless another is asked for.
"""

import pathlib
import random
import time
from typing import Any

import numpy as np
import pyspiel
from absl import app, flags
from open_spiel.python.algorithms import jpsro
from tqdm import tqdm

from nes_spiel import meta_solvers, runs
from nes_spiel.examples import (
  command_line,
  jpsro_state,
  learned_state,
  mediated_play,
  named_games,
)

# Registered first: OpenSpiel's example lists the names in its flags.
meta_solvers.register()

from open_spiel.python.examples import jpsro as openspiel_jpsro  # noqa: E402

FLAGS = flags.FLAGS
FLAGS.set_default("train_meta_solver", "mecce")
FLAGS.set_default("eval_meta_solver", None)  # the one that trains

command_line.define_run_flags()
# So that --help lists what other modules define.
flags.adopt_module_key_flags(command_line)
flags.adopt_module_key_flags(openspiel_jpsro)

# What must be the same for a run to be the same run.
RUN_FLAGS = (
  "game",
  "seed",
  "policy_init",
  "update_players_strategy",
  "target_equilibrium",
  "br_selection",
  "train_meta_solver",
  "eval_meta_solver",
  "ignore_repeats",
  "action_value_tolerance",
)


def get_game(name: str) -> pyspiel.Game:
  """Returns a game by the example's name for it, or by OpenSpiel's."""
  if name in openspiel_jpsro.GAMES:
    return openspiel_jpsro.get_game(name)
  return named_games.load_openspiel(
    name, load=pyspiel.load_game_as_turn_based, others=openspiel_jpsro.GAMES
  )


def load_state(
  game: pyspiel.Game,
) -> tuple[jpsro_state.JpsroState, dict[str, np.ndarray]]:
  """Returns the newest state in --output_dir, and its arrays."""
  arrays, values = runs.load_checkpoint(FLAGS.output_dir)
  return jpsro_state.from_arrays(game, arrays, values["step"] + 1), arrays


def train(game: pyspiel.Game) -> jpsro_state.JpsroState:
  """Runs OpenSpiel's loop; returns the last state."""
  newest: list[jpsro_state.JpsroState] = []
  bar = tqdm(total=FLAGS.iterations + 1, desc=FLAGS.train_meta_solver)
  solvers = (FLAGS.train_meta_solver, FLAGS.eval_meta_solver)

  # The loop seeds NumPy's generator alone.
  random.seed(FLAGS.seed)

  def initialize(*values: Any) -> tuple[Any, ...]:
    state = jpsro_state.JpsroState(*values[:-1])
    if FLAGS.resume:
      state, arrays = load_state(game)
      runs.set_random_state(arrays)
      learned_state.restore(arrays, *solvers)
    newest.append(state)
    bar.update(state.iteration)
    return (*state, None)

  def callback(*values: Any) -> None:
    newest[0] = jpsro_state.JpsroState(
      *values[: len(jpsro_state.JpsroState._fields)]
    )
    bar.update()
    bar.set_postfix_str(f"train gap {sum(newest[0].train_meta_gaps[-1]):.4f}")
    if FLAGS.output_dir:
      runs.save_checkpoint(
        FLAGS.output_dir,
        newest[0].iteration - 1,  # the loop counts the next one
        jpsro_state.to_arrays(newest[0]) | learned_state.to_arrays(*solvers),
        command_line.run_identity(RUN_FLAGS),
      )

  jpsro.run_loop(
    game=game,
    game_name=FLAGS.game,
    iterations=FLAGS.iterations,
    initialize_callback=initialize,
    callback=callback,
    **{name: FLAGS[name].value for name in RUN_FLAGS if name != "game"},
  )
  bar.close()
  return newest[0]


def print_gaps(state: jpsro_state.JpsroState) -> None:
  """Prints the gap of the meta-joint in the full game, by iteration."""
  concept = FLAGS.target_equilibrium.upper()
  columns = {FLAGS.train_meta_solver: state.train_meta_gaps}
  columns |= {FLAGS.eval_meta_solver: state.eval_meta_gaps}
  print(f"\nIteration  {concept} gap in the full game, summed over players, of")
  print(" " * 9 + "".join(f"  {name:>12}" for name in columns))
  for iteration, gaps in enumerate(zip(*columns.values(), strict=True)):
    print(f"{iteration:9d}" + "".join(f"  {sum(gap):12.6f}" for gap in gaps))


def evaluate(game: pyspiel.Game) -> None:
  """Prints the newest joint's gap and value, and plays it with bots."""
  state, _ = load_state(game)
  joint, meta_game = state.train_meta_dists[-1], state.meta_games[-1]
  _, gaps = jpsro.find_best_response(
    game,
    joint,
    meta_game,
    state.iteration,
    state.joint_policies,
    FLAGS.target_equilibrium,
    "all",
    FLAGS.action_value_tolerance,
  )
  concept = FLAGS.target_equilibrium.upper()
  print(f"Iteration {state.iteration - 1}: {concept} gap by player")
  for player, gap in enumerate(gaps):
    print(f"{player:6d}  {sum(gap):.6f}")
  played = mediated_play.play(
    game, state.per_player_policies, joint, FLAGS.episodes, FLAGS.seed
  )
  mediated_play.print_returns(list(state.train_meta_values[-1]), played)


def main(argv: list[str]) -> None:
  """Trains, or evaluates what was trained."""
  with command_line.program(argv):
    command_line.open_run(RUN_FLAGS)
    if FLAGS.eval_meta_solver is None:
      FLAGS.eval_meta_solver = FLAGS.train_meta_solver
    game = get_game(FLAGS.game)
    (evaluate if FLAGS.evaluate else train_and_report)(game)


def train_and_report(game: pyspiel.Game) -> None:
  """Trains, prints the gaps and saves their picture."""
  started = time.perf_counter()
  state = train(game)
  print_gaps(state)
  print(f"{time.perf_counter() - started:.1f} seconds")
  if FLAGS.output_dir and FLAGS.plot:
    from nes_spiel.examples import meta_game_plots

    path = pathlib.Path(FLAGS.output_dir) / "gaps.png"
    meta_game_plots.save_gaps(
      path, state, FLAGS.train_meta_solver, FLAGS.eval_meta_solver, FLAGS.game
    )
    print(f"Picture: {path}")


if __name__ == "__main__":
  app.run(main)
