# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The examples of D3C print and write what training found."""

import csv
import itertools

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
  }
  finished = run_lines(
    "d3c_games", *([f"--game={name}", *x, *common] for name, x in lines.items())
  )
  for name, done in zip(lines, finished, strict=True):
    assert done.code == 0, done.err
    assert (tmp_path / f"d3c_{name}.png").stat().st_size > 1000
    assert f"{name}, " in done.out
  rows = read_rows(tmp_path / "d3c_prisoners_dilemma.csv")
  assert set(rows) == {"d3c", "gradient_descent", "cooperative"}
  assert float(rows["d3c"]["ratio to optimal"]) == pytest.approx(1, abs=1e-3)
  # 0.9 squared to the 500th: at the Nash equilibrium, n / (n - 1).
  selfish = float(rows["gradient_descent"]["ratio to optimal"])
  assert selfish == pytest.approx(1.5, abs=1e-3)
  assert "Price of anarchy 1.5000" in finished[0].out
  assert float(rows["gradient_descent"]["diverged"]) == 0


def test_mistakes_are_explained(run_lines):
  cases = {
    ("--game=nonsense",): "nonsense",
    ("--steps=7",): "record_every: expected a divisor of 7 steps",
    ("--epsilon=-1",): "epsilon: expected a number >= 0, got -1.0",
    ("--mode=kind",): "d3c",
    ("more",): "unexpected arguments",
  }
  finished = run_lines("d3c_games", *cases)
  for (line, message), done in zip(cases.items(), finished, strict=True):
    assert done.code != 0, line
    assert message in done.out + done.err, line


def test_figures(run_lines, tmp_path):
  common = [f"--output_dir={tmp_path}", "--runs=5"]
  names = ("6", "election")
  finished = run_lines(
    "d3c_figures", *([f"--figure={name}", *common] for name in names)
  )
  for name, done in zip(("figure6", "election"), finished, strict=True):
    assert done.code == 0, done.err
    assert (tmp_path / f"d3c_{name}.png").exists()
  assert "to 4" in finished[1].out


@pytest.mark.reference
def test_bounds_are_in_order(run_lines, tmp_path):
  """No smaller set of equilibria costs more, and none more than the bound."""
  (done,) = run_lines(
    "d3c_figures", ["--figure=bounds", f"--output_dir={tmp_path}"]
  )
  assert done.code == 0, done.err
  with (tmp_path / "d3c_bounds.csv").open() as file:
    rows = {row["game"]: row for row in csv.DictReader(file)}
  names = ("smoothness bound", "CCE", "CE", "pure Nash")
  for row in rows.values():
    values = [float(row[name]) for name in names]
    assert all(x >= y - 1e-6 for x, y in itertools.pairwise(values))
  assert float(rows["Braess"]["pure Nash"]) == pytest.approx(320 / 260)
  assert float(rows["prisoner's dilemma"]["pure Nash"]) == pytest.approx(2)
