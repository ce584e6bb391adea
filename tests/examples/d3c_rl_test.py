# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The examples of D3C with reinforcement learning print, write and go on."""

import csv

import pytest

from nes_spiel import runs


def read_rows(path):
  with path.open() as file:
    return list(csv.DictReader(file))


def test_it_trains_and_goes_on(run_lines, tmp_path, assert_same_arrays):
  common = ["--runs=3", "--record_every=5", "--save_every=10", "--seed=2"]
  folders = [tmp_path / name for name in ("stopped", "whole")]
  stopped, whole = ([*common, f"--output_dir={x}"] for x in folders)
  first, again, resumed, straight = run_lines(
    "d3c_train",
    [*stopped, "--batches=10"],
    [*stopped, "--batches=20"],
    [*stopped, "--batches=20", "--resume"],
    [*whole, "--batches=20"],
  )
  assert first.code == 0, first.err
  assert again.code == 2
  assert "holds a run" in again.err
  assert "10/20" in resumed.err
  table = straight.out.partition("Written")[0]
  assert resumed.out.startswith(table)
  assert "attention" in table
  newest = [runs.load_checkpoint(x / "checkpoints" / "d3c")[0] for x in folders]
  assert_same_arrays(*newest)
  (row,) = read_rows(tmp_path / "whole" / "d3c_trust_your_brother.csv")
  assert row["mode"] == "d3c"
  assert float(row["attention at the start"]) == pytest.approx(4.595, abs=1e-3)
  assert -10 < float(row["median total return"]) < 0


def test_mistakes_are_explained(run_lines):
  cases = {
    ("--mode=kind",): "cooperative",
    ("--env=nonsense",): "trust_your_brother",
    ("--resume",): "--resume needs --output_dir",
    ("--batches=7", "--record_every=5"): "record_every: expected a divisor",
    ("--step_size=-1",): "step_size: expected a number >= 0",
  }
  finished = run_lines("d3c_train", *cases)
  for (line, message), done in zip(cases.items(), finished, strict=True):
    assert done.code != 0, line
    assert message in done.out + done.err, line


def test_figures(run_lines, tmp_path):
  common = [f"--output_dir={tmp_path}", "--runs=3", "--batches=100"]
  names = ("7", "16")
  finished = run_lines(
    "d3c_rl_figures", *([f"--figure={name}", *common] for name in names)
  )
  for name, done in zip(names, finished, strict=True):
    assert done.code == 0, done.err
    picture = tmp_path / f"d3c_figure{name}.png"
    assert picture.stat().st_size > 1000
  curves = read_rows(tmp_path / "d3c_figure7_curves.csv")
  assert {row["curve"] for row in curves} == {
    "selfish",
    "cooperative",
    "d3c",
    "agent 1",
    "agent 2",
  }
  first, *_ = read_rows(tmp_path / "d3c_figure16_curves.csv")
  assert first["curve"] == "median"
  assert float(first["A_11"]) == pytest.approx(0.99)
