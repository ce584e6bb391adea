# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The examples of D3C print and write what training found."""

import numpy as np
import pytest
from results import assert_picture, rows_by

from nes_spiel import games


def test_tables_and_pictures(run_lines, tmp_path):
  common = [f"--output_dir={tmp_path}"]
  lines = {
    "prisoners_dilemma": ["--runs=20", "--agents=3"],
    "random_braess": ["--runs=3", "--steps=100", "--mode=d3c"],
    "chicken": ["--runs=4", "--steps=50", "--mode=lola", "--mode=altruism"],
    "bilinear": ["--runs=10", "--mode=cooperative", "--b1=0,-.5,-.5,0"],
  }
  finished = run_lines(
    "d3c_games", *([f"--game={name}", *x, *common] for name, x in lines.items())
  )
  for name, done in zip(lines, finished, strict=True):
    assert done.code == 0, done.err
    assert name in done.out
    (picture,) = tmp_path.glob(f"d3c_game_{name}*.png")
    assert_picture(picture)
  rows = rows_by(tmp_path / "d3c_game_prisoners_dilemma_3.csv", "mode")
  assert set(rows) == {"d3c", "selfish", "cooperative"}
  assert float(rows["d3c"]["ratio to optimal"]) == pytest.approx(1, abs=1e-3)
  # 0.9 squared to the 500th: at the Nash equilibrium, n / (n - 1).
  selfish = float(rows["selfish"]["ratio to optimal"])
  assert selfish == pytest.approx(1.5, abs=1e-3)
  assert "Price of anarchy 1.5000" in finished[0].out
  assert float(rows["selfish"]["diverged"]) == 0
  # The minima of B_1 + B_2 of the flags are worth -0.875 and -1.
  (row,) = rows_by(tmp_path / "d3c_game_bilinear.csv", "mode").values()
  assert -1.001 < float(row["total loss"]) < -0.874


def test_a_file_is_no_part_of_a_name(run_lines, tmp_path):
  path = tmp_path / "own.npy"
  np.save(path, games.classics.chicken())
  short = ["--runs=2", "--steps=5", "--mode=selfish", f"--game={path}"]
  written, printed = run_lines(
    "d3c_games", [*short, f"--output_dir={tmp_path}"], short
  )
  assert written.code == 0, written.err
  assert (tmp_path / "d3c_game_own.npy.csv").is_file()
  assert printed.code == 0, printed.err
  assert "Written" not in printed.out


def test_mistakes_are_explained(check_mistakes):
  cases = {
    ("--game=nonsense",): "nonsense",
    ("--game=braess", "--agents=9"): "--agents: is of --game=prisoners",
    ("--steps=0",): "steps: expected",
    ("--epsilon=-1",): "epsilon: expected a number >= 0",
    ("--mode=kind",): "d3c",
    ("--game=bilinear", "--b2=1,2,x,4"): "--b2: expected four numbers",
    (f"--output_dir={__file__}/x",): "Not a directory",
    ("more",): "unexpected arguments",
  }
  check_mistakes("d3c_games", cases)
