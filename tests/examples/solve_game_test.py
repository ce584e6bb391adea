# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""solve_game solves names and files, and says what it cannot read."""

import numpy as np
from results import assert_picture

from nes_spiel import equilibria, games, solvers


def check_saved(folder, payoffs, concept, printed):
  """Asserts that the picture and the joint of a game were written."""
  joint = np.load(folder / "joint.npy", allow_pickle=False)
  expected = solvers.solve(payoffs, concept)
  np.testing.assert_allclose(joint, expected.joint, atol=1e-9)
  gap = float(equilibria.gap_sum(payoffs, joint, concept))
  np.testing.assert_allclose(printed.value("Gap  "), gap, atol=2e-6)
  assert printed.value("KKT residual") <= 1e-9
  assert_picture(folder / "joint.png")


def test_names_and_files(run_lines, tmp_path):
  payoffs = np.random.default_rng(0).normal(size=(2, 2, 2))
  np.save(tmp_path / "own.npy", payoffs)
  games.write_nfg(tmp_path / "own.nfg", payoffs)
  cases = {
    "chicken": (games.classics.chicken(), "ce"),
    "matrix_pd": (games.load("matrix_pd"), "cce"),
    str(tmp_path / "own.npy"): (payoffs, "cce"),
    str(tmp_path / "own.nfg"): (payoffs, "cce"),
  }
  folders = [tmp_path / f"made here/{number}" for number in range(len(cases))]
  finished = run_lines(
    "solve_game",
    *(
      [f"--game={name}", f"--concept={concept}", f"--output_dir={folder}"]
      for (name, (_, concept)), folder in zip(
        cases.items(), folders, strict=True
      )
    ),
  )
  for done, folder, (name, case) in zip(
    finished, folders, cases.items(), strict=True
  ):
    assert done.code == 0, done.err
    assert f"{name}: 2 x 2, me {case[1]}" in done.out
    assert "exact, CONVERGED" in done.out
    check_saved(folder, *case, done)
  shown = finished[0].out
  assert "Player  Deviation, recommendation" in shown
  assert "1 <- 0" in shown or "0 <- 1" in shown


BAD = {
  "--game=nonsense": ["'nonsense'", "chicken", ".nfg", "matrix_pd"],
  "--game=missing.nfg": ["missing.nfg", "no file"],
  "--game=pickled.npy": ["pickle"],
  "--game=empty.npy": ["--game: expected a .npy file of numbers", "empty.npy"],
  "--game=zip.npy": ["--game: expected a .npy file of numbers", "zip.npy"],
  "--game=broken.nfg": ["broken.nfg"],
  "--game=shape.npy": ["payoffs", "(3, 2, 2)"],
  "--game=nan.npy": ["payoffs", "finite"],
  "--concept=ne": ["ne", "constant-sum"],
}


def test_bad_input_is_one_readable_line(run_lines, tmp_path, monkeypatch):
  monkeypatch.chdir(tmp_path)
  np.save("pickled.npy", np.array([{"a": 1}], object), allow_pickle=True)
  np.save("shape.npy", np.zeros((3, 2, 2)))
  np.save("nan.npy", np.full((2, 2, 2), np.nan))
  (tmp_path / "empty.npy").touch()
  (tmp_path / "zip.npy").write_bytes(b"PK\x03\x04 and nothing")
  (tmp_path / "broken.nfg").write_text('NFG 1 R "half"')
  finished = run_lines("solve_game", *([flag] for flag in BAD))
  for (flag, parts), done in zip(BAD.items(), finished, strict=True):
    assert done.code != 0, flag
    assert "Traceback" not in done.err, flag
    text = done.out + done.err
    (line,) = [x for x in text.splitlines() if all(p in x for p in parts)]
    assert line


def test_the_program_exits_with_what_it_found(run_example):
  done = run_example("solve_game", "--game=prisoners_dilemma")
  assert done.code == 0, done.err
  assert done.value("KKT residual") <= 1e-9
  done = run_example(
    "solve_game", "--game=prisoners_dilemma", "--method=nes", "--concept=ce"
  )
  assert done.code == 0, done.err
  done = run_example("solve_game", "--game=nonsense")
  assert done.code != 0
  assert "Traceback" not in done.err


def test_flags_reach_the_solver(run_lines):
  *finished, refused = run_lines(
    "solve_game",
    [],
    ["--method=cvxpy"],
    ["--target_epsilon=0.5"],
    ["--selection=mu", "--mu=0.5"],
    ["--selection=mu", "--mu=20"],
    ["--selection=ms", "--rho=5"],
    ["--selection=me", "--mu=1"],
  )
  assert [done.code for done in finished] == [0] * 6, finished
  plain, other_method, loose, mild, eager, strict = finished
  assert "Method          cvxpy" in other_method.out
  np.testing.assert_allclose(
    other_method.value("Welfare"), plain.value("Welfare"), atol=0.02
  )
  for place in ((0, 0), (0, 1), (1, 0), (1, 1)):  # uniform play is within 0.5
    assert f"0.250000  {place}" in loose.out
    assert f"0.250000  {place}" not in plain.out
  assert plain.value("Welfare") < mild.value("Welfare") < eager.value("Welfare")
  assert strict.value("Epsilon         [") < plain.value("Epsilon         [")
  assert refused.code != 0
  assert "--mu is for mu alone" in refused.out + refused.err
