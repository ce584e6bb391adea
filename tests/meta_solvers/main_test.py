# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""`python -m nes_spiel.meta_solvers` runs OpenSpiel's own programs."""

import os
import pathlib
import subprocess
import sys

import nes_spiel

ROOT = pathlib.Path(nes_spiel.__file__).parents[1]


def run(*arguments, path=ROOT):
  """Returns the finished process; `path` is searched before the rest."""
  paths = [str(path), str(ROOT), os.environ.get("PYTHONPATH", "")]
  return subprocess.run(
    [sys.executable, "-m", "nes_spiel.meta_solvers", *arguments],
    env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
    cwd=path,
    capture_output=True,
    text=True,
    timeout=300,
    check=False,
  )


def test_openspiels_jpsro_runs_with_our_solver():
  done = run(
    "open_spiel.python.examples.jpsro",
    "--train_meta_solver=mecce",
    "--eval_meta_solver=uni",
    "--iterations=1",
  )
  assert done.returncode == 0, done.stderr
  assert "(mecce)" in done.stderr
  assert "Traceback" not in done.stderr


def test_usage():
  for arguments in ((), ("--train_meta_solver=mecce",)):
    done = run(*arguments)
    assert done.returncode != 0
    assert done.stderr.strip() == (
      "usage: python -m nes_spiel.meta_solvers MODULE [ARGS]"
    )


def test_arguments_and_names_reach_the_program(tmp_path):
  (tmp_path / "program.py").write_text(
    "import sys\n"
    "from open_spiel.python.algorithms import jpsro\n"
    "print(__name__, sys.argv[1:], 'mecce' in jpsro.META_SOLVERS)\n"
  )
  done = run("program", "--seed=1", "x", path=tmp_path)
  assert done.returncode == 0, done.stderr
  assert done.stdout == "__main__ ['--seed=1', 'x'] True\n"


def test_a_missing_package_is_named_with_its_extra(tmp_path):
  (tmp_path / "program.py").write_text(
    "raise ModuleNotFoundError(\"No module named 'nashpy'\", name='nashpy')\n"
  )
  done = run("program", path=tmp_path)
  assert done.returncode == 1
  assert "pip install 'nes_spiel[compare]'" in done.stderr
  assert "Traceback" not in done.stderr


def test_another_error_keeps_its_traceback(tmp_path):
  (tmp_path / "program.py").write_text(
    "def play():\n  raise ValueError('nashpy found no equilibrium')\nplay()\n"
  )
  done = run("program", path=tmp_path)
  assert done.returncode == 1
  assert "Traceback" in done.stderr
  assert "ValueError: nashpy found no equilibrium" in done.stderr
  assert "pip install" not in done.stderr


def test_another_missing_module_keeps_its_traceback(tmp_path):
  (tmp_path / "program.py").write_text("import no_such_module_anywhere\n")
  done = run("program", path=tmp_path)
  assert done.returncode == 1
  assert "No module named 'no_such_module_anywhere'" in done.stderr
  assert "pip install" not in done.stderr
