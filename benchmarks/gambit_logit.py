# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Writes Gambit's answers to random games, for a test of ours.

  python -m benchmarks.gambit_logit --output=tests/equilibria/gambit_logit.json

Needs pygambit 17 or newer: pip install --pre "pygambit>=17.0.0b2"
"""

import json
import pathlib

import numpy as np
from absl import app, flags

from benchmarks.gambit import GambitLogit
from nes_spiel.examples import command_line

_OUTPUT = flags.DEFINE_string("output", "out/gambit_logit.json", "JSON file.")
SHAPES = [(2, 2), (3, 3), (2, 4), (2, 2, 2), (3, 2, 4)]
PRECISIONS = [0.1, 0.25, 0.4]  # one equilibrium each


def draw_games():
  """Yields payoffs `[n, *a]`, whole numbers 0 to 9, and a precision."""
  rng = np.random.default_rng(0)
  for shape in SHAPES:
    for precision in PRECISIONS:
      yield rng.integers(0, 10, (len(shape), *shape)), precision


def answer(payoffs, precision):
  """Returns a game and Gambit's answer, by steps shorter than usual."""
  solver = GambitLogit(payoffs)
  return {
    "payoffs": payoffs.tolist(),
    "precision": precision,
    "strategies": solver.solve(precision, first_step=1e-3, max_accel=1.01),
  }


def run_all():
  """Writes games and answers."""
  path = pathlib.Path(_OUTPUT.value)
  path.parent.mkdir(parents=True, exist_ok=True)
  answers = [answer(*game) for game in draw_games()]
  path.write_text("\n".join(["[", ",\n".join(map(json.dumps, answers)), "]\n"]))
  print(f"Written: {path}")


def main(argv):
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
