# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Learns a value function of public beliefs and plans with it.

  python -m nes_spiel.examples.pub_amg_values --game=kuhn_poker --draws=500
  python -m nes_spiel.examples.pub_amg_values --game=leduc_poker --alpha=0.5 \
    --output_dir=out/leduc_values

Solves games from random public beliefs on, fits a network to what histories are
worth there, and prints the exploitability of depth-limited search with it,
beside exact values and a constant. --output_dir also gets the network, for
`pub_amg.load_value`; --resume goes on with an interrupted run.
"""

import time
import warnings
from typing import Any

import jax
from absl import app, flags
from tqdm import tqdm

from nes_spiel import pub_amg, runs
from nes_spiel.examples import command_line, public_games, tables
from nes_spiel.pub_amg import policies, value_examples

FLAGS = flags.FLAGS
RUN_FLAGS = ("game", "alpha", "draws", "seed")
SAVE_EVERY = 10  # draws

flags.DEFINE_string("game", "leduc_poker", "OpenSpiel game string.")
flags.DEFINE_float("alpha", 0.5, "Weight of the regularization.")
flags.DEFINE_integer(
  "draws", 300, "Random beliefs of each public state.", lower_bound=1
)
flags.DEFINE_integer("steps", 20_000, "Of training.", lower_bound=1)
flags.DEFINE_list("widths", ["256", "256"], "Of the hidden layers.")
flags.DEFINE_list("depths", ["1", "2"], "Decisions that are searched.")
flags.DEFINE_integer("max_sweeps", 2000, "Of a search.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Of beliefs, parameters and batches.")
flags.DEFINE_string("output_dir", None, "Folder for examples, network, table.")
flags.DEFINE_bool(
  "resume", False, "Go on with the run in --output_dir, with its flags."
)


def gather(game: pub_amg.PublicGame) -> pub_amg.Examples:
  """Returns the examples that the flags describe, those of a file first."""
  folder = f"{FLAGS.output_dir}/examples" if FLAGS.output_dir else None
  found, done = _saved(folder)
  numbers = range(done, FLAGS.draws)
  drawn = pub_amg.collect(game, FLAGS.alpha, numbers, FLAGS.seed)
  bar = tqdm(drawn, total=FLAGS.draws, initial=done, unit="draw")
  for number, examples in enumerate(bar, done + 1):
    found.append(examples)
    if folder and (number % SAVE_EVERY == 0 or number == FLAGS.draws):
      values = command_line.run_identity(RUN_FLAGS)
      arrays = pub_amg.joined(found)._asdict()
      runs.save_checkpoint(folder, number, arrays, values, 2)
  return pub_amg.joined(found)


def _saved(folder: str | None) -> tuple[list[pub_amg.Examples], int]:
  """Returns the examples of an interrupted run, and how many draws they are."""
  if folder is None:
    return [], 0
  if not FLAGS.resume:
    runs.check_empty(folder)
    return [], 0
  arrays, values = runs.load_checkpoint(folder)
  return [pub_amg.Examples(**arrays)], values["step"]


def learn(
  game: pub_amg.PublicGame, examples: pub_amg.Examples
) -> pub_amg.BeliefValue:
  """Returns what the network has learned, and writes it."""
  network = pub_amg.BeliefNetwork(
    game.num_public_states,
    value_examples.most_histories(game),
    tuple(int(width) for width in FLAGS.widths),
  )
  folder = FLAGS.output_dir and f"{FLAGS.output_dir}/network"
  begun = bool(folder and runs.list_checkpoints(folder))
  with tqdm(total=FLAGS.steps, unit="step") as bar:

    def report(step: int, loss: float) -> None:
      bar.update(step - bar.n)
      bar.set_postfix_str(f"loss {loss:.5f}", refresh=False)

    value = pub_amg.fit(
      network,
      examples,
      FLAGS.steps,
      jax.random.key(FLAGS.seed),
      report=report,
      folder=folder,
      resume=FLAGS.resume and begun,
    )
  if FLAGS.output_dir:
    value.save(f"{FLAGS.output_dir}/value.safetensors")
  return value


def row(
  game: pub_amg.PublicGame, depth: Any, name: str, planner: Any
) -> list[Any]:
  """Returns a line: how exploitable the planned policy is."""
  begin = time.perf_counter()
  planned = pub_amg.correspondence(game, planner)
  seconds = time.perf_counter() - begin
  policy = policies.to_openspiel(game, planned)
  return [
    str(depth),
    name,
    pub_amg.exploitability(game, policy),
    pub_amg.exploitability(game, policy, FLAGS.alpha),
    seconds,
  ]


def compare(
  game: pub_amg.PublicGame, value: pub_amg.BeliefValue
) -> tables.Table:
  """Returns the exploitability of search, by depth and values."""
  kinds: dict[str, Any] = {
    "learned": value.values_at,
    "exact": pub_amg.ExactValues.of_game,
    "constant": lambda *_: pub_amg.ConstantValues(),
  }
  rows = [row(game, "full", "-", pub_amg.Planner(game, FLAGS.alpha))]
  for depth in FLAGS.depths:
    for name, values_at in kinds.items():
      planner = pub_amg.DepthLimitedPlanner(
        game,
        FLAGS.alpha,
        int(depth),
        values_at,
        max_sweeps=FLAGS.max_sweeps,
      )
      rows.append(row(game, depth, name, planner))
  return tables.Table(
    "values",
    f"{game.name}: depth-limited search at alpha {FLAGS.alpha}",
    ["Depth", "Values", "Exploitability", "Regularized", "Seconds"],
    rows,
    ("Seconds are of planning at every public belief that is reached.",),
  )


def _check_numbers() -> None:
  """Raises ValueError for lists of what is no number above 0, at once."""
  for name in ("widths", "depths"):
    listed = FLAGS[name].value
    if not all(entry.isdecimal() and int(entry) > 0 for entry in listed):
      raise ValueError(f"--{name}: expected numbers above 0, got {listed}.")


def adopt_flags() -> None:
  """Takes the flags of the run in --output_dir that were not given.

  Raises:
    ValueError: no --output_dir, no run there, or flags that contradict it.
  """
  if not FLAGS.output_dir:
    raise ValueError("--resume needs --output_dir.")
  command_line.adopt_run_flags(f"{FLAGS.output_dir}/examples", RUN_FLAGS)


def run() -> None:
  """Collects, learns, compares, prints and writes."""
  if FLAGS.resume:
    adopt_flags()
  game = public_games.load(FLAGS.game)
  _check_numbers()
  value = learn(game, gather(game))
  with warnings.catch_warnings():
    # A network's values have no exact fixed point.
    warnings.filterwarnings("ignore", "A search of", UserWarning)
    table = compare(game, value)
  print(table.text())
  if FLAGS.output_dir:
    print(f"Written: {tables.write(FLAGS.output_dir, table)}")


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run()


if __name__ == "__main__":
  app.run(main)
