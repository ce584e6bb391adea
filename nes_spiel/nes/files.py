# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Trained networks as files, checked when they are read."""

import os
from typing import Any, NamedTuple

import numpy as np

from nes_spiel import runs
from nes_spiel.nes.config import Config
from nes_spiel.nes.network import Network, Variables

FORMAT_VERSION = 1


class Model(NamedTuple):
  """A trained network.

  Attributes:
    network: its architecture.
    variables: what it has learned.
    facts: what is known of it: training, hardware, measurements. Of these,
      "rows" decides something: for which rows of Table 3 it serves.
  """

  network: Network
  variables: Variables
  facts: dict[str, Any]


def save(
  path: str | os.PathLike[str],
  config: Config,
  variables: Variables,
  facts: dict[str, Any] | None = None,
) -> None:
  """Writes a network as a safetensors file.

  Args:
    path: replaced if it exists.
    config: the architecture.
    variables: what was learned, in float32.
    facts: what JSON can hold; `{"rows": ["ME", "MT"]}` for a network that was
      trained for these rows of Table 3; without, `solve` takes it for "ME".
  """
  values = {
    "format_version": FORMAT_VERSION,
    "config": config.to_dict(),
    "facts": facts or {},
  }
  runs.write_tensors(path, runs.tree_to_arrays(variables), values)


def load(path: str | os.PathLike[str]) -> Model:
  """Reads a network that `save` wrote. Nothing in the file is executed.

  `load_pretrained` reads one that is shipped, by its name.

  Raises:
    ValueError: a file that is truncated, changed or of another kind, or whose
      tensors do not fit its configuration or are not finite.
  """
  arrays, values = runs.read_tensors(path)
  if values.get("format_version") != FORMAT_VERSION:
    raise ValueError(
      f"{path}: expected a network of format version {FORMAT_VERSION}, got "
      f"{values.get('format_version')}."
    )
  try:
    network = Network(Config.from_dict(values.get("config", {})))
    like = network.variables_like()
    names = set(runs.tree_to_arrays(like))
    if names != set(arrays):
      odd = sorted(names ^ set(arrays))[0]
      raise ValueError(f"{odd}: in the file or in its configuration alone.")
    variables = runs.tree_from_arrays(like, arrays)
  except ValueError as error:
    raise ValueError(f"{path}: {error}") from error
  for name, array in arrays.items():
    if not np.isfinite(array).all():
      raise ValueError(f"{path}: {name} is not finite.")
  return Model(network, variables, values.get("facts", {}))
