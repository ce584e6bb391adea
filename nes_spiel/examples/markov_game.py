# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Solves a Markov game of OpenSpiel, the games of all its states at once.

  python -m nes_spiel.examples.markov_game --game=markov_soccer
  python -m nes_spiel.examples.markov_game --game=markov_soccer \
    --method=nes --concept=cce --output_dir=out/soccer

Correlated-Q with known transitions: each step solves the normal-form game of
every state's action values in one call. Prints changes, time and the states
that are worth most to player 0; --output_dir gets all values as CSV, and a
picture of how they converge.
"""

import pathlib
import time

import numpy as np
from absl import app, flags
from tqdm import tqdm

from nes_spiel import equilibria, games, solvers
from nes_spiel.examples import command_line, curve_panels, named_games, tables

FLAGS = flags.FLAGS
SHOWN = 3  # states

flags.DEFINE_string("game", "markov_soccer", "OpenSpiel game string.")
flags.DEFINE_enum("concept", "cce", solvers.CONCEPTS, "Played in a state.")
flags.DEFINE_enum(
  "method", "exact", ["exact", "nes", "nes+exact"], "Of every state's game."
)
flags.DEFINE_float(
  "rho", 1e6, "Of Eq. 6, not by --method=nes; larger ones have smaller gaps."
)
flags.DEFINE_float("discount", 0.9, "Gamma, of a step.")
flags.DEFINE_float("tolerance", 1e-5, "The change of values at which it ends.")
flags.DEFINE_integer("max_steps", 300, "At most.", lower_bound=1)
flags.DEFINE_integer("max_states", 10_000, "More are refused.", lower_bound=1)
flags.DEFINE_string("output_dir", None, "Folder for values and picture.")


def load() -> games.MarkovGame:
  """Returns the game that the flags describe.

  Raises:
    ValueError: one that OpenSpiel does not know, or `markov_game` refuses.
  """
  game = named_games.load_openspiel(FLAGS.game)
  return games.markov_game(game, FLAGS.max_states)


def solve(game: games.MarkovGame) -> solvers.MarkovSolution:
  """Returns values of all states, with progress."""
  selection = None
  if FLAGS.method != "nes":  # networks know one rho alone
    selection = equilibria.MaximumEntropy(rho=FLAGS.rho)
  with tqdm(unit="step") as bar:

    def report(_: int, change: float) -> None:
      bar.set_postfix_str(f"change {change:.1e}", refresh=False)
      bar.update()

    return solvers.solve_markov_game(
      game,
      FLAGS.concept,
      selection,
      discount=FLAGS.discount,
      method=FLAGS.method,
      tolerance=FLAGS.tolerance,
      max_steps=FLAGS.max_steps,
      report=report,
    )


def values(
  game: games.MarkovGame, found: solvers.MarkovSolution
) -> tables.Table:
  """Returns every state's values and gap."""
  players = range(found.values.shape[1])
  rows = [
    [name.strip().replace("\n", "/"), *map(float, worth), float(gap)]
    for name, worth, gap in zip(
      game.names, found.values, found.gaps, strict=True
    )
  ]
  columns = ["state", *(f"player {p}" for p in players), "gap"]
  return tables.Table("markov_game_values", FLAGS.game, columns, rows)


def print_solution(
  game: games.MarkovGame, found: solvers.MarkovSolution, read: float
) -> None:
  """Prints how it went, and the states that are worth most."""
  states, steps = len(game.names), len(found.changes)
  status = solvers.MarkovStatus(found.status).name
  print(f"{states} states, read in {read:.1f} s")
  print(
    f"{steps} steps, {status}: last change {found.changes[-1]:.1e}, largest "
    f"{FLAGS.concept.upper()} gap of a state {found.gaps.max():.1e}"
  )
  if steps > 1:
    each = (found.seconds[-1] - found.seconds[0]) / (steps - 1)
    print(
      f"{each:.3f} s a step, {1e6 * each / states:.0f} microseconds a state; "
      f"the first, with compilation, {found.seconds[0]:.1f} s"
    )
  print(f"At the start: {np.round(game.start @ found.values, 4).tolist()}")
  for state in np.argsort(-found.values[:, 0])[:SHOWN]:
    print(f"\n{game.names[state].strip()}")
    print(f"is worth {np.round(found.values[state], 4).tolist()}")


def run() -> int:
  """Reads, solves, prints and writes; returns the exit status."""
  command_line.check_owned("method", {"rho": ["exact", "nes+exact"]})
  begin = time.perf_counter()
  game = load()
  read = time.perf_counter() - begin
  found = solve(game)
  print_solution(game, found, read)
  if FLAGS.output_dir:
    path = tables.write_csv(FLAGS.output_dir, values(game, found))
    curve = curve_panels.Curve(
      FLAGS.method, np.arange(1, len(found.changes) + 1), found.changes
    )
    panel = curve_panels.Panel(
      FLAGS.game, "Largest change of a value", [curve], scale="log"
    )
    picture = pathlib.Path(FLAGS.output_dir, "markov_game.png")
    curve_panels.draw(picture, [panel], 1)
    print(f"\nWritten: {path}, {picture}")
  if found.status == solvers.MarkovStatus.CONVERGED:
    return 0
  return command_line.not_reached(
    f"--tolerance={FLAGS.tolerance:g}: try more --max_steps."
  )


def main(argv: list[str]) -> int:
  """Runs; exits with 1 if values did not converge."""
  with command_line.program(argv):
    return run()


if __name__ == "__main__":
  app.run(main)
