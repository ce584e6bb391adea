# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""PSRO's example: a run that was interrupted ends as if it had not been."""

import numpy as np
import pytest
from results import assert_picture

from nes_spiel import runs

SIMS = (0, 20)


def flags(folder, sims, iterations):
  return [
    "--game_name=kuhn_poker",
    f"--sims_per_entry={sims}",
    f"--gpsro_iterations={iterations}",
    f"--output_dir={folder}",
    "--noplot",
  ]


def test_an_interrupted_run_resumes_exactly(
  run_lines, tmp_path, assert_same_arrays
):
  whole = [tmp_path / f"whole_{sims}" for sims in SIMS]
  part = [tmp_path / f"part_{sims}" for sims in SIMS]
  uninterrupted = run_lines(
    "psro",
    *(flags(place, sims, 3) for place, sims in zip(whole, SIMS, strict=True)),
    *(flags(place, sims, 1) for place, sims in zip(part, SIMS, strict=True)),
  )
  assert [done.code for done in uninterrupted] == [0] * 4, uninterrupted
  for place in part:
    assert runs.load_checkpoint(place)[1]["step"] == 1
  resume = [*flags(part[0], 0, 3), "--resume"]
  *resumed, other_sims, other_solver, evaluated = run_lines(
    "psro",
    resume,
    [*flags(part[1], 20, 3), "--resume"],
    [*flags(part[0], 20, 3), "--resume"],
    [*resume, "--meta_strategy_method=nash"],
    [*flags(part[0], 0, 3), "--evaluate", "--episodes=50"],
  )
  for number, done in enumerate(resumed):
    assert done.code == 0, done.err
    left, left_values = runs.load_checkpoint(whole[number])
    right, right_values = runs.load_checkpoint(part[number])
    assert left_values == right_values
    assert left_values["step"] == 3
    assert_same_arrays(left, right)
    assert table(done) == table(uninterrupted[number])
    check_contents(left)

  assert other_sims.code != 0
  assert "sims_per_entry=20" in other_sims.err
  assert "written with 0" in other_sims.err
  assert other_solver.code != 0
  assert "meta_strategy_method='nash'" in other_solver.err
  assert "written with 'mecce'" in other_solver.err

  assert evaluated.code == 0, evaluated.err
  arrays, _ = runs.load_checkpoint(part[0])
  nash_conv = arrays["nash_conv"][-1]
  assert f"Iteration 3: NashConv {nash_conv:.6f}" in evaluated.out
  rows = [
    x.split() for x in evaluated.out.splitlines() if x[:6].strip() in ("0", "1")
  ]
  assert [row[0] for row in rows] == ["0", "1"]
  values = [float(row[1]) for row in rows]
  expected = (arrays["meta_joint"] * arrays["meta_game"]).sum((1, 2))
  np.testing.assert_allclose(values, expected, atol=1e-6)


def table(done):
  """Returns the printed NashConv by iteration."""
  lines = done.out.splitlines()
  first = next(i for i, x in enumerate(lines) if x.startswith("Iteration"))
  return lines[first : first + 5]


def check_contents(arrays):
  """Asserts that the checkpoint holds the meta-game, its joint, the policies.

  It was read without pickle: safetensors has none.
  """
  joint = arrays["meta_joint"]
  assert arrays["meta_game"].shape == (2, *joint.shape) == (2, 4, 4)
  np.testing.assert_allclose(joint.sum(), 1, atol=1e-12)
  assert arrays["nash_conv"].shape == (4,)
  for player in range(2):
    marginal = arrays[f"meta_strategy_{player}"]
    np.testing.assert_allclose(marginal, joint.sum(1 - player), atol=1e-12)
    policies = arrays[f"policies_{player}"]
    assert policies.shape[0] == 4
    np.testing.assert_allclose(policies.sum(-1), 1)


def test_kinds_of_runs_and_mistakes(run_lines, tmp_path):
  common = ["--sims_per_entry=0", "--gpsro_iterations=2"]
  symmetric = [*flags(tmp_path / "symmetric", 0, 1), "--symmetric_game"]
  mistakes = {
    ("--resume",): "need --output_dir",
    ("--meta_strategy_method=foo",): "'mecce'",
    ("--game_name=nonsense",): "--game_name: OpenSpiel has no game 'nonsense'",
    ("--game_name=kuhn_poker", "--n_players=99"): "--n_players=99",
    ("--evaluate", f"--output_dir={tmp_path}"): "no checkpoint in this folder",
  }
  joint, plotted, first, second, *mistaken = run_lines(
    "psro",
    [*common, "--nosample_from_marginals"],
    [*common, f"--output_dir={tmp_path / 'plotted'}"],
    symmetric,
    [*symmetric, "--resume", "--gpsro_iterations=2"],
    *mistakes,
  )
  for done in (joint, plotted, first, second):
    assert done.code == 0, done.err
  picture = tmp_path / "plotted" / "nash_conv.png"
  assert str(picture) in plotted.out
  assert_picture(picture)
  arrays, _ = runs.load_checkpoint(tmp_path / "symmetric")
  assert arrays["meta_game"].shape == (2, 3, 3)
  for (line, message), done in zip(mistakes.items(), mistaken, strict=True):
    assert done.code != 0, line
    assert message in done.out + done.err, line


def test_the_program_runs(run_example):
  done = run_example("psro", "--sims_per_entry=0", "--gpsro_iterations=1")
  assert done.code == 0, done.err
  first, second = [float(row.split()[1]) for row in table(done)[1:3]]
  assert first == pytest.approx(11 / 12, abs=1e-6)  # uniform play
  assert second < first
