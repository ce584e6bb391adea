# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""JPSRO on games of OpenSpiel, with our meta-solvers and with theirs.

  python -m benchmarks.jpsro_games --output_dir=out/jpsro_games
  python -m benchmarks.jpsro_games --games=kuhn_poker_2p --concepts=ce

Every solver trains for --iterations with exact best responses against the
recommendation of its own joint (CE) or against all of it (CCE). The gap is what
these gain in the full game, summed over players, the welfare that of the
meta-joint one iteration later; a run that has taken --seconds ends with the
iteration that it is in, and is marked. Nothing is drawn, so a seed would change
nothing. Seconds are the mean over iterations, in which `uni` is evaluated as
well, without XLA's compilation; milliseconds the median of the meta-solver's
calls after the first.
"""

import pathlib
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from absl import app, flags

from benchmarks import report, run_pictures
from benchmarks.openspiel_runs import Run, run_jpsro
from nes_spiel import meta_solvers
from nes_spiel.examples import command_line

GAMES = {
  "kuhn_poker_2p": "kuhn_poker",
  "kuhn_poker_3p": "kuhn_poker(players=3)",
  "leduc_poker_2p": "leduc_poker",
  "goofspiel_2p_4c": "goofspiel(num_cards=4,returns_type=total_points)",
  "sheriff_2p_1r": "sheriff(num_rounds=1)",
  "trade_comm_2p_2i": "trade_comm(num_items=2)",
  "kuhn_poker_4p": "kuhn_poker(players=4)",
}
OURS = {
  "cce": ("mecce", "mwmecce", "nes_mecce"),
  "ce": ("mece", "mwmece", "nes_mece"),
}
THEIRS = {
  "cce": ("uni", "rd", "prd", "mgcce", "mwcce"),
  "ce": ("uni", "rd", "prd", "mgce", "mwce"),
}
# Networks exist for CE of two players only; the largest game is for ours alone.
WITHOUT = {("kuhn_poker_3p", "nes_mece"), ("kuhn_poker_4p", "nes_mece")}
OURS_ONLY = ("kuhn_poker_4p",)
LOWEST = 1e-7  # that pictures show
COLUMNS = (
  "game",
  "meta-solver",
  "iterations",
  "gap",
  "welfare",
  "s/iteration",
  "ms/call",
)

_GAMES = flags.DEFINE_multi_enum("games", list(GAMES), list(GAMES), "Which.")
_CONCEPTS = flags.DEFINE_multi_enum(
  "concepts", ["cce", "ce"], ["cce", "ce"], "Which."
)
_ITERATIONS = flags.DEFINE_integer("iterations", 10, "Of JPSRO.", lower_bound=1)
_SECONDS = flags.DEFINE_float("seconds", 120.0, "A run's most.")
_TOLERANCE = flags.DEFINE_float(
  "tolerance", 1e-4, "By how much a gap may be higher and count as low as one."
)

# By game, and by meta-solver.
Runs = Mapping[str, Mapping[str, Run]]


def names_of(game: str, concept: str) -> list[str]:
  """Returns the meta-solvers that run on a game."""
  theirs = () if game in OURS_ONLY else THEIRS[concept]
  ours = [name for name in OURS[concept] if (game, name) not in WITHOUT]
  return [*ours, *theirs]


def run_game(game: str, concept: str) -> dict[str, Run]:
  """Runs all meta-solvers on a game."""
  return {
    name: run_jpsro(
      name,
      seed=1,
      iterations=_ITERATIONS.value,
      game_name=GAMES[game],
      concept=concept,
      most_seconds=_SECONDS.value,
    )
    for name in names_of(game, concept)
  }


def is_capped(run: Run) -> bool:
  """Returns whether time ended a run."""
  return len(run.values) <= _ITERATIONS.value


def row_of(game: str, name: str, run: Run) -> tuple[Any, ...]:
  """Returns a run's row."""
  done = f"{len(run.values) - 1}{' (capped)' if is_capped(run) else ''}"
  return (
    game,
    name,
    done,
    run.values[-1],
    run.welfare[-1],
    (run.seconds - run.compile_seconds) / len(run.values),
    1e3 * float(np.median(run.solver_seconds[1:] or run.solver_seconds)),
  )


def best_row(
  game: str, concept: str, runs: Mapping[str, Run]
) -> tuple[Any, ...]:
  """Returns which of ours and of theirs comes to the lowest gap.

  At the last iteration that some of either have done.
  """
  sides = [
    {name: runs[name].values for name in names if name in runs}
    for names in (OURS[concept], THEIRS[concept])
  ]
  last = min(max(map(len, side.values())) for side in sides) - 1
  (our_gap, ours), (their_gap, theirs) = (
    min((gaps[last], name) for name, gaps in side.items() if len(gaps) > last)
    for side in sides
  )
  as_low = our_gap <= their_gap + _TOLERANCE.value
  return (game, last, ours, our_gap, theirs, their_gap, str(as_low))


def show(concept: str, runs: Runs) -> None:
  """Prints what every run came to, and who was best."""
  rows = [
    row_of(game, name, run)
    for game, of_game in runs.items()
    for name, run in of_game.items()
  ]
  title = f"JPSRO towards {concept.upper()}, {_ITERATIONS.value} iterations"
  report.show(f"jpsro_games_{concept}", title, COLUMNS, rows)
  report.show(
    f"jpsro_games_{concept}_best",
    f"{concept.upper()} gap, the lowest of ours and of OpenSpiel's",
    ("game", "iteration", "ours", "gap", "theirs", "their gap", "as low"),
    [
      best_row(game, concept, of_game)
      for game, of_game in runs.items()
      if game not in OURS_ONLY
    ],
  )


def draw(path: pathlib.Path, concept: str, runs: Runs) -> None:
  """Draws gaps by iteration, a panel for each game."""
  label = f"{concept.upper()} gap, at least {LOWEST:g}"
  panels = [
    run_pictures.Panel(
      game,
      label,
      {name: np.maximum(run.values, LOWEST) for name, run in of_game.items()},
    )
    for game, of_game in runs.items()
  ]
  run_pictures.save(path, panels)


def run_all() -> None:
  """Measures, prints and draws."""
  jax.config.update("jax_enable_compilation_cache", False)
  meta_solvers.register()
  names = ("iterations", "seconds", "tolerance")
  report.show_setting(**{name: flags.FLAGS[name].value for name in names})
  for concept in _CONCEPTS.value:
    runs = {game: run_game(game, concept) for game in _GAMES.value}
    show(concept, runs)
    if flags.FLAGS.output_dir:
      folder = pathlib.Path(flags.FLAGS.output_dir)
      draw(folder / f"jpsro_games_{concept}.png", concept, runs)


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
