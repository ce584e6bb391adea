# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the examples as a user does, in processes of their own.

Several examples define flags of one name, so they cannot share a process.
"""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import pytest

import nes_spiel

ROOT = pathlib.Path(nes_spiel.__file__).parents[1]

# Runs an example's main() for each command line, flags reset in between, and
# writes the results to standard output. Starting up takes seconds, a command
# line a fraction of one. What is drawn before a command line is known and
# different for each, so that no line profits from the random state of another.
DRIVER = """
import contextlib, importlib, io, json, random, sys, traceback
import numpy as np
from absl import app, flags

example = importlib.import_module(sys.argv[1])
results = []
for number, line in enumerate(json.loads(sys.argv[2])):
  flags.FLAGS.unparse_flags()
  np.random.seed(1000 + number)
  random.seed(2000 + number)
  out, err, code = io.StringIO(), io.StringIO(), 0
  with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
    try:
      app.run(example.main, [example.__name__, *line])
    except SystemExit as end:
      code = end.code or 0
      if isinstance(code, str):  # as the interpreter does
        print(code, file=sys.stderr)
        code = 1
    except Exception:
      traceback.print_exc()
      code = 1
  results.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(results))
"""


@dataclasses.dataclass(frozen=True)
class Finished:
  """What a command line returned and printed."""

  code: int
  out: str
  err: str

  def value(self, label):
    """Returns the number behind a label at the start of a printed line."""
    (line,) = [x for x in self.out.splitlines() if x.startswith(label)]
    return float(line[len(label) :].split()[0])


@pytest.fixture(scope="session")
def run_python(tmp_path_factory):
  """Returns a function that runs Python in a process of its own.

  The processes of a session share what they compile.
  """
  paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
  shared = {
    "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    "JAX_COMPILATION_CACHE_DIR": str(tmp_path_factory.mktemp("compiled")),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
  }

  def run(*command):
    return subprocess.run(
      [sys.executable, *command],
      env=os.environ | shared,
      capture_output=True,
      text=True,
      timeout=600,
      check=False,
    )

  return run


@pytest.fixture(scope="session")
def run_example(run_python):
  """Returns a function that runs one example with flags, as a program."""

  def run(name, *flags):
    done = run_python("-m", f"nes_spiel.examples.{name}", *map(str, flags))
    return Finished(done.returncode, done.stdout, done.stderr)

  return run


@pytest.fixture(scope="session")
def run_lines(run_python):
  """Returns a function that runs one example with each list of flags in turn.

  All of them run in one new process, after the Python in `first`.
  """

  def run(name, *lines, first=""):
    texts = [[str(flag) for flag in line] for line in lines]
    module = f"nes_spiel.examples.{name}"
    done = run_python("-c", first + DRIVER, module, json.dumps(texts))
    assert done.returncode == 0, done.stderr
    return [Finished(*result) for result in json.loads(done.stdout)]

  return run


@pytest.fixture(scope="session")
def check_mistakes(run_lines):
  """Returns a function that checks what an example says to mistakes.

  Its cases are messages by tuples of flags. Each mistake ends the program with
  a status, and no traceback.
  """

  def check(name, cases, codes=(1, 2)):
    finished = run_lines(name, *cases)
    for (line, message), done in zip(cases.items(), finished, strict=True):
      assert done.code in codes, (line, done.err)
      assert "Traceback" not in done.out + done.err, line
      assert message in done.out + done.err, line

  return check


@pytest.fixture(scope="session")
def assert_same_arrays():
  """Returns a function that compares two checkpoints' arrays bit by bit."""

  def check(left, right):
    assert set(left) == set(right)
    for name, array in left.items():
      assert array.dtype == right[name].dtype, name
      assert array.shape == right[name].shape, name
      assert array.tobytes() == right[name].tobytes(), name

  return check
