# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Gambit's logit solver, if pygambit is installed."""

import importlib.util
import pathlib
import tempfile

import numpy as np

from nes_spiel import games

INSTALLED = importlib.util.find_spec("pygambit") is not None


class GambitLogit:
  """Follows the branch of equilibria from the uniform profile."""

  def __init__(self, payoffs):
    import pygambit

    with tempfile.TemporaryDirectory() as folder:
      path = pathlib.Path(folder) / "game.nfg"
      games.write_nfg(path, np.asarray(payoffs, float))
      self.game = pygambit.read_nfg(str(path))
    self.follow = pygambit.qre.logit_solve_lambda

  def solve(self, precision, **steps):
    """Returns a list of probabilities per player."""
    (found,) = self.follow(self.game, [precision], **steps)
    return [[chance for _, chance in strategy] for strategy in found.profile]
