# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What the online meta-solvers of a run have learned, for its checkpoints."""

from collections.abc import Mapping

import numpy as np

from nes_spiel import meta_solvers


def to_arrays(*names: str) -> dict[str, np.ndarray]:
  """Returns the state of those meta-solvers that have one, by their names."""
  arrays: dict[str, np.ndarray] = {}
  for solver in _online(*names):
    arrays |= solver.to_arrays()
  return arrays


def restore(arrays: Mapping[str, np.ndarray], *names: str) -> None:
  """Gives those meta-solvers their state back; ignores other arrays.

  Raises:
    ValueError: the arrays are of another network.
  """
  for solver in _online(*names):
    solver.restore(arrays)


def _online(*names: str) -> list[meta_solvers.OnlineMetaSolver]:
  table = meta_solvers.online_meta_solvers()
  return [table[name] for name in dict.fromkeys(names) if name in table]
