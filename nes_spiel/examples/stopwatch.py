# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""How long a call takes, and how much that varies."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np


def seconds(work: Callable[[], Any]) -> float:
  """Returns how long a call takes, its arrays ready."""
  started = time.perf_counter()
  jax.block_until_ready(work())
  return time.perf_counter() - started


def spread(values: Sequence[float]) -> tuple[float, float, float]:
  """Returns minimum, median and maximum."""
  return float(np.min(values)), float(np.median(values)), float(np.max(values))


def spread_names(name: str) -> tuple[str, str, str]:
  """Returns the names of the three columns that `spread` fills."""
  return f"{name} min", f"{name} median", f"{name} max"
