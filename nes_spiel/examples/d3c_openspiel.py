# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""OpenSpiel's own Q-learners come to cooperate once their rewards are mixed.

  python -m nes_spiel.examples.d3c_openspiel --output_dir=out/d3c_openspiel
  python -m nes_spiel.examples.d3c_openspiel --game=repeated_matrix_pd \
    --mode=selfish --mode=cooperative --mode=d3c --seeds=5

Two of `open_spiel.python.algorithms.tabular_qlearner`, which know of nothing,
play an iterated prisoner's dilemma. Prints how often they cooperate in the last
tenth of the episodes and what they keep over what they give, and writes that
table and a picture to --output_dir.
"""

import functools
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from absl import app, flags
from jaxtyping import Float
from tqdm import tqdm

from nes_spiel import d3c
from nes_spiel.examples import (
  command_line,
  curve_panels,
  q_learners,
  tables,
)
from nes_spiel.examples.curve_panels import Curve, Panel
from nes_spiel.examples.d3c_panels import ATTENTION, COLORS
from nes_spiel.examples.q_learners import GAMES, Run

FLAGS = flags.FLAGS
MODES = ("selfish", "cooperative", "d3c")
_over_episodes = functools.partial(Panel, horizontal="Episode")
POINTS = 50  # of a curve
COLUMNS = (
  "mode",
  "cooperation",
  "lowest",
  "highest",
  "attention",
  "lowest attention",
  "highest attention",
)
NOTE = (
  "Share of moves that cooperate in the last tenth of the episodes, and "
  "attention ln(A_ii / A_ij) at the end, the mean over agents, positive if "
  "selfish: medians over seeds, and the extremes."
)

flags.DEFINE_enum("game", next(iter(GAMES)), list(GAMES), "What is played.")
flags.DEFINE_multi_enum(
  "mode",
  ["selfish", "d3c"],
  MODES,
  "What agents do about their rewards, may be repeated.",
)
flags.DEFINE_integer("seeds", 10, "Independent runs.", 1)
flags.DEFINE_integer("episodes", 2500, "Episodes of a run.", 10)
flags.DEFINE_float("step_size", 1.0, "eta_A, of the mixing.")
flags.DEFINE_float(
  "reference",
  80.0,
  "The return, the differences to which are shared.",
)
flags.DEFINE_integer("episodes_per_iteration", 5, "Of Algorithm 1.", 1)
flags.DEFINE_float("exploration", 0.2, "Share of random moves.", 0, 1)
flags.DEFINE_string("output_dir", None, "Folder for table and picture.")


def train_all() -> dict[str, list[Run]]:
  """Returns the runs of all modes and seeds, as the flags describe them."""
  mixing = d3c.MixingOptions(
    step_size=FLAGS.step_size,
    tau_min=5,
    tau_max=10,
    reference=FLAGS.reference,
  )
  results: dict[str, list[Run]] = {}
  modes = list(dict.fromkeys(FLAGS.mode))
  total = len(modes) * FLAGS.seeds * FLAGS.episodes
  with tqdm(total=total, unit="episode") as bar:
    for mode in modes:
      bar.set_description(mode)
      for seed in range(FLAGS.seeds):
        environment = q_learners.make_environment(
          FLAGS.game,
          seed,
          mode=mode,
          options=mixing,
          episodes_per_iteration=FLAGS.episodes_per_iteration,
        )
        run = q_learners.train(
          environment, seed, FLAGS.episodes, FLAGS.exploration, bar
        )
        results.setdefault(mode, []).append(run)
  return results


def summary(results: Mapping[str, Sequence[Run]], game: str) -> tables.Table:
  """Returns medians and extremes over seeds, a row per mode."""
  rows = []
  for mode, found in results.items():
    row: list[Any] = [mode]
    for values in (
      [run.last_cooperation() for run in found],
      [float(run.attention[-1]) for run in found],
    ):
      numbers = np.median(values), np.min(values), np.max(values)
      row += [float(x) if np.isfinite(x) else None for x in numbers]
    rows.append(row)
  return tables.Table(
    f"d3c_{game}", f"Q-learners in {game}", COLUMNS, rows, [NOTE]
  )


def panels(results: Mapping[str, Sequence[Run]], game: str) -> list[Panel]:
  """Returns cooperation and attention over training."""
  cooperation = [
    _curve(mode, [run.cooperation for run in found], len(found[0].moves))
    for mode, found in results.items()
  ]
  kept = [
    _curve(mode, [run.attention for run in found], len(found[0].moves))
    for mode, found in results.items()
    if np.isfinite(found[0].attention).all()
  ]
  return [
    _over_episodes(game, "Share of moves that cooperate", cooperation),
    _over_episodes("What agents keep", ATTENTION, kept),
  ]


def _curve(
  mode: str, paths: Sequence[Float[np.ndarray, " t"]], episodes: int
) -> Curve:
  """Returns the mean over seeds of windows of episodes, with its spread."""
  points = min(POINTS, len(paths[0]))
  values = np.array(
    [[part.mean() for part in np.array_split(x, points)] for x in paths]
  )
  steps = np.linspace(0, episodes, points, dtype=int)
  return Curve(mode, steps, values.mean(0), values.std(0), COLORS[mode])


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    results = train_all()
    table = summary(results, FLAGS.game)
    print(table.text())
    if FLAGS.output_dir:
      folder = pathlib.Path(FLAGS.output_dir)
      print(f"Written: {tables.write(folder, table)}")
      picture = folder / f"{table.name}.png"
      curve_panels.draw(picture, panels(results, FLAGS.game), columns=2)
      print(f"Written: {picture}")


if __name__ == "__main__":
  app.run(main)
