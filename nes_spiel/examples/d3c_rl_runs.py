# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs of agents that learn from mixed rewards: recipes, tables and panels."""

import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

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
    runs, batches, record_every: how many, unless other numbers are given.
  """

  options: Mapping[str, Any]
  algorithm: d3c.Algorithm
  mixing: d3c.MixingOptions
  runs: int = 200
  batches: int = 10_000
  record_every: int = 100


# By environment and learner, of which the first is the default.
RECIPES: Mapping[str, Mapping[str, Recipe]] = {
  "trust_your_brother": {
    "reinforce": Recipe(
      {"normalized": True},
      d3c.Reinforce(),
      d3c.MixingOptions(step_size=10.0),
    ),
  },
  "coins": {
    # With Table 1's step of 0.001 and epsilon of 100 rows walk at random, as
    # returns are about 1 an episode. 25 million steps of the environment.
    "actor_critic": Recipe(
      {},
      d3c.ActorCritic(),
      d3c.MixingOptions(
        step_size=100.0,
        kl_weight=1e-5,
        tau_min=5,
        tau_max=10,
        own_share=0.9,
      ),
      runs=10,
      batches=3200,
      record_every=40,
    ),
  },
}
LEARNERS = sorted({name for each in RECIPES.values() for name in each})


def recipe_for(env: str, learner: str | None = None) -> Recipe:
  """Returns how a learner, or the default one, learns in an environment.

  Raises:
    ValueError: there is no recipe for both.
  """
  known = RECIPES[env]
  name = next(iter(known)) if learner is None else learner
  if name not in known:
    raise ValueError(
      f"learner: expected one of {[*known]} in {env}, got {name!r}."
    )
  return known[name]


def train(
  env: str,
  mode: str,
  runs: int | None,
  batches: int | None,
  seed: int,
  output_dir: str | None = None,
  learner: str | None = None,
  **options: Any,
) -> d3c.AgentTraining:
  """Returns runs in one environment and mode, by its recipe.

  Args:
    env: one of `RECIPES`.
    mode: one of `d3c.AGENT_MODES`.
    runs: how many, the recipe's number if None.
    batches: of each, the recipe's number if None.
    seed: of everything random.
    output_dir: under which checkpoints are written; none are if None.
    learner: one of the environment's, its first if None.
    **options: others of `d3c.train_agents`; those that are None do not count.
  """
  recipe = recipe_for(env, learner)
  given = {name: x for name, x in options.items() if x is not None}
  return d3c.train_agents(
    d3c.envs.make(env, **recipe.options),
    recipe.algorithm,
    jax.random.key(seed),
    recipe.runs if runs is None else runs,
    mode=mode,
    batches=recipe.batches if batches is None else batches,
    **{
      "mixing": recipe.mixing,
      "record_every": recipe.record_every,
      "folder": output_dir and pathlib.Path(output_dir, "checkpoints", mode),
      **given,
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


def mean_returns(title: str, results: Results) -> Panel:
  """Returns the mean total return of every mode, with a standard deviation.

  Legends have its mean over the whole training, as Figure 8 has.
  """
  curves = []
  for mode, result in results.items():
    total = result.total_return[result.status == d3c.TrainingStatus.FINISHED]
    name = f"{mode}, {total.mean():.2f}" if total.size else mode
    shown = total if total.size else result.total_return
    around = _around(shown)
    color = COLORS.get(mode)
    curves.append(Curve(name, result.batches[1:], *around, color))
  return Panel(title, "Mean total return", curves)


def one_run(result: d3c.AgentTraining, run: int = 0) -> list[Panel]:
  """Returns attention, total return and the share of own coins, of one run.

  Args:
    result: of Coins.
    run: which.
  """
  own, others = (np.asarray(count)[run] for count in result.events)
  # Where nobody picked up a coin there is no share.
  share = 100 * own / np.where(own + others > 0, own + others, np.nan)
  total = Curve("total", result.batches[1:], result.total_return[run])
  attended = _agents(result.batches, result.attention[run])
  return [
    Panel("One run: attention", d3c_panels.ATTENTION, attended),
    Panel("One run: total return", "Total return", [total]),
    Panel("One run: own coins", "Own coins, %", _agents(total.steps, share)),
  ]


def _agents(
  steps: Int[np.ndarray, " time"], values: Float[np.ndarray, "time n"]
) -> list[Curve]:
  """Returns a curve for every agent."""
  return [
    Curve(f"agent {i + 1}", steps, each) for i, each in enumerate(values.T)
  ]


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
