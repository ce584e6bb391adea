# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What is drawn over training of agents that learn from mixed rewards."""

import functools
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from nes_spiel import d3c
from nes_spiel.examples import d3c_panels
from nes_spiel.examples.curve_panels import Curve, Panel
from nes_spiel.examples.d3c_panels import COLORS
from nes_spiel.examples.d3c_rl_tables import Results, own_share

_over_batches = functools.partial(Panel, horizontal="Batch")


def median_returns(title: str, results: Results) -> Panel:
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
  return _over_batches(title, "Median total return", curves)


def mean_returns(title: str, results: Results) -> Panel:
  """Returns the mean total return of every mode, with a standard deviation."""
  curves = []
  for mode, result in results.items():
    total = result.total_return[result.status == d3c.TrainingStatus.FINISHED]
    shown = total if total.size else result.total_return
    around = _around(shown)
    color = COLORS.get(mode)
    curves.append(Curve(mode, result.batches[1:], *around, color))
  label = "Total return, mean and std over runs"
  return _over_batches(title, label, curves)


def attention(title: str, result: d3c.AgentTraining) -> Panel:
  """Returns every agent's attention, its mean with one standard deviation."""
  curves = [
    Curve(f"agent {i + 1}", result.batches, *_around(result.attention[..., i]))
    for i in range(result.attention.shape[-1])
  ]
  return _over_batches(title, d3c_panels.ATTENTION, curves)


def run_of_coins(result: d3c.AgentTraining, run: int = 0) -> Sequence[Panel]:
  """Returns attention, total return and the share of own coins, of one run.

  Args:
    result: of Coins.
    run: which.
  """
  share = own_share(*(np.asarray(count)[run] for count in result.events))
  total = Curve("total", result.batches[1:], result.total_return[run])
  attended = _agents(result.batches, result.attention[run])
  return [
    _over_batches("One run: attention", d3c_panels.ATTENTION, attended),
    _over_batches("One run: total return", "Total return", [total]),
    _over_batches(
      "One run: own coins", "Own coins, %", _agents(total.steps, share)
    ),
  ]


def returns_so_far(mode: str, result: d3c.AgentTraining, run: int) -> Panel:
  """Returns every agent's mean return up to each batch, of one run."""
  steps = result.batches[1:]
  sums = result.returns[run].cumsum(0)
  means = sums / np.arange(1, len(steps) + 1)[:, None]
  title = f"{mode}, run {run + 1}"
  return _over_batches(title, "Mean return so far", _agents(steps, means))


def _agents(
  steps: Int[np.ndarray, " time"], values: Float[np.ndarray, "time n"]
) -> list[Curve]:
  """Returns a curve for every agent."""
  return [
    Curve(f"agent {i + 1}", steps, each) for i, each in enumerate(values.T)
  ]


def _around(
  values: Float[np.ndarray, "runs time"],
) -> tuple[Float[np.ndarray, " time"], Float[np.ndarray, " time"]]:
  """Returns mean and standard deviation over runs."""
  return values.mean(0), values.std(0)
