# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What an online meta-solver has learned is part of a run's checkpoints."""

import pytest

from nes_spiel import runs

pytestmark = pytest.mark.reference  # a network's gradient is compiled

COMMANDS = {
  "psro": (
    "--game_name=kuhn_poker",
    "--sims_per_entry=0",
    "--meta_strategy_method=online_mecce",
    "--noplot",
  ),
  "jpsro": (
    "--game=kuhn_poker_2p",
    "--train_meta_solver=online_mecce",
    "--noplot",
  ),
}
ITERATIONS = {"psro": "--gpsro_iterations", "jpsro": "--iterations"}


@pytest.mark.parametrize("example", COMMANDS)
def test_an_interrupted_run_resumes_exactly(
  example, run_lines, tmp_path, assert_same_arrays
):
  def line(folder, iterations, *more):
    count = f"{ITERATIONS[example]}={iterations}"
    place = f"--output_dir={tmp_path / folder}"
    return [*COMMANDS[example], count, place, *more]

  # The resumed run has a process to itself: nothing is remembered.
  done = run_lines(example, line("whole", 4), line("part", 2))
  done += run_lines(example, line("part", 4, "--resume"))
  assert [each.code for each in done] == [0] * 3, done
  left, left_values = runs.load_checkpoint(tmp_path / "whole")
  right, right_values = runs.load_checkpoint(tmp_path / "part")
  assert left_values == right_values
  assert any(name.startswith("online_mecce.0.") for name in left)
  assert_same_arrays(left, right)
