# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of long work, in a folder of its own, numbered by step."""

import os
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from nes_spiel.runs import tensor_files


def save_checkpoint(
  folder: str | os.PathLike[str],
  step: int,
  arrays: Mapping[str, np.ndarray],
  values: Mapping[str, Any],
  keep: int = 3,
) -> pathlib.Path:
  """Writes a checkpoint, then keeps the `keep` with the highest steps.

  Args:
    folder: made if it does not exist.
    step: orders the checkpoints, 0 or more.
    arrays: by name.
    values: what JSON can hold.
    keep: how many checkpoints stay, at least 1.

  Returns:
    The file's path.

  Raises:
    ValueError: a negative step, or `keep` below 1.
  """
  if step < 0 or keep < 1:
    raise ValueError(
      f"expected step >= 0 and keep >= 1, got step={step}, keep={keep}."
    )
  path = pathlib.Path(folder) / f"step_{step:09d}.safetensors"
  tensor_files.write_tensors(path, arrays, {**values, "step": step})
  for superfluous in list_checkpoints(folder)[:-keep]:
    superfluous.unlink()
  return path


def list_checkpoints(folder: str | os.PathLike[str]) -> list[pathlib.Path]:
  """Returns the checkpoints in a folder, the oldest first."""
  return sorted(pathlib.Path(folder).glob("step_*.safetensors"))


def load_checkpoint(
  path: str | os.PathLike[str],
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
  """Reads a checkpoint.

  Args:
    path: a file, or a folder, of which the newest checkpoint is read.

  Returns:
    The arrays by name, and the values, among them "step".

  Raises:
    ValueError: no checkpoint there, or one that is truncated or of another
      kind.
  """
  path = pathlib.Path(path)
  if path.is_dir():
    found = list_checkpoints(path)
    if not found:
      raise ValueError(f"{path}: no checkpoint in this folder.")
    path = found[-1]
  return tensor_files.read_tensors(path)


def check_empty(folder: str | os.PathLike[str]) -> None:
  """Raises ValueError if a run left checkpoints in a folder."""
  found = list_checkpoints(folder)
  if found:
    raise ValueError(
      f"{folder}: holds a run, with {found[-1].name} as its newest checkpoint. "
      "Continue it with resume=True (--resume), choose another folder, or "
      "remove this one."
    )


def check_same_run(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
  """Raises ValueError if a checkpoint was written with other options.

  Args:
    found: the values of `load_checkpoint`.
    wanted: the options of the run that is to continue.
  """
  for name, value in wanted.items():
    if found.get(name) != value:
      raise ValueError(
        f"{name}={value!r}, but the checkpoint was written with "
        f"{found.get(name)!r}. Repeat its options to resume, or choose another "
        "folder."
      )
