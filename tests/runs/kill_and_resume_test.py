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
  config, recipe, folder=sys.argv[1].partition("=")[2], save_every=500,
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
    "--save_every=1000",
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


def saved_arrays(folder):
  """Returns the arrays of every checkpoint and file of arrays, by name."""
  found = {}
  for path in sorted(pathlib.Path(folder).rglob("*.safetensors")):
    found[path.relative_to(folder).as_posix()] = runs.read_tensors(path)[0]
  return found


def wait_for_first(folder, process):
  """Waits until there is something to lose."""
  deadline = time.monotonic() + 300
  while not any(folder.rglob("*.safetensors")):
    assert process.poll() is None, "ended without a checkpoint"
    assert time.monotonic() < deadline, "no checkpoint after five minutes"
    time.sleep(0.05)


def run_whole(name, folder, environment):
  """Runs to the end; returns the seconds after the first checkpoint."""
  process = start(name, folder, environment)
  wait_for_first(folder, process)
  first = time.monotonic()
  finish(process, folder)
  return time.monotonic() - first


def run_and_kill(name, folder, environment, seconds):
  """Kills a run so long after its first checkpoint; returns whether it ran."""
  process = start(name, folder, environment)
  wait_for_first(folder, process)
  time.sleep(seconds)
  process.send_signal(signal.SIGKILL)
  return process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_killed_run_ends_as_one_that_was_not(name, environment, tmp_path):
  seed = random.SystemRandom().randrange(1000)
  draw = random.Random(seed)
  # Twice, since the first run compiles for all.
  rest = min(
    run_whole(name, tmp_path / f"whole_{i}", environment) for i in range(2)
  )
  for attempt in range(5):
    part = tmp_path / f"part_{attempt}"
    delay = draw.uniform(0, 0.6 * rest)
    if run_and_kill(name, part, environment, delay):
      break
  else:
    pytest.fail("it ended five times before it was killed")
  left = {path: path.stat().st_mtime_ns for path in part.rglob("*.safetensors")}
  print(
    f"{name}, seed {seed}: killed {delay:.2f} s of {rest:.2f} after the first"
  )
  finish(start(name, part, environment, "--resume"), part)

  # It went on from what was left, and did not write that again.
  kept = [path for path in left if path.exists()]
  # Of the others there are two in all, and both stay; of draws the last two.
  assert kept or name == "pub_amg_values"
  assert all(path.stat().st_mtime_ns == left[path] for path in kept)
  expected, found = saved_arrays(tmp_path / "whole_0"), saved_arrays(part)
  assert set(expected) <= set(found)
  for file, arrays in expected.items():
    for key, array in arrays.items():
      np.testing.assert_array_equal(found[file][key], array, err_msg=file)
