# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Files of arrays and plain values, never code: safetensors with a digest.

The values lie as JSON in the header, beside the SHA-256 of all. A file is
written beside its final name and then moved there, so that a process that is
killed leaves the last whole one.
"""

import hashlib
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

_VALUES, _DIGEST = "nes_spiel", "sha256"


def write_tensors(
  path: str | os.PathLike[str],
  arrays: Mapping[str, np.ndarray],
  values: Mapping[str, Any],
) -> None:
  """Writes a file, replacing one of that name.

  Args:
    path: the file; its folder is made if it does not exist.
    arrays: by name.
    values: what JSON can hold.
  """
  path = pathlib.Path(path)
  path.parent.mkdir(parents=True, exist_ok=True)
  unfinished = path.with_name(f"{path.name}.unfinished")
  contiguous = {name: np.asarray(a, order="C") for name, a in arrays.items()}
  text = json.dumps(dict(values))
  header = {_VALUES: text, _DIGEST: digest(contiguous, text)}
  save_file(contiguous, unfinished, metadata=header)
  os.replace(unfinished, path)


def read_tensors(
  path: str | os.PathLike[str],
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
  """Reads what `write_tensors` wrote.

  Returns:
    The arrays by name, and the values.

  Raises:
    ValueError: no such file, or one that is truncated, of another kind, or
      changed since it was written.
  """
  path = pathlib.Path(path)
  if not path.is_file():
    raise ValueError(f"{path}: no such file.")
  try:
    with safe_open(path, framework="numpy") as file:
      header = file.metadata() or {}
      arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
  except SafetensorError as error:
    raise ValueError(f"{path}: not a whole file: {error}.") from error
  if _VALUES not in header:
    raise ValueError(f"{path}: a safetensors file, but not one of nes_spiel's.")
  seen = digest(arrays, header[_VALUES])
  if seen != header.get(_DIGEST):
    raise ValueError(
      f"{path}: its content has the SHA-256 {seen}, but the header says "
      f"{header.get(_DIGEST)}; the file was changed after it was written."
    )
  return arrays, _parse_values(path, header[_VALUES])


def _parse_values(path: pathlib.Path, text: str) -> dict[str, Any]:
  """Returns the values that a header holds as text."""
  try:
    values = json.loads(text)
  except (ValueError, RecursionError) as error:
    raise ValueError(f"{path}: its values are no JSON: {error}.") from error
  if not isinstance(values, dict):
    raise ValueError(f"{path}: expected values by name, got {text[:40]!r}.")
  return values


def digest(arrays: Mapping[str, np.ndarray], text: str) -> str:
  """Returns the SHA-256 of a text, and of names, dtypes, shapes and bytes."""
  whole = hashlib.sha256(text.encode())
  for name in sorted(arrays):
    array = np.asarray(arrays[name], order="C")
    whole.update(f"{name}:{array.dtype.str}:{array.shape};".encode())
    whole.update(array.tobytes())
  return whole.hexdigest()
