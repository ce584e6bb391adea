# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Relationship games as JSON files, refused in one line where they are none.

A file holds "costs" [n, a_1, ..., a_n], "relationships" [k, n, n], and may hold
"social_cost" [a_1, ..., a_n], otherwise the sum of the costs, and "names" of
the relationships.
"""

import json
import pathlib
from typing import Any

import numpy as np
from jaxtyping import Float

from nes_spiel import relationship_games

REQUIRED, OPTIONAL = ("costs", "relationships"), ("social_cost", "names")


def read_game(path: str) -> relationship_games.RelationshipGame:
  """Returns the game of a JSON file.

  Raises:
    ValueError: what is wrong with it, after its name.
  """
  try:
    return parse_game(json.loads(pathlib.Path(path).read_text()))
  except OSError as error:
    raise ValueError(f"--file: {path}: {error.strerror}.") from error
  except json.JSONDecodeError as error:
    raise ValueError(f"--file: {path} is no JSON: {error}.") from error
  except RecursionError as error:
    raise ValueError(f"--file: {path} is nested too deeply.") from error
  except ValueError as error:
    raise ValueError(f"--file: {path}: {error}") from error


def parse_game(values: Any) -> relationship_games.RelationshipGame:
  """Returns the game that a file's content describes.

  Raises:
    ValueError: a missing or an unknown entry, or a wrong one.
  """
  known = {*REQUIRED, *OPTIONAL}
  if not isinstance(values, dict):
    raise ValueError(f"expected an object with {', '.join(REQUIRED)}.")
  missing = [name for name in REQUIRED if name not in values]
  unknown = sorted(set(values) - known)
  if missing or unknown:
    found = [f"missing: {', '.join(missing)}"] * bool(missing)
    found += [f"unknown: {', '.join(unknown)}"] * bool(unknown)
    raise ValueError(
      f"expected the entries {', '.join(REQUIRED)}, and perhaps "
      f"{', '.join(OPTIONAL)}; {'; '.join(found)}."
    )
  costs = as_numbers("costs", values["costs"])
  names = values.get("names", [])
  if not isinstance(names, list) or not all(isinstance(x, str) for x in names):
    raise ValueError(f"names: expected a list of texts, got {names!r}.")
  return relationship_games.RelationshipGame(
    costs,
    as_numbers("relationships", values["relationships"]),
    as_numbers("social_cost", values["social_cost"])
    if "social_cost" in values
    else costs.sum(0),
    tuple(names),
  )


def as_numbers(name: str, values: Any) -> Float[np.ndarray, "..."]:
  """Returns nested lists of numbers as an array.

  Raises:
    ValueError: lists of different lengths, or something that is no number.
  """
  try:
    array = np.asarray(values)
  except ValueError as error:
    raise ValueError(
      f"{name}: expected nested lists of equal lengths."
    ) from error
  if array.dtype.kind not in "iuf" or not array.ndim:
    raise ValueError(f"{name}: expected nested lists of numbers.")
  return array.astype(float)
