# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Figures of the D3C paper without reinforcement learning: who reaches what.

  python -m nes_spiel.examples.d3c_figures --figure=3

2: random networks with Braess's paradox. 3: the network of Figure 2a, without
and with its shortcut, and its longest commutes. 5, 13, 14: the prisoner's
dilemma of 10 agents, of 2, and of 10 with c = 1/9, and its strategies. 6: what
two agents keep and lose in one run of it. election: Appendix F.5. inequity:
Appendix F.6. bounds: what bounds the price of anarchy, beside what it is; no
figure of the paper. Writes pictures, the points of their curves, and tables of
where runs end to --output_dir.
"""

import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from absl import app, flags
from jaxtyping import Array, Complex, Float
from tqdm import tqdm

from nes_spiel import d3c
from nes_spiel.examples import (
  command_line,
  curve_panels,
  d3c_bounds,
  d3c_panels,
  d3c_tables,
  tables,
)

FLAGS = flags.FLAGS
MODES = ("selfish", "d3c", "cooperative")

flags.DEFINE_integer("runs", 1000, "Independent runs.", 1)
flags.DEFINE_integer("seed", 0, "Of the runs' first strategies.")
flags.DEFINE_string("output_dir", "out/d3c", "Folder for the results.")


def compare(
  folder: pathlib.Path,
  name: str,
  game: Any,
  modes: Sequence[str] = MODES,
  runs: int | None = None,
) -> dict[str, d3c.Training]:
  """Returns runs in some modes; prints and writes where they end."""
  key, count = jax.random.key(FLAGS.seed), runs or FLAGS.runs
  results = {
    mode: d3c.train(game, key, count, mode=mode) for mode in tqdm(modes)
  }
  show(folder, d3c_tables.ends(name, game, results))
  return results


def show(folder: pathlib.Path, table: tables.Table) -> None:
  """Prints and writes a table."""
  print(table.text())
  tables.write(folder, table)


def draw(
  folder: pathlib.Path,
  figure: str,
  panels: Sequence[curve_panels.Panel],
  columns: int = 2,
) -> pathlib.Path:
  """Draws panels; returns the picture's path."""
  path = folder / f"d3c_{figure}.png"
  curve_panels.draw(path, panels, columns)
  return path


def random_networks(folder: pathlib.Path) -> pathlib.Path:
  """Figure 2b: a random network for every run."""
  keys = jax.random.split(jax.random.key(FLAGS.seed), FLAGS.runs)
  networks = [d3c.games.sample_braess(key) for key in keys]
  results = compare(folder, "random_braess", networks)
  return draw(folder, "figure2", d3c_panels.overview("random_braess", results))


def traffic(folder: pathlib.Path) -> pathlib.Path:
  """Figure 3: one network without and with its shortcut, a row for each."""
  panels = []
  for shortcut in (False, True):
    game = d3c.games.braess(shortcut)
    results = compare(folder, game.name, game)
    panels += [
      d3c_panels.commutes(
        f"{game.name}, {mode}", results[mode], d3c_panels.COLORS[mode]
      )
      for mode in ("selfish", "d3c")
    ]
  return draw(folder, "figure3", panels)


def dilemma(
  figure: str, agents: int, c: float
) -> Callable[[pathlib.Path], pathlib.Path]:
  """Returns what draws the prisoner's dilemma of some agents."""

  def drawn(folder: pathlib.Path) -> pathlib.Path:
    game = d3c.games.prisoners_dilemma(agents, c)
    results = compare(folder, game.name, game)
    efficiency, attention = d3c_panels.overview(game.name, results)
    strategies = d3c_panels.strategies(
      "Strategies, d3c", results["d3c"], c / agents
    )
    return draw(folder, figure, [efficiency, strategies, attention], 3)

  return drawn


def single_run(folder: pathlib.Path) -> pathlib.Path:
  """Figure 6: what each of two agents keeps over what it gives, and loses."""
  game = d3c.games.prisoners_dilemma(2)
  result = compare(folder, f"{game.name}_once", game, runs=1)["d3c"]
  levels = {"Nash equilibrium": game.nash_loss, "optimum": game.optimal_loss}
  each = {name: float(total) / 2 for name, total in levels.items()}
  attention, losses = result.attention, result.losses
  panels = [
    d3c_panels.of_agents("Attention", d3c_panels.ATTENTION, result, attention),
    d3c_panels.of_agents("Losses", "$f_i$", result, losses, each),
  ]
  return draw(folder, "figure6", panels)


def election(folder: pathlib.Path) -> pathlib.Path:
  """Appendix F.5: which teams form, and what is left of the race."""
  game = d3c.games.election()
  results = compare(folder, game.name, game)
  mixings = {mode: result.mixing.mean(0) for mode, result in results.items()}
  rows = [
    [f"{i + 1}", *map(float, row)] for i, row in enumerate(mixings["d3c"])
  ]
  columns = ["agent", *(f"to {j + 1}" for j in range(4))]
  title = "Mean mixing matrix of D3C"
  show(folder, tables.Table("election_mixing", title, columns, rows))
  found = [
    [mode, float(value.real), float(value.imag)]
    for mode, mixing in mixings.items()
    for value in eigenvalues(game, mixing)
  ]
  title = "Eigenvalues of the game's Jacobian there"
  columns = ["mode", "real", "imaginary"]
  show(folder, tables.Table("election_eigenvalues", title, columns, found))
  return draw(folder, "election", d3c_panels.overview(game.name, results))


def eigenvalues(
  game: d3c.Game, mixing: Float[np.ndarray, "n n"]
) -> Complex[np.ndarray, " n"]:
  """Returns those of how mixed gradients change where all strategies are 0."""
  received = jnp.asarray(mixing.T)

  def field(x: Float[Array, " n"]) -> Float[Array, " n"]:
    return d3c.local_change(game.losses, x[:, None], received).field[:, 0]

  jacobian = jax.jacrev(field)(jnp.zeros(game.num_agents))
  return np.linalg.eigvals(np.asarray(jacobian))


def inequity(folder: pathlib.Path) -> pathlib.Path:
  """Appendix F.6: where learning halts, and that cooperation does not."""
  game = d3c.games.efficient_but_unfair()
  results = compare(folder, game.name, game)
  result = results["d3c"]
  quotient = result.mixing[:, 0, 0] / result.mixing[:, 1, 0]
  near = np.abs(quotient / 1.1 - 1) < 0.01
  first, second = map(float, np.median(result.losses[:, -1], axis=0))
  row = [first, second, float(np.median(quotient)), float(near.mean())]
  columns = ["f_1", "f_2", "A_11 / A_21", "share within 1 % of 11/10"]
  title = "Medians at the end of D3C"
  show(folder, tables.Table("inequity_halt", title, columns, [row]))
  panels = [
    d3c_panels.efficiency(game.name, results)._replace(scale="symlog"),
    d3c_panels.of_agents("Losses, d3c", "Median loss", result, result.losses),
  ]
  return draw(folder, "inequity", panels)


FIGURES = {
  "2": random_networks,
  "3": traffic,
  "5": dilemma("figure5", 10, 1.0),
  "6": single_run,
  "13": dilemma("figure13", 2, 1.0),
  "14": dilemma("figure14", 10, 1 / 9),
  "election": election,
  "inequity": inequity,
  "bounds": d3c_bounds.draw,
}
# Figure 6 is of one run, and d3c_bounds has its own.
OWNERS = {
  "runs": [name for name in FIGURES if name not in ("6", "bounds")],
  "seed": [name for name in FIGURES if name != "bounds"],
}
flags.DEFINE_enum("figure", "3", list(FIGURES), "Which picture.")


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    command_line.check_owned("figure", OWNERS)
    path = FIGURES[FLAGS.figure](pathlib.Path(FLAGS.output_dir))
    print(f"Written: {path}")


if __name__ == "__main__":
  app.run(main)
