# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Normal-form games by what a user calls them on a command line."""

import pathlib

import numpy as np
from jaxtyping import Float

from nes_spiel import games


def load_payoffs(name: str) -> Float[np.ndarray, "n *a"]:
  """Returns the payoffs of a file, a classic or an OpenSpiel game.

  Raises:
    ValueError: nothing of that name, or a malformed file.
  """
  path = pathlib.Path(name)
  if path.suffix in (".nfg", ".npy") and not path.is_file():
    raise ValueError(f"--game: there is no file {name!r}.")
  if path.suffix == ".nfg":
    return games.read_nfg(path)
  if path.suffix == ".npy":
    return games.check_payoffs(np.load(path, allow_pickle=False))
  if name in games.classics.NAMES:
    return games.classics.make(name)
  try:
    return games.load(name)
  except ValueError as error:
    raise ValueError(
      f"--game: {name!r} is no .nfg or .npy file, none of the classics "
      f"{', '.join(games.classics.NAMES)}; nor does OpenSpiel load it, as it "
      'does "matrix_pd".'
    ) from error
