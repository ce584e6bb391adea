# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Value and policy against the belief (Section 7, Theorem 4)."""

import pathlib
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from nes_spiel import pub_amg
from nes_spiel.examples import plots, tables
from nes_spiel.pub_amg import policies, sweeps

ALPHAS = (0.0, 0.1, 0.5)
COLORS = (plots.BLUE, plots.ORANGE, plots.GREY)
SCISSORS = 0.2  # of the first mover, who shares the rest between two


def follower(
  game: pub_amg.PublicGame, alpha: float, belief: Float[np.ndarray, " k"]
) -> tuple[float, Float[np.ndarray, " a"]]:
  """Returns the second mover's value and rule at a belief.

  Args:
    game: of two steps, with one information state each.
    alpha: 0 or more.
    belief: `[k]`, of the first mover's actions.
  """
  form, objective = game.subgame(1, belief), pub_amg.MiniMaxEnt()
  with jax.enable_x64(True):
    seen = sweeps.action_values(
      form, 1, policies.uniform(game), objective, alpha, best_response=True
    )
    rule = objective.greedy(sweeps.places(form, 1), seen.values, alpha)
    return float(seen.total), np.exp(np.asarray(rule))[0]


def beliefs(count: int) -> Float[np.ndarray, "m 3"]:
  """Returns beliefs from paper alone to rock alone, beside scissors."""
  rock = np.linspace(0, 1 - SCISSORS, count)
  return np.stack([rock, 1 - SCISSORS - rock, np.full(count, SCISSORS)], axis=1)


def as_table(game: pub_amg.PublicGame, count: int) -> tables.Table:
  """Returns a row per alpha and belief in perturbed rock-paper-scissors."""
  rows: list[list[Any]] = []
  for alpha in ALPHAS:
    for belief in beliefs(count):
      value, rule = follower(game, alpha, belief)
      rows.append([alpha, float(belief[0]), value, *map(float, rule)])
  return tables.Table(
    "beliefs",
    "Value and policy of the second mover in perturbed rock-paper-scissors",
    ["alpha", "Belief in rock", "Value", "Rock", "Paper", "Scissors"],
    rows,
  )


def draw(path: pathlib.Path, table: tables.Table) -> None:
  """Draws values, and the probability of paper, against the belief."""
  drawing, (left, right) = plots.figure(8, 3.2, 2)
  columns = np.array(table.rows, np.float64)
  for color, alpha in zip(COLORS, ALPHAS, strict=True):
    chosen = columns[columns[:, 0] == alpha]
    for panel, column in ((left, 2), (right, 4)):
      panel.plot(
        chosen[:, 1], chosen[:, column], color=color, label=f"alpha {alpha}"
      )
  left.set(xlabel="Belief in rock", title="Value: continuous")
  right.set(
    xlabel="Belief in rock", title="Probability of paper: jumps at alpha 0"
  )
  left.legend(frameon=False, fontsize=8)
  plots.save(drawing, path)
