# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Figures of the D3C paper with reinforcement learning.

  python -m nes_spiel.examples.d3c_rl_figures --figure=7

7: what agents earn in Trust-Your-Brother who learn to mix their rewards, beside
others, and their attention. 8: the same in Coins, with one run's share of own
coins. 16: how mixtures move in Trust-Your-Brother. Writes pictures, the points
of their curves, and tables of where runs end to --output_dir.
"""

import csv
import pathlib
from collections.abc import Callable, Sequence

import numpy as np
from absl import app, flags
from jaxtyping import Float

from nes_spiel import d3c
from nes_spiel.examples import (
  command_line,
  d3c_pictures,
  d3c_rl_runs,
  plots,
  tables,
)

FLAGS = flags.FLAGS
SINGLE_RUNS = 20  # whose trajectories are drawn beside the median

flags.DEFINE_integer(
  "runs",
  None,
  "Independent runs; if not given 200, of 1000 in the paper, and 10 in Coins.",
  1,
)
flags.DEFINE_integer(
  "batches", None, "Batches of episodes; the recipe's if not given.", 1
)
flags.DEFINE_integer("seed", 0, "Of everything random.")
flags.DEFINE_string("output_dir", "out/d3c_rl", "Folder for the results.")


def compare(
  folder: pathlib.Path, env: str, modes: Sequence[str] = d3c.AGENT_MODES
) -> dict[str, d3c.AgentTraining]:
  """Returns runs in some modes; prints and writes where they end."""
  results = {
    mode: d3c_rl_runs.train(env, mode, FLAGS.runs, FLAGS.batches, FLAGS.seed)
    for mode in modes
  }
  table = d3c_rl_runs.ends(env, results)
  print(table.text())
  tables.write(folder, table)
  return results


def returns_and_attention(env: str, name: str) -> Callable[..., pathlib.Path]:
  """Returns what draws total returns in all modes, and D3C's attention.

  Args:
    env: the environment.
    name: of the picture.
  """

  def drawn(folder: pathlib.Path) -> pathlib.Path:
    results = compare(folder, env)
    panels = [
      d3c_rl_runs.returns(env, results),
      d3c_rl_runs.attention(f"{env}: attention of d3c", results["d3c"]),
    ]
    path = folder / f"d3c_{name}.png"
    d3c_pictures.draw(path, panels, 2)
    return path

  return drawn


def coins(folder: pathlib.Path) -> pathlib.Path:
  """Figure 8: returns in all modes, and how one run of D3C came to its own."""
  results = compare(folder, "coins")
  path = folder / "d3c_figure8.png"
  panels = [
    d3c_rl_runs.mean_returns("coins", results),
    *d3c_rl_runs.one_run(results["d3c"]),
  ]
  d3c_pictures.draw(path, panels, 2)
  return path


def mixtures(folder: pathlib.Path) -> pathlib.Path:
  """Figure 16: what both agents keep of their rewards, from start to end."""
  result = compare(folder, "trust_your_brother", ["d3c"])["d3c"]
  kept = np.diagonal(result.mixing_path, axis1=-2, axis2=-1)
  path = folder / "d3c_figure16.png"
  drawing, (axes,) = plots.figure(4.4, 4.2)
  for run in kept[:SINGLE_RUNS]:
    axes.plot(*run.T, color=plots.GREY, lw=0.5, alpha=0.4)
  median = np.median(kept, axis=0)
  axes.plot(*median.T, color=plots.BLUE, label="median")
  axes.plot(*median[0], "o", color="green", label="start")
  axes.plot(*median[-1], "*", color="red", ms=12, label="end")
  axes.set(xlabel="$A_{11}$", ylabel="$A_{22}$", aspect="equal")
  axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), title="trust_your_brother")
  axes.legend(frameon=False, fontsize=8, loc=(0.6, 0.15))
  plots.save(drawing, path)
  write_points(path, result, kept)
  return path


def write_points(
  path: pathlib.Path,
  result: d3c.AgentTraining,
  kept: Float[np.ndarray, "runs time 2"],
) -> None:
  """Writes what a trajectory's picture shows as `<name>_curves.csv`."""
  trajectories = {"median": np.median(kept, axis=0)}
  trajectories |= {f"run {i}": run for i, run in enumerate(kept[:SINGLE_RUNS])}
  with path.with_name(f"{path.stem}_curves.csv").open("w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["curve", "step", "A_11", "A_22"])
    for name, points in trajectories.items():
      for batch, point in zip(result.batches, points, strict=True):
        writer.writerow([name, batch, *point])


FIGURES = {
  "7": returns_and_attention("trust_your_brother", "figure7"),
  "8": coins,
  "16": mixtures,
}
flags.DEFINE_enum("figure", "7", list(FIGURES), "Which picture.")


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    path = FIGURES[FLAGS.figure](pathlib.Path(FLAGS.output_dir))
    print(f"Written: {path}")


if __name__ == "__main__":
  app.run(main)
