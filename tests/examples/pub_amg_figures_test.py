# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""pub_amg_figures writes the numbers that another program found."""

import numpy as np
import pytest
from results import read_rows, rows_by


def test_both_figures(run_lines, tmp_path):
  rps, kuhn, beliefs, unknown = run_lines(
    "pub_amg_figures",
    ["--figure=4", "--iterations=100", f"--output_dir={tmp_path}"],
    ["--figure=6", "--iterations=100", f"--output_dir={tmp_path}"],
    ["--figure=beliefs", f"--output_dir={tmp_path}"],
    ["--figure=5"],
  )
  for done in (rps, kuhn, beliefs):
    assert done.code == 0, done.err
  rows = rows_by(tmp_path / "figure4.csv", "Objective")
  annealed, fixed = rows["annealed, 1/sqrt(t)"], rows["alpha 0.1"]
  assert float(annealed["Exploitability"]) == pytest.approx(0.0171, rel=0.01)
  assert float(fixed["Exploitability"]) == pytest.approx(0.0171075545, abs=1e-8)
  public = float(fixed["PuB-AMG exploitability"])
  assert public == pytest.approx(0.00961663, abs=1e-7)
  # Solved there, and far from it in the original game.
  plain = rows["no regularization"]
  assert float(plain["PuB-AMG exploitability"]) < 0.1
  assert float(plain["Exploitability"]) >= 0.5
  rows = rows_by(tmp_path / "figure6.csv", "Objective")
  annealed = float(rows["annealed, 1/sqrt(t)"]["Exploitability"])
  assert annealed == pytest.approx(0.0214, rel=0.01)
  assert "PuB-AMG exploitability" not in rows["alpha 0.2"]
  check_beliefs(tmp_path / "beliefs.csv")
  for name in ("figure4", "figure6", "beliefs"):
    assert (tmp_path / f"{name}.png").exists()
  assert unknown.code != 0


def test_flags_of_other_figures_are_refused(check_mistakes):
  line = ("--figure=beliefs", "--iterations=5")
  message = "--iterations: is of --figure=4, 6; got beliefs"
  check_mistakes("pub_amg_figures", {line: message})


def check_beliefs(path):
  """Values change by at most 2 M TV; policies jump at alpha 0 alone."""
  rows = [[float(x) for x in line.values()] for line in read_rows(path)]
  table = np.array(rows)
  for alpha in (0.0, 0.1, 0.5):
    _, rock, value, *rule = table[table[:, 0] == alpha].T
    largest = 2 + alpha * np.log(3)
    most = 2 * largest * np.diff(rock)
    assert (np.abs(np.diff(value)) <= most + 1e-9).all()
    jump = np.abs(np.diff(rule)).max()
    assert (jump > 0.4) == (alpha == 0)
    np.testing.assert_allclose(np.sum(rule, axis=0), 1, atol=1e-9)
