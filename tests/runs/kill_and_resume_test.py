# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs that are killed at a random moment end as if they had not been."""

import os
import pathlib
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from nes_spiel import runs

pytestmark = pytest.mark.reference
TRAINING = """
import sys
from nes_spiel import nes

config = nes.Config(payoff_channels=(8,), dual_channels=(8,))
recipe = nes.Recipe((nes.Bucket(2, 3, 16, 1.0),), steps=1000)
nes.train(
  config, recipe, folder=sys.argv[1].partition("=")[2], save_every=100,
  resume="--resume" in sys.argv, refresh=False,
)
"""
PROGRAMS = {
  "nes.train": ("-c", TRAINING),
  "d3c_train": (
    "-m",
    "nes_spiel.examples.d3c_train",
    "--runs=20",
    "--batches=2000",
    "--record_every=200",
    "--save_every=200",
  ),
  "pub_amg_values": (
    "-m",
    "nes_spiel.examples.pub_amg_values",
    "--game=kuhn_poker",
    "--alpha=0.2",
    "--draws=60",
    "--steps=1500",
    "--depths=1",
  ),
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
  """What is compiled once for all processes."""
  return os.environ | {
    "JAX_COMPILATION_CACHE_DIR": str(tmp_path_factory.mktemp("compiled")),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
  }


def start(name, folder, environment, *more):
  """Returns the process; what it prints goes to a file beside the folder."""
  command = [
    *(sys.executable, *PROGRAMS[name], f"--output_dir={folder}"),
    *more,
  ]
  with folder.with_suffix(".log").open("a") as log:
    return subprocess.Popen(command, env=environment, stdout=log, stderr=log)


def finish(process, folder):
  """Waits for the end, which must be good."""
  said = folder.with_suffix(".log")
  assert process.wait(timeout=300) == 0, said.read_text()[-2000:]


def newest(folder):
  """Returns the arrays of every checkpoint and file of arrays, by name."""
  found = {}
  for path in sorted(pathlib.Path(folder).rglob("*.safetensors")):
    found[path.relative_to(folder).as_posix()] = runs.read_tensors(path)[0]
  return found


def wait_for_first(folder, process):
  """Waits until there is something to lose."""
  while process.poll() is None and not newest(folder):
    time.sleep(0.1)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_killed_run_ends_as_one_that_was_not(name, environment, tmp_path):
  whole, part = tmp_path / "whole", tmp_path / "part"
  begun = time.monotonic()
  process = start(name, whole, environment)
  wait_for_first(whole, process)
  first = time.monotonic()
  finish(process, whole)
  rest = time.monotonic() - first
  print(
    f"{name}: first checkpoint after {first - begun:.1f} s, {rest:.1f} more"
  )

  draw = random.Random(os.getpid())
  process = start(name, part, environment)
  wait_for_first(part, process)
  time.sleep(draw.uniform(0, rest))
  process.send_signal(signal.SIGKILL)
  print(f"killed, status {process.wait()}; there were {[*newest(part)]}")
  finish(start(name, part, environment, "--resume"), part)

  expected, found = newest(whole), newest(part)
  assert set(expected) <= set(found)
  for file, arrays in expected.items():
    for key, array in arrays.items():
      np.testing.assert_array_equal(found[file][key], array, err_msg=file)
