# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The examples of D3C with reinforcement learning print, write and go on."""

import pytest
from results import assert_picture, read_rows

from nes_spiel import runs


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
  (row,) = read_rows(tmp_path / "whole" / "d3c_trust_your_brother_d3c.csv")
  assert row["mode"] == "d3c"
  assert float(row["attention at the start"]) == pytest.approx(4.595, abs=1e-3)
  assert -10 < float(row["median total return"]) < 0


# Trainings that end at once, by how many batches are asked for.
STOPPED = """
from nes_spiel import d3c, nes

def stop(*_, batches, **__):
  if batches == 1:
    raise KeyboardInterrupt
  raise nes.TrainingDivergedError("loss: nan")

d3c.train_agents = stop
"""


def test_what_ends_a_training_is_one_line(run_lines, tmp_path):
  stopped, saved, diverged, nothing = run_lines(
    "d3c_train",
    ["--batches=1"],
    ["--batches=1", f"--output_dir={tmp_path / 'run'}"],
    ["--batches=2"],
    ["--resume", f"--output_dir={tmp_path / 'mistyped'}"],
    first=STOPPED,
  )
  assert stopped.code == saved.code == 130
  assert stopped.err == "stopped\n"
  assert saved.err == "stopped; --resume goes on\n"
  assert diverged.code == 1
  assert diverged.err == "error: loss: nan\n"
  assert nothing.code == 2
  assert "--output_dir: no run to go on with" in nothing.err
  assert not (tmp_path / "mistyped").exists()


def test_mistakes_are_explained(check_mistakes):
  cases = {
    ("--mode=kind",): "cooperative",
    ("--learner=guess",): "actor_critic",
    ("--env=nonsense",): "trust_your_brother",
    ("--resume",): "--resume needs --output_dir",
    ("--batches=7", "--record_every=5"): "record_every: expected a divisor",
    ("--step_size=-1",): "step_size: expected a number >= 0",
    ("--epsilon=-1",): "epsilon: expected a number >= 0",
  }
  check_mistakes("d3c_train", cases)


def test_figures(run_lines, tmp_path):
  common = [f"--output_dir={tmp_path}", "--runs=3"]
  trust = [*common, "--batches=200"]
  lines = {
    "7": trust,
    "16": [*trust, "--resume"],
  }
  *drawn, again = run_lines(
    "d3c_rl_figures",
    *([f"--figure={name}", *line] for name, line in lines.items()),
    ["--figure=16", *trust],
  )
  for name, done in zip(lines, drawn, strict=True):
    assert done.code == 0, done.err
    picture = tmp_path / f"d3c_figure{name}.png"
    assert_picture(picture)
  assert again.code == 2
  assert "holds a run" in again.err
  check_curves(tmp_path)


def check_curves(folder):
  """Figures 7 and 16 have their curves."""
  curves = read_rows(folder / "d3c_figure7_curves.csv")
  modes = {"selfish", "cooperative", "d3c"}
  assert {row["curve"] for row in curves} == modes | {"agent 1", "agent 2"}
  first, *_ = read_rows(folder / "d3c_figure16_curves.csv")
  assert first["curve"] == "median"
  assert float(first["A_11"]) == pytest.approx(0.99)


@pytest.mark.reference
def test_figure_19(run_lines, tmp_path):
  """It shows all 15 pairs of three runs, and says how low p can be."""
  line = ["--figure=19", f"--output_dir={tmp_path}", "--runs=3"]
  (drawn,) = run_lines(
    "d3c_rl_figures", [*line, "--batches=24", "--record_every=2"]
  )
  assert drawn.code == 0, drawn.err
  assert_picture(tmp_path / "d3c_figure19.png")
  pairs = [row["pair"] for row in read_rows(tmp_path / "d3c_figure19.csv")]
  assert pairs.count("any two") == 15
  assert pairs.count("partners") == 3
  assert "not less than 0.109 in any case" in drawn.out
  (row,) = read_rows(tmp_path / "coins" / "d3c_coins_d3c.csv")
  assert "(" in row["own coins, %"]


@pytest.mark.reference
@pytest.mark.parametrize("name", ["8", "9", "17", "18"])
def test_figures_of_grid_worlds(run_lines, tmp_path, name):
  line = [f"--figure={name}", f"--output_dir={tmp_path}", "--runs=3"]
  (done,) = run_lines(
    "d3c_rl_figures", [*line, "--batches=4", "--record_every=2"]
  )
  assert done.code == 0, done.err
  rows = read_rows(tmp_path / f"d3c_figure{name}_curves.csv")
  assert len({row["panel"] for row in rows}) == {"8": 4, "9": 4}.get(name, 1)
  assert {row["step"] for row in rows} >= {"2", "4"}
  (table,) = tmp_path.glob("*/d3c_*.csv")
  modes = [row["mode"] for row in read_rows(table)]
  assert modes == ["selfish", "cooperative", "d3c"]
