# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Figure 1: selected equilibria of three 2x2 games, in their polytope.

The text of the paper does not name its three games. By default these are one
in which the players want to differ, one in which they want to agree and differ
on what, and one in which they want the same and fear to fail. One network
answers all, where the paper has one for welfares and one for targets.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from nes_spiel import equilibria, games, nes, solvers
from nes_spiel.examples import tables
from nes_spiel.examples.reproduce import answers

CLASSICS = ("chicken", "bach_or_stravinsky", "stag_hunt")
MODEL = "cce_2p_rows"
# The probability of a pure target's cell; the paper's is any just below 1.
PURITY = 0.99
COLUMNS = (
  "game",
  "vertices",
  "point",
  "solver gap",
  "gap",
  "gap exact",
  "exact joint",
)
NOTE = (
  f"Of the CCEs, for 2x2 games the CEs, by the network {MODEL}. Solver gap: "
  "total variation of the network's joint to the exact solution of Eq. 6; "
  "gaps are CCE gaps of both joints on standardised payoffs against epsilon "
  "0. Joints by row."
)


class Points(NamedTuple):
  """The equilibria of one game.

  Attributes:
    name: of the game.
    polytope: the extreme points of all its equilibria.
    exact: by point, `[*a]`.
    network: by point, `[*a]`.
    gaps: by point, of the network's joint and of the exact one.
  """

  name: str
  polytope: equilibria.ExtremePoints
  exact: dict[str, Float[np.ndarray, "*a"]]
  network: dict[str, Float[np.ndarray, "*a"]]
  gaps: dict[str, tuple[float, float]]


def point_selections(
  purity: float = PURITY,
) -> Iterator[tuple[str, equilibria.Selection]]:
  """Yields the selections of the figure for a 2x2 game, by name.

  Args:
    purity: the probability of its cell in a pure target, 1/4 to below 1.

  Raises:
    ValueError: another purity.
  """
  if not 0.25 <= purity < 1:
    raise ValueError(f"purity: expected 1/4 to below 1, got {purity}.")
  yield "MW", equilibria.MaximumWelfare()
  yield "ME", equilibria.MaximumEntropy()
  for cell in np.ndindex(2, 2):
    target = np.full((2, 2), (1 - purity) / 3)
    target[cell] = purity
    name = f"target ({cell[0]}, {cell[1]})"
    yield name, equilibria.MinimumRelativeEntropy(target)


def find_points(
  names: Sequence[str] = CLASSICS, purity: float = PURITY
) -> list[Points]:
  """Solves 2x2 classics for every point, exactly and by the network.

  Args:
    names: of `games.classics.NAMES`.
    purity: of the pure targets.

  Raises:
    ValueError: an unknown name, a game that is not 2x2, or a purity that is no
      probability.
  """
  raw = [games.classics.make(name) for name in names]
  for name, game in zip(names, raw, strict=True):
    if game.shape != (2, 2, 2):
      raise ValueError(f"figure1: expected 2x2 games, got {name!r}.")
  payoffs = answers.standardized(jnp.asarray(np.stack(raw)))
  model = nes.load_pretrained(MODEL)
  found = [
    Points(name, equilibria.extreme_points(game, "cce"), {}, {}, {})
    for name, game in zip(names, payoffs, strict=True)
  ]
  for point, selection in point_selections(purity):
    exact = solvers.solve_batch(payoffs, "cce", selection, "exact").check()
    network = solvers.solve_batch(payoffs, "cce", selection, "nes", model=model)
    for index, points in enumerate(found):
      points.exact[point] = exact.joint[index]
      points.network[point] = network.joint[index]
      pair = (network.gap_sum[index], exact.gap_sum[index])
      points.gaps[point] = (float(pair[0]), float(pair[1]))
  return found


def table(found: Sequence[Points], purity: float = PURITY) -> tables.Table:
  """Returns how far the network's points are from the exact ones."""
  rows = [row for game in found for row in _rows(game)]
  title = "Figure 1: equilibria of 2x2 games"
  other = "MW weighs the sum of payoffs by mu = "
  other += f"{equilibria.MaximumWelfare().mu:g}; "
  other += f"a target (i, j) has {purity:g} on that cell."
  return tables.Table("figure1", title, COLUMNS, rows, (NOTE, other))


def _rows(game: Points) -> Iterator[tuple[Any, ...]]:
  """Yields a row per point of a game."""
  for point, exact in game.exact.items():
    apart = np.abs(game.network[point] - exact).sum() / 2
    joint = " ".join(f"{value:.3f}" for value in exact.ravel())
    numbers = (float(apart), *game.gaps[point])
    shown = [tables.Estimate(number) for number in numbers]
    yield game.name, len(game.polytope.joints), point, *shown, joint
