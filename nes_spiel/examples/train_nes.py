# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Trains a Neural Equilibrium Solver, and measures it on games it never saw.

  python -m nes_spiel.examples.train_nes --recipe=cce_2p --steps=10000 \
    --output_dir=/tmp/cce_2p
  python -m nes_spiel.examples.train_nes --recipe=cce_2p --steps=20000 \
    --output_dir=/tmp/cce_2p --resume

  python -m nes_spiel.examples.train_nes --recipe=cce_2p --evaluate

Writes checkpoints, and at the end `model.safetensors` for `nes.load`. A run
that was stopped goes on with --resume, and may be prolonged by more steps. It
uses all of JAX's devices. --evaluate measures the model in --output_dir, or the
shipped network of the recipe.
"""

import dataclasses
import json
import pathlib
import time
from typing import Any

import jax
from absl import app, flags
from tqdm import tqdm

from nes_spiel import nes, runs
from nes_spiel.examples import command_line, held_out
from nes_spiel.examples.shapes import parse_shape

FLAGS = flags.FLAGS

flags.DEFINE_enum("recipe", "cce_2p", sorted(nes.RECIPES), "What is trained.")
flags.DEFINE_integer("steps", 10_000, "Steps in all.", lower_bound=1)
flags.DEFINE_float("learning_rate", None, "Adam's; the recipe's if None.")
flags.DEFINE_integer("seed", 0, "Of parameters and games.")
flags.DEFINE_string("output_dir", None, "Folder for checkpoints and model.")
flags.DEFINE_string(
  "start_from", None, "Model file whose parameters a new run starts from."
)
flags.DEFINE_bool("resume", False, "Go on from the newest checkpoint.")
flags.DEFINE_integer(
  "save_every", 1000, "Steps between checkpoints.", lower_bound=1
)
flags.DEFINE_integer("evaluation_games", 512, "Per shape.", lower_bound=2)
flags.DEFINE_list(
  "shapes", None, "What is measured, such as 4x4,8x8; all shapes if not given."
)
flags.DEFINE_bool(
  "evaluate",
  False,
  "Measure only: the model in --output_dir, the shipped one without.",
)
MODEL = "model.safetensors"
REPORTED_GAMES = 128  # per shape, at each checkpoint


def print_table(table: dict[str, Any]) -> None:
  """Prints a row per kind of game, standard errors in parentheses."""
  names = list(next(iter(table.values())))
  width = max(map(len, table))
  tqdm.write(" " * width + "".join(f"{name:>20}" for name in names))
  for kind, row in table.items():
    cells = [f"{mean:.4f} ({error:.4f})" for mean, error in row.values()]
    cells[0] = f"{row['games'][0]:.0f}"
    tqdm.write(f"{kind:{width}}" + "".join(f"{cell:>20}" for cell in cells))


def load_model() -> nes.Model:
  """Returns the model in --output_dir, the recipe's shipped one without.

  Raises:
    ValueError: there is none, or one of another recipe.
  """
  if not FLAGS.output_dir:
    return nes.load_pretrained(FLAGS.recipe)
  path = pathlib.Path(FLAGS.output_dir, MODEL)
  model = nes.load(path)
  recipe = model.facts.get("recipe")
  if recipe != FLAGS.recipe:
    raise ValueError(
      f"--recipe: {path} is of the recipe {recipe}, got {FLAGS.recipe}."
    )
  return model


def evaluate() -> None:
  """Measures a model, and prints what is known of it."""
  model = load_model()
  for name, fact in model.facts.items():
    if name != "measured":
      print(f"{name:20} {fact}")
  kinds = held_out.kinds_of(model.facts["rows"])
  games = FLAGS.evaluation_games
  print_table(held_out.measure(*model[:2], games, kinds, chosen_shapes()))


def chosen_shapes() -> list[tuple[int, ...]] | None:
  """Returns the shapes of --shapes, None if it was not given.

  Raises:
    ValueError: one that is no shape.
  """
  if FLAGS.shapes is None:
    return None
  players = nes.RECIPES[FLAGS.recipe][0].players
  return [parse_shape(name, "--shapes", players) for name in FLAGS.shapes]


def chosen_recipe() -> nes.Recipe:
  """Returns the recipe with what flags change of it."""
  changes: dict[str, Any] = {"steps": FLAGS.steps}
  if FLAGS.learning_rate is not None:
    changes["learning_rate"] = FLAGS.learning_rate
  return dataclasses.replace(nes.RECIPES[FLAGS.recipe][1], **changes)


def report(step: int, loss: float, variables: nes.Variables) -> None:
  """Prints how far a run has come, measured on its first row."""
  tqdm.write(f"\nstep {step}, mean loss {loss:.5f}")
  network = nes.Network(nes.RECIPES[FLAGS.recipe][0])
  first, shapes = chosen_recipe().rows[:1], chosen_shapes()
  print_table(
    held_out.measure(network, variables, REPORTED_GAMES, first, shapes)
  )


def facts_of(
  variables: nes.Variables, trained: dict[str, Any]
) -> dict[str, Any]:
  """Returns what the model's file tells of it.

  Args:
    variables: what was learned.
    trained: the values of its last checkpoint.
  """
  config, recipe = nes.RECIPES[FLAGS.recipe][0], chosen_recipe()
  games, kinds = FLAGS.evaluation_games, held_out.kinds_of(recipe.rows)
  network = nes.Network(config)
  history = ("seed", "step", "horizons", "started_from")
  return {
    "concept": config.concept,
    "players": config.players,
    "recipe": FLAGS.recipe,
    **recipe.facts(),
    **{("steps" if x == "step" else x): trained[x] for x in history},
    "hardware": f"{jax.device_count()} x {jax.devices()[0].device_kind}",
    "jax": jax.__version__,
    "evaluation_games": games,
    "measured": held_out.measure(
      network, variables, games, kinds, chosen_shapes()
    ),
  }


def run() -> None:
  """Trains, measures and writes the model."""
  if not FLAGS.output_dir:
    raise ValueError("--output_dir: training needs a folder.")
  if FLAGS.resume and FLAGS.start_from:
    raise ValueError("--start_from: is of a new run, not of --resume.")
  chosen_shapes()  # refused now, if they are wrong
  config, started = nes.RECIPES[FLAGS.recipe][0], time.perf_counter()
  folder = pathlib.Path(FLAGS.output_dir)
  variables = nes.train(
    config,
    chosen_recipe(),
    FLAGS.seed,
    folder / "checkpoints",
    FLAGS.resume,
    FLAGS.save_every,
    report,
    nes.load(FLAGS.start_from) if FLAGS.start_from else None,
  )
  seconds = round(time.perf_counter() - started)
  _, trained = runs.load_checkpoint(folder / "checkpoints")
  facts = {**facts_of(variables, trained), "seconds_of_last_run": seconds}
  nes.save(folder / MODEL, config, variables, facts)
  print(json.dumps(facts, indent=2))


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    (evaluate if FLAGS.evaluate else run)()


if __name__ == "__main__":
  app.run(main)
