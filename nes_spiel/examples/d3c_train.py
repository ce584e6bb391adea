# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Agents of a social dilemma learn to mix their rewards while they learn it.

  python -m nes_spiel.examples.d3c_train --env=trust_your_brother \
    --mode=selfish --mode=cooperative --mode=d3c --output_dir=out/d3c_train
  python -m nes_spiel.examples.d3c_train --env=trust_your_brother \
    --mode=d3c --batches=20000 --output_dir=out/d3c_train --resume
  python -m nes_spiel.examples.d3c_train --env=coins --mode=d3c --runs=1 \
    --output_dir=out/coins

Prints a table of total returns and of what agents keep over what they give,
and writes it with checkpoints to --output_dir. With --resume a training goes on
where it was stopped, or is prolonged by more batches. An environment's recipe,
which stands for flags that are not given, is printed first.
"""

import dataclasses

from absl import app, flags

from nes_spiel import d3c
from nes_spiel.examples import (
  command_line,
  d3c_rl_recipes,
  d3c_rl_tables,
  tables,
)

FLAGS = flags.FLAGS

flags.DEFINE_enum(
  "env", "trust_your_brother", list(d3c_rl_recipes.RECIPES), "The environment."
)
flags.DEFINE_enum(
  "learner",
  None,
  list(d3c_rl_recipes.LEARNERS),
  "With which agents learn; the environment's own if not given.",
)
flags.DEFINE_multi_enum(
  "mode",
  ["d3c"],
  list(d3c.AGENT_MODES),
  "What agents do about their rewards, may be repeated.",
)
flags.DEFINE_integer(
  "runs", None, "Independent runs; the recipe's number if not given.", 1
)
flags.DEFINE_integer(
  "batches", None, "Batches of episodes in all; the recipe's.", 1
)
flags.DEFINE_integer(
  "record_every", None, "Batches between points; the recipe's.", 1
)
flags.DEFINE_integer("save_every", 1000, "Batches between checkpoints.", 1)
flags.DEFINE_float(
  "step_size", None, "eta_A, of the mixing; the recipe's if not given."
)
flags.DEFINE_float(
  "epsilon", None, "Of Algorithm 1; the recipe's if not given."
)
flags.DEFINE_integer("seed", 0, "Of everything random.")
flags.DEFINE_string("output_dir", None, "Folder for checkpoints and table.")
flags.DEFINE_bool("resume", False, "Go on from the newest checkpoint.")


def train(mode: str) -> d3c.AgentTraining:
  """Returns the runs of one mode, as the flags describe them."""
  recipe = d3c_rl_recipes.RECIPES[FLAGS.env]
  given = {"step_size": FLAGS.step_size, "epsilon": FLAGS.epsilon}
  given = {name: x for name, x in given.items() if x is not None}
  return d3c_rl_recipes.train(
    FLAGS.env,
    mode,
    FLAGS.runs,
    FLAGS.batches,
    FLAGS.seed,
    FLAGS.output_dir,
    FLAGS.learner,
    options=dataclasses.replace(recipe.mixing, **given),
    record_every=FLAGS.record_every,
    save_every=FLAGS.save_every,
    resume=FLAGS.resume,
  )


def check_begun() -> None:
  """Raises ValueError unless --output_dir has a run of one of the modes."""
  if not FLAGS.output_dir:
    raise ValueError("--resume needs --output_dir.")
  folders = [
    d3c_rl_recipes.checkpoints(FLAGS.output_dir, mode) for mode in FLAGS.mode
  ]
  if not any(folder.is_dir() for folder in folders):
    raise ValueError(
      f"--output_dir: no run to go on with, expected {folders[0]}."
    )


def run() -> None:
  """Trains in every mode, prints and writes the table."""
  if FLAGS.resume:
    check_begun()
  print(f"The recipe: {d3c_rl_recipes.RECIPES[FLAGS.env]}")
  table = d3c_rl_tables.ends(
    FLAGS.env, {mode: train(mode) for mode in FLAGS.mode}
  )
  print(table.text())
  if FLAGS.output_dir:
    print(f"Written: {tables.write(FLAGS.output_dir, table)}")


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run()


if __name__ == "__main__":
  app.run(main)
