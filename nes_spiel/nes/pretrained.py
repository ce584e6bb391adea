# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The networks that come with the package."""

import functools
import pathlib
from typing import Any

from nes_spiel import runs
from nes_spiel.nes import files

FOLDER = pathlib.Path(__file__).parent / "models"


@functools.cache
def pretrained_table() -> dict[str, dict[str, Any]]:
  """Returns, by name, what is known of each shipped network.

  As their training wrote it into the files: the recipe's name and options, by
  which games are sampled; steps, and the horizons, where a run was prolonged
  and to how many; hardware and measured gaps.
  """
  paths = sorted(FOLDER.glob("*.safetensors"))
  return {path.stem: runs.read_tensors(path)[1]["facts"] for path in paths}


@functools.cache
def load_pretrained(name: str) -> files.Model:
  """Returns a shipped network.

  Args:
    name: a key of `PRETRAINED`.

  Raises:
    ValueError: an unknown name; lists those there are.
  """
  path = FOLDER / f"{name}.safetensors"
  if not path.is_file():
    raise ValueError(
      f"load_pretrained: expected one of {sorted(pretrained_table())}, got "
      f"{name!r}."
    )
  return files.load(path)
