# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The global random states that OpenSpiel draws from, as plain arrays.

OpenSpiel's loops use NumPy's and Python's global generators. A run that resumes
has to find them as they were.
"""

import random

import numpy as np


def get_random_state() -> dict[str, np.ndarray]:
  """Returns NumPy's and Python's global generator states as arrays."""
  numpy_state = np.random.get_state(legacy=False)
  kind = numpy_state["bit_generator"]
  if kind != "MT19937":
    raise ValueError(f"NumPy's global generator: MT19937 expected, got {kind}.")
  position = numpy_state["state"]["pos"], numpy_state["has_gauss"]
  _, words, spare = random.getstate()
  return {
    "numpy_keys": np.asarray(numpy_state["state"]["key"]),
    "numpy_position": np.asarray(position, np.int64),
    "numpy_gauss": np.asarray([numpy_state["gauss"]], np.float64),
    "python_words": np.asarray(words, np.uint32),
    "python_gauss": np.asarray([np.nan if spare is None else spare]),
  }


def set_random_state(state: dict[str, np.ndarray]) -> None:
  """Sets both generators to what `get_random_state` returned."""
  position, has_gauss = (int(i) for i in state["numpy_position"])
  gauss = float(state["numpy_gauss"][0])
  keys = np.asarray(state["numpy_keys"])
  np.random.set_state(("MT19937", keys, position, has_gauss, gauss))
  spare = float(state["python_gauss"][0])
  words = tuple(int(word) for word in state["python_words"])
  random.setstate((3, words, None if np.isnan(spare) else spare))
