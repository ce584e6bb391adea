# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What the long tests share."""

import gc

import jax
import pytest


@pytest.fixture(autouse=True)
def compiled_code_is_released():
  """Compiled code goes after each test.

  Every kernel that XLA compiles for a CPU is a few memory maps, of which Linux
  grants a process 65,530: a worker that keeps all tests' code runs out of them
  and dies.
  """
  yield
  jax.clear_caches()
  gc.collect()
