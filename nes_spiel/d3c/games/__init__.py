# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The games of the D3C paper, and normal-form games."""

from nes_spiel.d3c.games.dilemmas import (
  efficient_but_unfair,
  election,
  nash_paradox,
  prisoners_dilemma,
)
from nes_spiel.d3c.games.normal_form import bilinear, from_payoffs
from nes_spiel.d3c.games.traffic import braess, from_network, sample_braess

__all__ = [
  "bilinear",
  "braess",
  "efficient_but_unfair",
  "election",
  "from_network",
  "from_payoffs",
  "nash_paradox",
  "prisoners_dilemma",
  "sample_braess",
]
