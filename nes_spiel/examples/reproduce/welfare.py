# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Table 5, Appendix E: which relative entropy objectives find high welfare.

The appendix says that the target softmax(T W), T to infinity, misses maximum
welfare. But KL(sigma, softmax(T W)) = -H(sigma) - T E[W] + const: that target
states MWME with mu = T, and both find it. What misses it is another target,
1 - delta on the joint strategy of the highest W and delta spread over the
others, delta to 0: the limit plays that joint strategy as often as an
equilibrium can.

In game (a), payoffs of -999 are -20 here: as bad, and of a size that leaves the
others their digits after standardisation.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float
from tqdm import tqdm

from nes_spiel import equilibria, solvers
from nes_spiel.examples import tables

BAD = -20.0
# Table 5, payoffs of the row player; the games are symmetric.
ROW_PAYOFFS: Mapping[str, list[list[float]]] = {
  "5a": [
    [-4, 2, BAD, BAD],
    [-2, 1, BAD, BAD],
    [BAD, BAD, -3, 2],
    [BAD, BAD, -2, 1.1],
  ],
  "5b": [
    [2, 0, 0, 0],
    [0, 3, 0, -10],
    [0, 3, -10, -10],
    [2, 7, -6, 0],
  ],
}
SOFTMAX = "target softmax(T W)"
TEMPERATURES = (1, 5, 20)
DELTAS = (1e-4, 1e-16, 1e-64)
SMALLEST = 1e-300  # of a target's probabilities: less is no float
# Standardised, mu reaches 500 here, and rho has to be far above
# mu * max_epsilon: at the default of 1e4 the gap of an answer is near 1.
RHO = 1e10
# What the appendix says of game (b) in the limit of T: (2, 2) with probability
# 0.2, "the highest possible", and 1.8 for each player.
PAPER_5B = ("paper, softmax target", "T -> inf", 3.6, 0.2)
COLUMNS = (
  "game",
  "concept",
  "objective",
  "parameter",
  "welfare",
  "of maximum",
  "P(argmax W)",
  "gap",
  "TV to mu = T",
)
NOTES = (
  "The paper calls 0.2 the highest probability of (2,2) in 5b; it is 1/3.",
  f"Exact solver, rho = {RHO:.0e}; -999 of game (a) is {BAD:g}. W = sum of "
  "payoffs, caller's units. Selections weigh W by mu after Eq. 16c, which "
  "divides it by its standard deviation: mu = T std(W) weighs W itself by T.",
  "The target softmax(T W) and MW with mu = T are one problem, and both tend "
  "to the maximum. The near-pure target does not, but for CCEs of (a).",
)

Payoffs = Float[np.ndarray, "2 a a"]


def make(name: str) -> Payoffs:
  """Returns game "5a" or "5b"."""
  row = np.array(ROW_PAYOFFS[name], np.float64)
  return np.stack([row, row.T])


def high_welfare(payoffs: Payoffs, temperature: float) -> equilibria.Selection:
  """Returns MW that weighs the raw sum of payoffs by T."""
  mu = temperature * payoffs.sum(0).std()
  return equilibria.MaximumWelfare(mu=mu, rho=RHO)


def softmax_target(
  payoffs: Payoffs, temperature: float
) -> equilibria.Selection:
  """Returns MRE with the target softmax(T W)."""
  total = payoffs.sum(0)
  weights = np.exp(temperature * (total - total.max()))
  target = np.maximum(weights / weights.sum(), SMALLEST)
  return equilibria.MinimumRelativeEntropy(target, rho=RHO)


def near_pure_target(payoffs: Payoffs, delta: float) -> equilibria.Selection:
  """Returns MRE with the target 1 - delta on argmax W."""
  total = payoffs.sum(0)
  target = np.full(total.shape, delta / (total.size - 1))
  target.flat[total.argmax()] = 1 - delta
  return equilibria.MinimumRelativeEntropy(target, rho=RHO)


def table_5() -> tables.Table:
  """Solves both games for both concepts with every objective."""
  cases = [(name, concept) for name in ROW_PAYOFFS for concept in ("ce", "cce")]
  rows = [
    row
    for name, concept in tqdm(cases, "games")
    for row in _rows(name, concept)
  ]
  title = "Table 5, Appendix E: welfare by objective"
  return tables.Table("table5", title, COLUMNS, rows, NOTES)


def objectives(
  payoffs: Payoffs,
) -> Iterator[tuple[str, str, equilibria.Selection]]:
  """Yields objectives and parameters, a softmax target behind its MW."""
  for temperature in TEMPERATURES:
    label = f"T = {temperature}"
    yield "MW, mu = T", label, high_welfare(payoffs, temperature)
    yield SOFTMAX, label, softmax_target(payoffs, temperature)
  for delta in DELTAS:
    label = f"delta = {delta:.0e}"
    yield "target near-pure", label, near_pure_target(payoffs, delta)


def _rows(name: str, concept: Any) -> Iterator[tuple[Any, ...]]:
  """Yields the rows of one game and concept."""
  payoffs = make(name)
  joint = np.full(payoffs.shape[1:], np.nan)
  best = equilibria.polytope.maximize(payoffs, concept, payoffs.sum(0)).value
  highest = ("", tables.Estimate(best), 1.0)
  yield name, concept, "maximum, by HiGHS", *highest, None, None, None
  for objective, parameter, selection in objectives(payoffs):
    found = solvers.solve(payoffs, concept, selection, "exact").check()
    value = float(found.welfare)
    apart = float(np.abs(found.joint - joint).sum() / 2)
    joint = found.joint
    pure = float(joint.flat[payoffs.sum(0).argmax()])
    reached = (tables.Estimate(value), value / best, pure, float(found.gap_sum))
    last = apart if objective == SOFTMAX else None
    yield name, concept, objective, parameter, *reached, last
  if (name, concept) == ("5b", "cce"):
    *what, value, pure = PAPER_5B
    shown = tables.Estimate(value)
    yield name, concept, *what, shown, value / best, pure, None, None
