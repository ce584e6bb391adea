# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Congestion games as tables of costs."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float


def lane_costs(
  players: int, slopes: Sequence[float]
) -> Float[np.ndarray, "n *a"]:
  """Returns the delays of players who each choose one of some lanes.

  A lane's delay is its slope times the number of players in it. Section 6 of
  Chen et al. (2024) has slopes 1 and 2.

  Args:
    players: n.
    slopes: of each lane.

  Returns:
    `[n, m, ..., m]`, one axis of m lanes per player.

  Raises:
    ValueError: no player, no lane, or a slope that is not finite.
  """
  slope = np.asarray(slopes, float)
  if players < 1 or slope.ndim != 1 or not len(slope):
    raise ValueError(
      "lane_costs: expected at least one player and one lane, got "
      f"{players} and {slopes}."
    )
  if not np.isfinite(slope).all():
    raise ValueError(f"slopes: expected finite numbers, got {slopes}.")
  chosen = np.indices((len(slope),) * players)
  loads = (chosen[None] == chosen[:, None]).sum(1)  # in each player's lane
  return slope[chosen] * loads
