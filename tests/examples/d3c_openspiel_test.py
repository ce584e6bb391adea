# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""OpenSpiel's agents under D3C: the example prints, writes and cooperates."""

import pytest
from results import assert_picture, rows_by


def test_it_plays_and_writes(run_lines, tmp_path):
  few = ["--seeds=2", "--episodes=20", "--mode=selfish", "--mode=d3c"]
  few.append(f"--output_dir={tmp_path}")
  games = ("python_iterated_prisoners_dilemma", "repeated_matrix_pd")
  lines = [[f"--game={game}", *few] for game in games]
  *finished, again, wrong, odd = run_lines(
    "d3c_openspiel", *lines, lines[0], ["--mode=kind"], ["--step_size=-1"]
  )
  for game, done in zip(games, finished, strict=True):
    assert done.code == 0, done.err
    assert_picture(tmp_path / f"d3c_{game}.png")
    assert (tmp_path / f"d3c_{game}_curves.csv").exists()
    rows = rows_by(tmp_path / f"d3c_{game}.csv", "mode")
    assert rows["selfish"]["attention"] == ""
    assert 0 <= float(rows["d3c"]["cooperation"]) <= 1
  assert again.out == finished[0].out
  assert wrong.code != 0
  assert "cooperative" in wrong.out + wrong.err
  assert odd.code == 2
  assert "step_size: expected a number >= 0" in odd.err


@pytest.mark.reference
def test_prisoners_cooperate(run_example, tmp_path):
  """Ten seeds: a median of 0.89 (0.50 to 0.91), selfish 0.10 (0.09 to 0.17).

  A fifth of the moves are at random, so that 0.1 and 0.9 are the extremes. With
  the example's 2500 episodes it is 0.90 (0.89 to 0.91).
  """
  done = run_example(
    "d3c_openspiel", "--episodes=1600", f"--output_dir={tmp_path}"
  )
  assert done.code == 0, done.err
  rows = rows_by(tmp_path / "d3c_python_iterated_prisoners_dilemma.csv", "mode")
  assert float(rows["selfish"]["highest"]) <= 0.2
  assert float(rows["d3c"]["cooperation"]) >= 0.7
  assert float(rows["d3c"]["attention"]) < 0
