# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs of agents that learn from mixed rewards: recipes, tables and panels."""

import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from nes_spiel import d3c
from nes_spiel.examples import d3c_panels, plots, tables
from nes_spiel.examples.d3c_pictures import Curve, Panel

COLORS = {
  "d3c": plots.BLUE,
  "selfish": plots.ORANGE,
  "cooperative": plots.GREY,
}
COLUMNS = (
  "mode",
  "median total return",
  "mean",
  "std",
  "attention at the start",
  "at the end",
  "diverged",
)
NOTE = (
  "Total return of an episode at the end, and attention ln(A_ii / A_ij), its "
  "median over runs of the mean over agents, positive if selfish."
)
Results = Mapping[str, d3c.AgentTraining]  # by mode


class Recipe(NamedTuple):
  """How agents learn in an environment.

  Attributes:
    options: of the environment.
    algorithm: with which agents learn.
    mixing: how they learn to mix.
  """

  options: Mapping[str, Any]
  algorithm: d3c.Algorithm
  mixing: d3c.MixingOptions


RECIPES = {
  "trust_your_brother": Recipe(
    {"normalized": True},
    d3c.Reinforce(),
    d3c.MixingOptions(step_size=10.0),
  ),
}


def train(
  env: str,
  mode: str,
  runs: int,
  batches: int,
  seed: int,
  output_dir: str | None = None,
  **options: Any,
) -> d3c.AgentTraining:
  """Returns runs in one environment and mode, by its recipe.

  Args:
    env: one of `RECIPES`.
    mode: one of `d3c.AGENT_MODES`.
    runs: how many.
    batches: of each.
    seed: of everything random.
    output_dir: under which checkpoints are written; none are if None.
    **options: others of `d3c.train_agents`.
  """
  recipe = RECIPES[env]
  return d3c.train_agents(
    d3c.envs.make(env, **recipe.options),
    recipe.algorithm,
    jax.random.key(seed),
    runs,
    mode=mode,
    batches=batches,
    **{
      "mixing": recipe.mixing,
      "folder": output_dir and pathlib.Path(output_dir, "checkpoints", mode),
      **options,
    },
  )


def ends(env: str, results: Results) -> tables.Table:
  """Returns a table of where runs in every mode ended."""
  runs = len(next(iter(results.values())).status)
  return tables.Table(
    f"d3c_{env}",
    f"{env}, {runs} runs",
    COLUMNS,
    [[mode, *_row(result)] for mode, result in results.items()],
    [NOTE],
  )


def _row(result: d3c.AgentTraining) -> list[Any]:
  """Returns one mode's numbers, of the runs that did not diverge."""
  whole = result.status == d3c.TrainingStatus.FINISHED
  diverged = int((~whole).sum())
  if not whole.any():
    return [*[None] * 5, diverged]
  last = result.total_return[whole, -1]
  numbers = [np.median(last), last.mean(), last.std()]
  each = result.attention[whole].mean(-1)
  given = [np.median(each[:, time]) for time in (0, -1)]
  shown = [float(x) if np.isfinite(x) else None for x in given]
  return [*(tables.Estimate(float(x)) for x in numbers), *shown, diverged]


def returns(title: str, results: Results) -> Panel:
  """Returns the median over runs of the total return, of every mode."""
  curves = [
    Curve(
      mode,
      result.batches[1:],
      np.nanmedian(result.total_return, axis=0),
      color=COLORS.get(mode),
    )
    for mode, result in results.items()
  ]
  return Panel(title, "Median total return", curves)


def attention(title: str, result: d3c.AgentTraining) -> Panel:
  """Returns every agent's attention, its mean with one standard deviation."""
  curves = [
    Curve(f"agent {i + 1}", result.batches, *_around(result.attention[..., i]))
    for i in range(result.attention.shape[-1])
  ]
  return Panel(title, d3c_panels.ATTENTION, curves)


def _around(
  values: Float[np.ndarray, "runs time"],
) -> tuple[Float[np.ndarray, " time"], Float[np.ndarray, " time"]]:
  """Returns mean and standard deviation over runs."""
  return values.mean(0), values.std(0)
