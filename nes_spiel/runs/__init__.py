# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What long work shares: checkpoints that resume."""

from nes_spiel.runs.checkpoints import (
  check_empty,
  check_same_run,
  list_checkpoints,
  load_checkpoint,
  save_checkpoint,
)
from nes_spiel.runs.random_state import get_random_state, set_random_state
from nes_spiel.runs.tensor_files import read_tensors, write_tensors
from nes_spiel.runs.trees import tree_from_arrays, tree_to_arrays

__all__ = [
  "check_empty",
  "check_same_run",
  "get_random_state",
  "list_checkpoints",
  "load_checkpoint",
  "read_tensors",
  "save_checkpoint",
  "set_random_state",
  "tree_from_arrays",
  "tree_to_arrays",
  "write_tensors",
]
