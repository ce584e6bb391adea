# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Which maps each kind of layer mixes, by `Config.maps` and concept."""

from collections.abc import Callable
from typing import NamedTuple

from jaxtyping import Array

from nes_spiel.nes import paper_maps, pooling


class MapSet(NamedTuple):
  """Functions of activations and mask, for the three kinds of layers."""

  payoffs: Callable[[Array, Array], pooling.Maps]
  payoffs_to_duals: Callable[[Array, Array], pooling.Maps]
  duals: Callable[[Array, Array], pooling.Maps]


def without_maxima(maps: MapSet) -> MapSet:
  """Returns the linear maps of a set."""

  def keep(
    compute: Callable[[Array, Array], pooling.Maps],
  ) -> Callable[[Array, Array], pooling.Maps]:
    def linear(activations: Array, mask: Array) -> pooling.Maps:
      found = compute(activations, mask)
      return {
        name: tensors
        for name, tensors in found.items()
        if not name.endswith("_max")
      }

    return linear

  return MapSet(*map(keep, maps))


_COMPLETE = (pooling.payoff_maps, pooling.payoff_to_dual_maps)
_PAPER = (paper_maps.payoff_maps, paper_maps.payoff_to_dual_maps)

MAP_SETS: dict[tuple[str, str], MapSet] = {
  ("equivariant", "cce"): MapSet(*_COMPLETE, pooling.cce_dual_maps),
  ("equivariant", "ce"): MapSet(*_COMPLETE, pooling.ce_dual_maps),
  ("paper", "cce"): MapSet(*_PAPER, paper_maps.cce_dual_maps),
  ("paper", "ce"): MapSet(*_PAPER, pooling.ce_dual_maps),
}
