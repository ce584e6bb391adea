# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Where numbers were measured: machine, load, versions."""

import importlib.metadata
import os
import pathlib
import platform
from typing import Any

import jax

from nes_spiel.examples import tables

PACKAGES = (
  "jax",
  "jaxlib",
  "cvxpy",
  "clarabel",
  "open_spiel",
  "numpy",
  "scipy",
)


def table(program: str, **settings: Any) -> tables.Table:
  """Returns a table of machine, load, versions and settings.

  Args:
    program: what ran; its table is called `<program>_setting`.
    **settings: more lines.
  """
  rows = [("machine", machine()), ("load", load()), ("versions", versions())]
  rows += [(name, str(value)) for name, value in settings.items()]
  columns = ("what", "value")
  return tables.Table(f"{program}_setting", program, columns, rows)


def machine() -> str:
  """Returns processor, cores and JAX's device."""
  cpuinfo = pathlib.Path("/proc/cpuinfo")
  lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
  models = [line.split(":")[1] for line in lines if line[:10] == "model name"]
  model = models[0].strip() if models else platform.processor()
  device = jax.devices()[0]
  kind = "" if device.platform == "cpu" else f" ({device.device_kind})"
  return f"{model}, {os.cpu_count()} cores; JAX on {device}{kind}"


def load() -> str:
  """Returns how busy the machine is before a program adds to it."""
  return f"{os.getloadavg()[0]:.1f} processes in the last minute"


def versions() -> str:
  """Returns the versions that the numbers depend on."""
  found = [f"{name} {importlib.metadata.version(name)}" for name in PACKAGES]
  return ", ".join([f"python {platform.python_version()}", *found])
