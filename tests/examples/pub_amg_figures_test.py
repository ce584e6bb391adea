# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""pub_amg_figures writes the numbers that another program found."""

import csv

import pytest


def last_rows(path):
  """Returns the last measurement of each curve, by label."""
  with path.open() as file:
    return {line["Objective"]: line for line in csv.DictReader(file)}


def test_both_figures(run_lines, tmp_path):
  rps, kuhn, unknown = run_lines(
    "pub_amg_figures",
    ["--figure=4", "--iterations=100", f"--output_dir={tmp_path}"],
    ["--figure=6", "--iterations=100", f"--output_dir={tmp_path}"],
    ["--figure=5"],
  )
  assert rps.code == kuhn.code == 0, rps.err + kuhn.err
  rows = last_rows(tmp_path / "figure4.csv")
  annealed, fixed = rows["annealed, 1/sqrt(t)"], rows["alpha 0.1"]
  assert float(annealed["Exploitability"]) == pytest.approx(0.0171, rel=0.01)
  assert float(fixed["Exploitability"]) == pytest.approx(0.0171075545, abs=1e-8)
  public = float(fixed["PuB-AMG exploitability"])
  assert public == pytest.approx(0.00961663, abs=1e-7)
  # Solved there, and far from it in the original game.
  plain = rows["no regularization"]
  assert float(plain["PuB-AMG exploitability"]) < 0.1
  assert float(plain["Exploitability"]) >= 0.5
  rows = last_rows(tmp_path / "figure6.csv")
  annealed = float(rows["annealed, 1/sqrt(t)"]["Exploitability"])
  assert annealed == pytest.approx(0.0214, rel=0.01)
  assert "PuB-AMG exploitability" not in rows["alpha 0.2"]
  assert (tmp_path / "figure4.png").exists()
  assert (tmp_path / "figure6.png").exists()
  assert unknown.code != 0
