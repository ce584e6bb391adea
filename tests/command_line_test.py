# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The command line lists the examples, runs them, and refuses others."""

import pathlib
import subprocess
import sys

import pytest

import nes_spiel
from nes_spiel import __main__ as command_line

SCRIPT = pathlib.Path(sys.executable).with_name("nes-spiel")


def run(*arguments):
  return subprocess.run(
    [sys.executable, "-m", "nes_spiel", *arguments],
    capture_output=True,
    text=True,
    check=False,
  )


def test_lists_every_example_with_what_it_does():
  listed = command_line.usage().splitlines()
  for name, what in command_line.examples().items():
    assert what.endswith("."), name
    assert any(line.split() == [name, *what.split()] for line in listed)
    assert max(map(len, listed)) < 110
  assert {"solve_game", "jpsro", "train_nes"} <= {*command_line.examples()}
  assert "plots" not in command_line.examples()


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"]])
def test_asked_for_nothing_it_lists(arguments, capsys):
  command_line.main(arguments)
  assert capsys.readouterr().out.startswith("usage: nes-spiel EXAMPLE")


def test_version(capsys):
  command_line.main(["--version"])
  assert capsys.readouterr().out.strip() == nes_spiel.__version__


def test_runs_an_example_with_its_flags():
  done = run("solve_game", "--game=matching_pennies", "--concept=cce")
  assert done.returncode == 0, done.stderr
  assert "0.25" in done.stdout
  for flags in (["--help"], ["-h"], ["--rho=nonsense", "--help"]):
    told = run("solve_game", *flags)
    assert told.returncode == 0, told.stderr
    assert "Solves one game" in told.stdout
  mistaken = run("solve_game", "--game=checkers")
  assert mistaken.returncode == 2
  assert mistaken.stderr.count("\n") == 1
  assert mistaken.stderr.startswith("error: ")


def test_a_name_that_is_none_is_refused(capsys):
  with pytest.raises(SystemExit) as refused:
    command_line.main(["solve_gane"])
  assert refused.value.code == 2
  assert "did you mean solve_game?" in capsys.readouterr().err


def test_is_installed():
  done = subprocess.run(
    [SCRIPT, "--version"], capture_output=True, text=True, check=True
  )
  assert done.stdout.strip() == nes_spiel.__version__
