# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""pub_amg_values goes on where it was interrupted, and search pays."""

from results import rows_by


def test_resuming_and_planning(run_lines, tmp_path):
  flags = ["--game=kuhn_poker", "--alpha=0.2", "--steps=600", "--widths=64"]
  whole, part, rest, adopted, other = run_lines(
    "pub_amg_values",
    [*flags, "--draws=60", "--depths=1", f"--output_dir={tmp_path}/whole"],
    [*flags, "--draws=60", "--depths=2", f"--output_dir={tmp_path}/part"],
    [
      *flags,
      "--draws=60",
      "--depths=2",
      "--resume",
      f"--output_dir={tmp_path}/part",
    ],
    [
      *("--steps=600", "--widths=64", "--depths=2", "--resume"),
      f"--output_dir={tmp_path}/part",
    ],
    ["--alpha=0.3", "--resume", f"--output_dir={tmp_path}/part"],
  )
  for done in (whole, part, rest, adopted):
    assert done.code == 0, done.err
  assert "kuhn_poker" in adopted.out
  rows = rows_by(tmp_path / "whole" / "values.csv", "Values")
  gaps = {name: float(line["Regularized"]) for name, line in rows.items()}
  assert abs(gaps["-"]) < 1e-10
  assert gaps["exact"] < 1e-6
  assert gaps["learned"] < gaps["constant"] / 2
  assert other.code == 2
  assert "but the checkpoint was written with" in other.err
