# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Training does not depend on how many devices and processes share it.

Each count of devices needs a process of its own: XLA makes them at its start.
"""

import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest

from nes_spiel import runs

pytestmark = pytest.mark.reference

STEPS, SAVE_EVERY, RESUMED = 50, 25, 75
# All that the processes differ in is what comes as JSON.
TRAIN = """
import json, sys
import jax

options = json.loads(sys.argv[1])
if options["processes"] > 1:
  jax.config.update("jax_cpu_collectives_implementation", "gloo")
  jax.distributed.initialize(
    options["address"], options["processes"], options["process"],
    initialization_timeout=120,
  )
assert jax.device_count() == options["devices"], jax.devices()
assert jax.process_index() == options["process"]

import numpy as np
from nes_spiel import nes, runs

reported = []
config = nes.Config(
  inputs=("payoffs",), payoff_channels=(4,), middle_channels=4,
  dual_channels=(4,),
)
recipe = nes.Recipe(
  (nes.Bucket(2, 3, 16, 1.0),), rows=("ME",), steps=options["steps"]
)
variables = nes.train(
  config, recipe, folder=options["folder"], save_every=options["save_every"],
  resume=options["resume"], refresh=False,
  report=lambda step, loss, variables: reported.append((step, loss)),
)
saved, values = runs.load_checkpoint(options["folder"])
assert values["step"] == options["steps"]
for name, array in runs.tree_to_arrays(variables).items():
  assert np.array_equal(saved[".variables" + name], array), name
norm = sum(float(np.square(leaf).sum()) for leaf in jax.tree.leaves(variables))
print(json.dumps({"reported": reported, "norm": norm}))
"""


def start(folder, devices, processes=1, process=0, address="", resume=False):
  options = {
    "folder": str(folder),
    "devices": devices,
    "processes": processes,
    "process": process,
    "address": address,
    "steps": RESUMED if resume else STEPS,
    "save_every": SAVE_EVERY,
    "resume": resume,
  }
  local = devices // processes
  flags = f"--xla_force_host_platform_device_count={local}"
  return subprocess.Popen(
    [sys.executable, "-c", TRAIN, json.dumps(options)],
    env=os.environ | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"},
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    text=True,
  )


def outcomes(processes):
  """Returns what the processes printed; none of them outlives the test."""
  try:
    texts = [process.communicate(timeout=400) for process in processes]
  finally:
    for process in processes:
      process.kill()
  for process, (_, errors) in zip(processes, texts, strict=True):
    assert process.returncode == 0, errors
  return [json.loads(out.splitlines()[-1]) for out, _ in texts]


def free_address():
  with socket.socket() as listener:
    listener.bind(("localhost", 0))
    return f"localhost:{listener.getsockname()[1]}"


def train_in_two_processes(folder, **options):
  """Two processes with a device each; returns what each printed."""
  address = free_address()
  return outcomes(
    [start(folder, 2, 2, process, address, **options) for process in (0, 1)]
  )


@pytest.fixture(scope="module")
def one_device(tmp_path_factory):
  """A run on one device: its folder, and what it printed."""
  folder = tmp_path_factory.mktemp("one")
  (outcome,) = outcomes([start(folder, 1)])
  assert [step for step, _ in outcome["reported"]] == [25, 50]
  return folder, outcome


def assert_same(outcome, expected):
  found, wanted = (np.array(x["reported"]) for x in (outcome, expected))
  np.testing.assert_array_equal(found[:, 0], wanted[:, 0])
  # Sums over games are taken in another order.
  np.testing.assert_allclose(found[:, 1], wanted[:, 1], rtol=1e-4)
  np.testing.assert_allclose(outcome["norm"], expected["norm"], rtol=1e-3)


@pytest.mark.parametrize("devices", [2, 8])
def test_devices_share_a_batch(devices, one_device, tmp_path):
  (outcome,) = outcomes([start(tmp_path, devices)])
  assert_same(outcome, one_device[1])


def test_processes_share_a_batch_and_one_of_them_writes(one_device, tmp_path):
  folder, alone = one_device
  first, second = train_in_two_processes(tmp_path)
  assert_same(first, alone)
  assert second["reported"] == []
  assert second["norm"] == first["norm"]
  names = [path.name for path in runs.list_checkpoints(tmp_path)]
  assert names == [path.name for path in runs.list_checkpoints(folder)]
  assert not list(tmp_path.glob("*.unfinished"))

  first, second = train_in_two_processes(tmp_path, resume=True)
  (alone,) = outcomes([start(folder, 1, resume=True)])
  assert_same(first, alone)
  assert second["norm"] == first["norm"]
