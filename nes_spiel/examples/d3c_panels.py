# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What of agents that learn to mix their losses is drawn over training."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float

from nes_spiel import d3c
from nes_spiel.examples import plots
from nes_spiel.examples.curve_panels import Curve, Panel

COLORS = {
  "d3c": plots.BLUE,
  "selfish": plots.ORANGE,
  "cooperative": plots.GREY,
  "original_loss": "C2",
  "altruism": "C4",
  "look_ahead": "C5",
  "lola": "C6",
}
RATIO, ATTENTION = "Ratio to optimal", r"$\ln(A_{ii} / A_{ij})$"
Results = Mapping[str, d3c.Training]  # by mode


def mean_curve(
  name: str,
  result: d3c.Training,
  values: Float[np.ndarray, "runs time"],
  color: str | None = None,
) -> Curve:
  """Returns the mean over runs, with one standard deviation around it.

  Runs that diverged do not count, as in `d3c_tables`, unless all did.

  Args:
    name: of the curve.
    result: whose steps they are.
    values: `[runs, time]`.
    color: of matplotlib.
  """
  values = values[counted(result)]
  return Curve(name, result.steps, values.mean(0), values.std(0), color)


def counted(result: d3c.Training) -> Bool[np.ndarray, " runs"]:
  """Returns which runs count: all that did not diverge, or all if all did."""
  whole = result.status == d3c.TrainingStatus.FINISHED
  return whole if whole.any() else np.ones_like(whole)


def efficiency(title: str, results: Results) -> Panel:
  """Returns the ratio to optimal, or the total loss where there is none."""
  ratios = [
    result.ratio_to_optimal[counted(result)] for result in results.values()
  ]
  known = all(np.isfinite(ratio[:, 0]).all() for ratio in ratios)
  curves = [
    mean_curve(
      mode,
      result,
      result.ratio_to_optimal if known else result.losses.sum(-1),
      COLORS.get(mode),
    )
    for mode, result in results.items()
  ]
  return Panel(title, RATIO if known else "Total loss", curves)


def attention(title: str, results: Results) -> Panel:
  """Returns the attention in modes in which everyone gives something."""
  curves = [
    mean_curve(mode, result, result.attention.mean(-1), COLORS.get(mode))
    for mode, result in results.items()
    if np.isfinite(result.attention[counted(result)]).all()
  ]
  return Panel(f"{title}: attention", ATTENTION, curves)


def overview(title: str, results: Results) -> list[Panel]:
  """Returns efficiency and attention of all modes."""
  return [efficiency(title, results), attention(title, results)]


def commutes(title: str, result: d3c.Training, color: str) -> Panel:
  """Returns what drivers need, and the longest commute among them.

  The latter over the mean commute of the optimum, and its median over runs
  (rho_max of Figure 3).
  """
  losses = result.losses
  above_mean = losses.max(-1) / losses.mean(-1)
  above_optimal = result.ratio_to_optimal * above_mean
  longest = np.median(above_optimal[counted(result)], axis=0)
  curves = [
    mean_curve("mean, all drivers", result, result.ratio_to_optimal, color),
    Curve(
      "longest commute, median", result.steps, longest, None, "black", "--"
    ),
  ]
  return Panel(title, RATIO, curves)


def strategies(title: str, result: d3c.Training, optimum: float) -> Panel:
  """Returns every strategy's mean, which has one optimum (Figure 5).

  Args:
    title: above the panel.
    result: of one mode.
    optimum: what all strategies should be.
  """
  path = result.strategy_path
  curves = [
    mean_curve(f"x_{i + 1}{j + 1}", result, path[:, :, i, j])
    for i, j in np.ndindex(*path.shape[2:])
  ]
  return Panel(title, r"$x_{ij}$", curves, {"optimum": optimum})


def of_agents(
  title: str,
  label: str,
  result: d3c.Training,
  values: Float[np.ndarray, "runs time n"],
  levels: Mapping[str, float] = {},
) -> Panel:
  """Returns the median over runs of a number that each agent has.

  Args:
    title: above the panel.
    label: of its vertical axis.
    result: whose steps they are.
    values: `[runs, time, n]`.
    levels: horizontal lines.
  """
  curves = [
    Curve(f"agent {i + 1}", result.steps, each)
    for i, each in enumerate(np.median(values[counted(result)], axis=0).T)
  ]
  return Panel(title, label, curves, levels)
