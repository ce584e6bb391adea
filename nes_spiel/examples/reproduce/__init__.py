# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Experiments of Marris et al. (2022) again: a module for each."""

from nes_spiel.examples.reproduce import (
  answers,
  classes,
  curves,
  learning,
  points,
  selections,
  sizes,
  sweeps,
  timing,
  welfare,
)

__all__ = [
  "answers",
  "classes",
  "curves",
  "learning",
  "points",
  "selections",
  "sizes",
  "sweeps",
  "timing",
  "welfare",
]
