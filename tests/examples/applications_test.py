# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The examples that use equilibria print, write and explain mistakes."""

import numpy as np
import pytest
from results import assert_picture, read_rows


def test_mechanisms_are_designed(run_lines, tmp_path):
  folder, joint = tmp_path / "out", tmp_path / "joint.npy"
  np.save(joint, np.full((2, 2), 0.25))
  np.save(tmp_path / "half.npy", np.full((2, 2), 0.125))
  text = tmp_path / "joint.json"
  text.write_text("[[0.5, 0.5]]")
  paid, explained, tolled, negative, no_file, half, other, alien = run_lines(
    "design_mechanism",
    ["--task=transfers", "--max_steps=3", f"--output_dir={folder}"],
    ["--task=inverse", f"--observed={joint}", "--max_steps=3"],
    ["--task=tolls", "--most=0", f"--output_dir={folder}"],
    ["--task=transfers", "--most=-1"],
    ["--task=inverse", "--observed=nowhere.npy"],
    ["--task=inverse", f"--observed={tmp_path / 'half.npy'}"],
    ["--task=inverse", f"--observed={text}"],
    ["--task=tolls", "--game=chicken"],
  )
  assert paid.code == 0, paid.err
  for done in (paid, explained, tolled):
    # One step of a search may be enough or not; the exit status says which.
    stopped = "not reached: an optimum, MAX_STEPS: try more" in done.err
    assert done.code == stopped == ("MAX_STEPS" in done.out), done.err
  assert "transfers: from 2.02432 to 5.998" in paid.out
  assert "Designed: (0, 0) 0.99" in paid.out
  rows = read_rows(folder / "design_transfers.csv")
  designed = np.array([float(row["designed"]) for row in rows])
  np.testing.assert_allclose(designed.reshape(2, 4).sum(0), 0, atol=1e-9)
  assert_picture(folder / "design_transfers.png")
  assert "inverse: from" in explained.out
  assert tolled.code == 0, tolled.err
  rows = read_rows(folder / "design_tolls.csv")
  assert all(float(row["designed"]) == 0 for row in rows)
  for failed, message in (
    (negative, "most: expected a number above 0"),
    (no_file, "nowhere.npy"),
    (half, "smallest of 0.125 and a sum of 0.5"),
    (other, "--observed: expected a .npy file"),
    (alien, "--game: is of --task=transfers; got tolls"),
  ):
    assert failed.code == 2, failed.out
    assert message in failed.err


def test_payoffs_of_equilibria_are_drawn(run_lines, tmp_path):
  drawn, three = run_lines(
    "equilibrium_payoffs",
    ["--game=chicken", f"--output_dir={tmp_path}"],
    ["--game=kuhn_poker(players=3)"],
  )
  assert drawn.code == 0, drawn.err
  rows = read_rows(tmp_path / "equilibrium_payoffs.csv")
  corners = [
    (float(row["player 0"]), float(row["player 1"]))
    for row in rows
    if row["concept"] == "ce" and "corner" in row["point"]
  ]
  expected = [(7, 2), (5.25, 5.25), (2, 7), (3.6, 3.6)]
  np.testing.assert_allclose(corners, expected, atol=1e-6)
  assert_picture(tmp_path / "equilibrium_payoffs.png")
  assert three.code == 2


def test_markov_games_are_solved(run_lines, tmp_path):
  solved, large, unknown, once, alien, short, refined = run_lines(
    "markov_game",
    ["--game=nim(pile_sizes=1;2)", f"--output_dir={tmp_path}"],
    ["--max_states=100"],
    ["--game=no_such_game"],
    ["--game=pathfinding(grid=A.b\na.B,players=2,step_reward=0.0)"],
    ["--game=nim(pile_sizes=1;2)", "--method=nes", "--rho=10"],
    ["--game=nim(pile_sizes=1;2)", "--max_steps=1"],
    ["--game=nim(pile_sizes=1;2)", "--method=nes+exact", "--rho=1e4"],
  )
  assert refined.code == 0, refined.err
  assert solved.code == 0, solved.err
  assert "CONVERGED" in solved.out
  assert short.code == 1
  assert "not reached: --tolerance=1e-05: try more --max_steps" in short.err
  rows = read_rows(tmp_path / "markov_game_values.csv")
  assert abs(float(rows[0]["player 0"]) - 0.9) < 1e-3
  assert_picture(tmp_path / "markov_game.png")
  for failed, message in (
    (large, "more than 100 states"),
    (unknown, "no_such_game"),
    (once, "does not tell what actions lead to"),
    (alien, "--rho: is of --method=exact, nes+exact; got nes"),
  ):
    assert failed.code == 2, failed.out
    assert message in failed.err


@pytest.mark.reference
def test_gradients_agree_with_differences(run_lines, tmp_path):
  """Also under few optimisations; a network's point nearly the same way."""
  measured, no_row, no_rows, no_shape = run_lines(
    "equilibrium_gradients",
    [
      *("--games=20", "--rows=ME,MRE", "--concepts=cce"),
      f"--output_dir={tmp_path}",
    ],
    ["--rows=ME,best"],
    ["--rows="],
    ["--sizes=3x"],
  )
  assert measured.code == 0, measured.err
  for row in read_rows(tmp_path / "equilibrium_gradients.csv"):
    assert int(row["stable"]) >= 18
    assert 0 < float(row["error, largest"]) < 1e-5
    assert 0.9 < float(row["cosine, median"]) < 1
  for refused in (no_row, no_rows):
    assert refused.code == 2
    assert "expected some of" in refused.err
  assert "--sizes: expected strategies of 2 players, as in 4x4" in no_shape.err
