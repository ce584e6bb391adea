# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Where agents end that learned from mixed rewards."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from nes_spiel import d3c
from nes_spiel.d3c import envs
from nes_spiel.examples import tables

Results = Mapping[str, d3c.AgentTraining]  # by mode
COLUMNS = (
  "mode",
  "median total return",
  "mean",
  "std",
  "agents, best first",
  "attention at the start",
  "at the end",
  "diverged",
)
NOTES = (
  "Returns of an episode, the mean over the last tenth of the training; "
  "median, mean and standard deviation over runs.",
  "Attention: ln(A_ii / A_ij), its median over runs of the mean over agents, "
  "positive if selfish.",
)


def own_share(
  own: Float[np.ndarray, "*t"], others: Float[np.ndarray, "*t"]
) -> Float[np.ndarray, "*t"]:
  """Returns the share of own coins in percent, NaN where there are none."""
  return 100 * own / np.where(own + others > 0, own + others, np.nan)


def _coins(events: envs.CoinEvents) -> str:
  """Returns the share of own coins, the mean over runs and its range."""
  share = own_share(*(_last(count).sum(1) for count in events))
  return f"{share.mean():.1f} ({share.min():.1f} to {share.max():.1f})"


def _cleaning(events: envs.CleanupEvents) -> str:
  """Returns how often agents clean in an episode, the busiest first."""
  return _ordered(events.cleaning)


def _last_apples(events: envs.HarvestEvents) -> str:
  """Returns how often agents pick the last apple around, the worst first."""
  return _ordered(events.last_apples)


COUNTS: Mapping[type, tuple[str, Callable[[Any], str]]] = {
  envs.CoinEvents: ("own coins, %", _coins),
  envs.CleanupEvents: ("cleaning, busiest first", _cleaning),
  envs.HarvestEvents: ("last apples, worst first", _last_apples),
}


def ends(name: str, results: Results) -> tables.Table:
  """Returns a table of where runs in every mode ended.

  Args:
    name: of the recipe.
    results: of its modes.
  """
  first = next(iter(results.values()))
  counted = COUNTS.get(type(first.events))
  # So that some modes alone do not replace the table of all.
  some = "" if set(results) == set(d3c.AGENT_MODES) else "_" + "_".join(results)
  return tables.Table(
    f"d3c_{name}{some}",
    f"{name}, {len(first.status)} runs",
    [*COLUMNS, *([counted[0]] if counted else [])],
    [[mode, *_row(result, counted)] for mode, result in results.items()],
    NOTES,
  )


def _row(
  result: d3c.AgentTraining,
  counted: tuple[str, Callable[[Any], str]] | None,
) -> list[Any]:
  """Returns one mode's numbers, of the runs that did not diverge."""
  whole = result.status == d3c.TrainingStatus.FINISHED
  diverged = int((~whole).sum())
  if not whole.any():
    return [*[None] * 6, diverged, *([None] if counted else [])]
  total = _last(result.total_return[whole])
  numbers = [np.median(total), total.mean(), total.std()]
  each = result.attention[whole].mean(-1)
  attention = [np.median(each[:, 0]), np.median(_last(each))]
  row = [
    *(tables.Estimate(float(x)) for x in numbers),
    _ordered(result.returns[whole]),
    *(float(x) if np.isfinite(x) else None for x in attention),
    diverged,
  ]
  if counted:
    row.append(counted[1](jax.tree.map(lambda x: x[whole], result.events)))
  return row


def _last(values: Any) -> Float[np.ndarray, "runs *n"]:
  """Returns the mean over the last tenth of `[runs, time, *n]`."""
  values = np.asarray(values)
  return values[:, -max(1, values.shape[1] // 10) :].mean(1)


def _ordered(values: Any) -> str:
  """Returns agents' numbers, in every run from the highest to the lowest."""
  each = np.sort(_last(values), axis=1)[:, ::-1].mean(0)
  return ", ".join(f"{number:.2f}" for number in each)
