# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Figure 3: learning curves by selection, shape and concept, and ablations.

The paper has three seeds, steps of 4096 games on 32 TPU cores, and 512 games to
measure by; it prints no numbers of this figure, and its text no shapes of panel
(b).
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from nes_spiel import nes
from nes_spiel.examples import tables
from nes_spiel.examples.reproduce import curves
from nes_spiel.examples.shapes import shape_name

GAMES = 512  # as the paper's
SHAPES = ((2, 4), (2, 8), (3, 2), (3, 4), (4, 2))  # players, strategies of each
NOTES = (
  "Mean solver gap, total variation to the exact solution of Eq. 6, over seeds "
  "after so many steps, with the standard error over seeds; of zero duals on "
  "the same games. Each curve is a network trained on L2 games of its one "
  "shape, or on payoffs drawn uniformly where it says so, and measured on L2 "
  "games; gap is its (C)CE gap against epsilon 0 after the last step.",
  "CCE networks correct their answer 8 times and CE networks 16 times, where "
  'the paper has one architecture. A linear network and "paper\'s maps" do not '
  'correct theirs: beside them stands "no corrections". The latter and "norm '
  'per game" also have other inputs. Half of the target epsilons of eps rows '
  "are U(-Z, Z), as the paper's, half are shares of the largest gain.",
)

# By panel, then by label.
Panels = Mapping[str, Mapping[str, curves.Curve]]


def figure_3_panels(letters: Sequence[str] = ("a", "b", "c")) -> Panels:
  """Returns the curves of some of panels (a), (b) and (c).

  Args:
    letters: of the panels.

  Raises:
    ValueError: there is no panel of a letter, or no letter.
  """
  by_row = {row: curves.single_size(row, "cce", 2, 4) for row in nes.ROWS}
  by_shape = {
    shape_name([size] * players): curves.single_size("ME", "cce", players, size)
    for players, size in SHAPES
  }
  by_concept = {
    concept.upper(): curves.single_size("ME", concept, 2, 8)
    for concept in ("cce", "ce")
  }
  panels = {
    "a: CCE, 4x4": by_row,
    "b: ME-CCE": by_shape,
    "c: ME, 8x8": by_concept,
  }
  chosen = {name: x for name, x in panels.items() if name[0] in letters}
  if not letters or len(chosen) < len(set(letters)):
    raise ValueError(f"--panels: expected some of a, b, c, got {letters}.")
  return chosen


def ablation_panels(players: int, size: int) -> Panels:
  """Returns the curves of panel (d), and of what is our own.

  "linear" and "uniform payoffs" are the paper's (i) and (ii); see
  `nes.Config.activation` and `nes.Recipe.payoffs`. What a linear network and
  the paper's own lack beside what they are named for is corrections: compare
  them with "no corrections".

  Args:
    players: of the games.
    size: strategies of every player.
  """
  whole = curves.single_size("ME", "cce", players, size)

  def other(name: str, **options: Any) -> curves.Curve:
    config = dataclasses.replace(whole.config, **options)
    return whole._replace(name=f"{whole.name}_{name}", config=config)

  papers = nes.Config.paper("cce", players)
  uniform = curves.cube_recipe("ME", size, payoffs="uniform")
  shape = shape_name([size] * players)
  return {
    f"d: ME-CCE, {shape}": {
      "proposed": whole,
      "no corrections": other("uncorrected", corrections=0),
      "norm per game": other(
        "game_norm",
        normalization="game",
        inputs=("payoffs", "reference_logits"),
      ),
      "paper's maps": whole._replace(name=f"{whole.name}_paper", config=papers),
      "uniform payoffs": whole._replace(
        name=f"{whole.name}_uniform", recipe=uniform
      ),
      "linear": other("linear", corrections=0, activation="linear"),
    }
  }


def all_curves(panels: Panels) -> list[curves.Curve]:
  """Returns the curves of all panels."""
  return [curve for panel in panels.values() for curve in panel.values()]


def table(
  name: str,
  title: str,
  panels: Panels,
  found: Mapping[str, curves.Learned],
) -> tables.Table:
  """Returns a line per curve with a column per step.

  Args:
    name: of the files.
    title: above the table.
    panels: which curves stand where.
    found: of `learning.learn`, with the same steps for all.
  """
  steps: Sequence[int] = next(iter(found.values())).steps.tolist()
  columns = (
    "panel",
    "curve",
    "solved",
    "zero duals",
    *(f"step {step}" for step in steps),
    "gap",
  )
  rows = [
    (panel, label, *_numbers(found[curve.name]))
    for panel, labelled in panels.items()
    for label, curve in labelled.items()
  ]
  return tables.Table(name, title, columns, rows, NOTES)


def _numbers(learned: curves.Learned) -> tuple[Any, ...]:
  """Returns the numbers of a line."""
  return (
    learned.solved,
    tables.Estimate(learned.trivial_gap),
    *(tables.estimate(values) for values in learned.solver_gap.T),
    tables.estimate(learned.equilibrium_gap[:, -1]),
  )
