# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The examples of D3C print and write what training found."""

import csv

import pytest


def read_rows(path):
  with path.open() as file:
    return {row["mode"]: row for row in csv.DictReader(file)}


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
    assert (tmp_path / f"d3c_{name}.png").stat().st_size > 1000
    assert f"{name}, " in done.out
  rows = read_rows(tmp_path / "d3c_prisoners_dilemma.csv")
  assert set(rows) == {"d3c", "selfish", "cooperative"}
  assert float(rows["d3c"]["ratio to optimal"]) == pytest.approx(1, abs=1e-3)
  # 0.9 squared to the 500th: at the Nash equilibrium, n / (n - 1).
  selfish = float(rows["selfish"]["ratio to optimal"])
  assert selfish == pytest.approx(1.5, abs=1e-3)
  assert "Price of anarchy 1.5000" in finished[0].out
  assert float(rows["selfish"]["diverged"]) == 0
  # The minima of B_1 + B_2 of the flags are worth -0.875 and -1.
  (row,) = read_rows(tmp_path / "d3c_bilinear.csv").values()
  assert -1.001 < float(row["total loss"]) < -0.874


def test_mistakes_are_explained(run_lines):
  cases = {
    ("--game=nonsense",): "nonsense",
    ("--game=braess", "--agents=9"): "--agents: is of prisoners_dilemma",
    ("--steps=0",): "steps: expected at least 1, got 0",
    ("--epsilon=-1",): "epsilon: expected a number >= 0, got -1.0",
    ("--mode=kind",): "d3c",
    ("--game=bilinear", "--b2=1,2,x,4"): "--b2: expected four numbers",
    (f"--output_dir={__file__}/x",): "Not a directory",
    ("more",): "unexpected arguments",
  }
  finished = run_lines("d3c_games", *cases)
  for (line, message), done in zip(cases.items(), finished, strict=True):
    assert done.code != 0, line
    assert "Traceback" not in done.out + done.err, line
    assert message in done.out + done.err, line
