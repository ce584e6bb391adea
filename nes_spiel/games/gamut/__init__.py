# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The 22 GAMUT classes D1 to D22 of Marris et al. (2022) as array samplers.

GAMUT (Nudelman, Wortman, Shoham, Leyton-Brown, "Run the GAMUT: a comprehensive
approach to evaluating game-theoretic algorithms", AAMAS 2004) writes one game
to a file; `sample` draws a batch of payoff tensors. Parameters that the paper
leaves to `-random_params` are drawn as version 1.0.1 draws them; a docstring
says "Choice" where a sampler departs from it. Payoffs are not normalised.

The classes L1, L2 and Linf of the paper's Table 4 are
`nes_spiel.games.sample_invariant`.
"""

from nes_spiel.games.gamut.registry import NAMES, sample

__all__ = ["NAMES", "sample"]
