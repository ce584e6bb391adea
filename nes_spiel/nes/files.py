# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Trained networks as files, checked when they are read."""

import os
from typing import Any, NamedTuple

import numpy as np

from nes_spiel import runs
from nes_spiel.nes.config import Config
from nes_spiel.nes.network import Network, Variables
from nes_spiel.nes.rows import ROWS

FORMAT_VERSION = 1


class Model(NamedTuple):
  """A trained network.

  Attributes:
    network: its architecture.
    variables: what it has learned.
    facts: what is known of it: training, hardware, measurements. Of these,
      two decide something: "rows", for which rows of Table 3 it serves, and
      "options", with the sizes beyond which `solve` warns.
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
    facts: what JSON can hold, such as `Recipe.facts()`, by which `solve` knows
      what the network was trained for; without, it is taken for one of "ME".

  Raises:
    ValueError: facts of another form.
  """
  _check_facts(facts or {})
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
    _check_facts(values.get("facts", {}))
    network = Network(Config.from_dict(values.get("config")))
    variables = runs.tree_from_arrays(network.variables_like(), arrays)
    surplus = set(arrays) - set(runs.tree_to_arrays(variables))
    if surplus:
      raise ValueError(f"{min(surplus)}: not in its configuration.")
  except ValueError as error:
    raise ValueError(f"{path}: {error}") from error
  for name, array in arrays.items():
    if not np.isfinite(array).all():
      raise ValueError(f"{path}: {name} is not finite.")
  return Model(network, variables, values.get("facts", {}))


def _check_facts(facts: Any) -> None:
  """Raises ValueError unless what `solve` reads of facts has its form."""
  if not isinstance(facts, dict):
    raise ValueError(f"facts: expected a dict, got {facts!r}.")
  rows = facts.get("rows", ["ME"])
  if not isinstance(rows, list | tuple) or any(r not in [*ROWS] for r in rows):
    raise ValueError(f"facts: expected rows of {sorted(ROWS)}, got {rows!r}.")
  options = facts.get("options", {"buckets": []})
  try:
    sizes = [size for _, size, *_ in options["buckets"]]
  except (KeyError, TypeError, ValueError) as error:
    raise ValueError(
      f"facts: expected options as of `Recipe.facts`, got {options!r}."
    ) from error
  if any(not isinstance(size, int) for size in sizes):
    raise ValueError(
      f"facts: expected buckets' sizes as integers, got {sizes}."
    )
