# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""JPSRO's example: a run that was interrupted ends as if it had not been."""

import numpy as np
from results import assert_picture

from nes_spiel import runs

FLAGS = ("--train_meta_solver=mecce", "--noplot")


def test_an_interrupted_run_resumes_exactly(
  run_example, run_lines, tmp_path, assert_same_arrays
):
  whole, part = tmp_path / "whole", tmp_path / "part"
  done = run_example("jpsro", *FLAGS, "--iterations=3", f"--output_dir={whole}")
  assert done.code == 0, done.err
  table = [line.split() for line in done.out.splitlines()]
  rows = [
    [float(x) for x in row]
    for row in table
    if row[:1] and row[0] in ("0", "1", "2", "3")
  ]
  assert [row[0] for row in rows] == [0, 1, 2, 3]
  # A best response that is tied decides what comes after.
  gaps = [row[1] for row in rows]
  np.testing.assert_allclose(gaps[:2], [33 / 16, 5 / 6], atol=1e-5)
  assert max(gaps[2:]) < 0.7

  (first,) = run_lines(
    "jpsro", [*FLAGS, "--iterations=1", f"--output_dir={part}"]
  )
  assert first.code == 0, first.err
  assert runs.load_checkpoint(part)[1]["step"] == 1
  anew, resumed, refused, evaluated = run_lines(
    "jpsro",
    [*FLAGS, "--iterations=1", f"--output_dir={part}"],
    [*FLAGS, "--iterations=3", f"--output_dir={part}", "--resume"],
    [
      "--train_meta_solver=uni",
      "--iterations=3",
      f"--output_dir={part}",
      "--resume",
    ],
    [*FLAGS, f"--output_dir={part}", "--evaluate", "--episodes=50"],
  )
  assert anew.code != 0
  assert "step_000000001.safetensors as its newest" in anew.err
  assert resumed.code == 0, resumed.err
  left, left_values = runs.load_checkpoint(whole)
  right, right_values = runs.load_checkpoint(part)
  assert left_values == right_values
  assert left_values["step"] == 3
  assert_same_arrays(left, right)
  assert [x for x in resumed.out.splitlines() if x.startswith("  ")] == [
    x for x in done.out.splitlines() if x.startswith("  ")
  ]
  check_contents(left)

  assert refused.code != 0
  assert "train_meta_solver='uni'" in refused.err
  assert "written with 'mecce'" in refused.err
  assert runs.load_checkpoint(part)[1] == right_values

  assert evaluated.code == 0, evaluated.err
  check_evaluation(evaluated, left)


def check_contents(arrays):
  """Asserts that the checkpoint holds the meta-game, its joint, the policies.

  It was read without pickle: safetensors has none.
  """
  joint, meta_game = arrays["train_joint"], arrays["meta_game"]
  assert meta_game.shape == (3, *joint.shape)
  np.testing.assert_allclose(joint.sum(), 1, atol=1e-12)
  np.testing.assert_allclose(
    arrays["train_value"], (meta_game * joint).sum((1, 2, 3)), atol=1e-12
  )
  assert arrays["train_gaps"].shape == arrays["eval_gaps"].shape == (4, 3)
  for player, count in enumerate(joint.shape):
    assert arrays[f"repeats_{player}"].shape == (count,)
    assert arrays[f"repeats_{player}"].sum() == 5  # the first and one for each
    policies = arrays[f"policies_{player}"]
    assert policies.shape[0] == count
    np.testing.assert_allclose(policies.sum(-1), 1)


def check_evaluation(evaluated, arrays):
  """Asserts that gaps, values and mean returns are printed."""
  assert "Iteration 3: CCE gap by player" in evaluated.out
  rows = [line.split() for line in evaluated.out.splitlines()]
  rows = [row for row in rows if row[0] in "012"]
  gaps, returns = rows[:3], rows[3:]
  assert [row[0] for row in gaps] == [row[0] for row in returns] == list("012")
  assert all(-1e-9 <= float(row[1]) < 0.5 for row in gaps)
  values = [float(row[1]) for row in returns]
  np.testing.assert_allclose(values, arrays["train_value"], atol=1e-6)
  means = [float(row[2]) for row in returns]
  errors = [float(row[3].strip("()")) for row in returns]
  assert abs(sum(means)) < 1e-5  # the game is zero-sum
  np.testing.assert_array_less(
    np.abs(np.subtract(means, values)), 5 * np.array(errors)
  )


def test_one_trains_and_another_stands_beside_it(run_lines, tmp_path):
  (done,) = run_lines(
    "jpsro",
    [
      "--train_meta_solver=uni",
      "--eval_meta_solver=mecce",
      "--iterations=1",
      f"--output_dir={tmp_path}",
    ],
  )
  assert done.code == 0, done.err
  lines = [line.split() for line in done.out.splitlines()]
  assert ["uni", "mecce"] in lines
  first, second = (row for row in lines if row[:1] in (["0"], ["1"]))
  assert first[1] == first[2]  # of one policy each
  assert float(second[2]) < float(second[1])
  assert_picture(tmp_path / "gaps.png")


def test_mistakes_are_explained(run_lines, tmp_path):
  empty = tmp_path / "empty"
  empty.mkdir()
  cases = {
    ("--resume",): "need --output_dir",
    ("--evaluate",): "need --output_dir",
    ("--evaluate", f"--output_dir={empty}"): "no checkpoint in this folder",
    ("--game=nonsense",): "OpenSpiel has no game 'nonsense' and it is none of",
    ("--train_meta_solver=nonsense",): "mecce",
    ("--iterations=1", "more"): "unexpected arguments: ['more']",
  }
  finished = run_lines("jpsro", *cases)
  for (line, message), done in zip(cases.items(), finished, strict=True):
    assert done.code != 0, line
    assert message in done.out + done.err, line
