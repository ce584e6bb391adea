# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Games by what a user calls them on a command line."""

import os
import pathlib
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pyspiel
from jaxtyping import Float

from nes_spiel import games


def load_payoffs(
  name: str, others: Iterable[str] = ()
) -> Float[np.ndarray, "n *a"]:
  """Returns the payoffs of a file, a classic or an OpenSpiel game.

  Args:
    name: of one.
    others: names that the program knows besides, for its message.

  Raises:
    ValueError: nothing of that name, or a malformed file.
  """
  path = pathlib.Path(name)
  if path.suffix in (".nfg", ".npy") and not path.is_file():
    raise ValueError(f"--game: there is no file {name!r}.")
  if path.suffix == ".nfg":
    return games.read_nfg(path)
  if path.suffix == ".npy":
    return games.check_payoffs(load_array(path, "--game"))
  if name in games.classics.NAMES:
    return games.classics.make(name)
  try:
    return games.load(name)
  except ValueError as error:
    known = ", ".join([*others, *games.classics.NAMES])
    raise ValueError(
      f"--game: {name!r} is no .nfg or .npy file, none of {known}, and no "
      'normal-form game of OpenSpiel such as "matrix_pd".'
    ) from error


def load_array(path: str | os.PathLike[str], flag: str) -> np.ndarray:
  """Returns the array of a .npy file.

  Args:
    path: of the file.
    flag: where it was given, for messages.

  Raises:
    ValueError: not such a file, or one of pickled objects.
    OSError: it cannot be read.
  """
  message = f"{flag}: expected a .npy file of numbers, got {str(path)!r}."
  try:
    found = np.load(path, allow_pickle=False)
  except (ValueError, EOFError, zipfile.BadZipFile) as error:
    raise ValueError(f"{message[:-1]}: {error}") from error
  if not isinstance(found, np.ndarray):
    raise ValueError(message)
  return found


def load_openspiel(
  name: str,
  flag: str = "--game",
  load: Callable[..., Any] = pyspiel.load_game,
  others: Sequence[str] = (),
  **parameters: Any,
) -> Any:
  """Returns a game of OpenSpiel's.

  Args:
    name: of the game, perhaps with parameters.
    flag: where it was given, for messages.
    load: `pyspiel.load_game`, or that for moves in turns.
    others: names beside OpenSpiel's, for messages.
    **parameters: beside those in the name.

  Raises:
    ValueError: there is none, or OpenSpiel refuses it.
  """
  # OpenSpiel itself would print the names of all its games.
  if name.partition("(")[0] not in pyspiel.registered_names():
    also = f" and it is none of {', '.join(others)}" if others else ""
    raise ValueError(f"{flag}: OpenSpiel has no game {name!r}{also}.")
  try:
    return load(name, parameters) if parameters else load(name)
  except RuntimeError as error:
    reason = " ".join(str(error).split())
    raise ValueError(f"{flag}: OpenSpiel refuses {name!r}: {reason}") from error
