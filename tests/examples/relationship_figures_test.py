# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""relationship_figures writes equilibria that the game's structure confirms.

Both games are affine, and regular cars exchangeable: an equilibrium in which
they all play alike is a root of one equation in one unknown.
"""

import collections
import re

import numpy as np
import pytest
from results import read_rows
from scipy import optimize, special

FOLD = 1.470043
# At lambda 1, found by root searches that share no code with the package.
COSTS = {
  1.0: [37.07874],
  1.25: [34.70056],
  1.5: [32.09000, 35.40073, 36.27049],
  2.0: [28.99966, 32.23268, 36.62666],
  3.0: [26.90248, 29.02813, 36.69261],
}


def symmetric_costs(w3, count=4001):
  """Returns social costs of all equilibria in which regular cars play alike.

  With w = (.5, .5, w3, .5), W of Eq. 9, lambda 1 and lanes of delays l and 2 l:
  h(a) - h(b) = 3 sum_j (W_ii + W_ij) p_j - 7 W_ii - 2 sum_j W_ij, sums over the
  three others and p_j the chance of lane a.
  """

  def ambulance(p):
    return special.expit(-(3 * 3 * p - 7 * 0.5 - 2 * 3 * 0.5))

  def gap(p):
    own = 3 * (0.5 + w3) * ambulance(p) + 2 * 3 * p
    return p - special.expit(-(own - 7 * 0.5 - 2 * (2 * 0.5 + w3)))

  grid = np.linspace(0, 1, count)
  signs = np.sign([gap(p) for p in grid])
  roots = [
    optimize.brentq(gap, grid[k], grid[k + 1], xtol=1e-14)
    for k in np.flatnonzero(np.diff(signs))
  ]
  return sorted(social_cost(ambulance(p), p) for p in roots)


def social_cost(first, other):
  """Returns J where the ambulance and the cars take lane a by chance."""
  total = 0.0
  for lanes in np.ndindex(2, 2, 2, 2):
    loads = np.bincount(lanes, minlength=2) * (1, 2)
    delays = loads[list(lanes)]
    chances = np.array([first, other, other, other])
    weight = np.prod(np.where(lanes, 1 - chances, chances))
    total += weight * (8 * delays[0] + delays[1:].sum())
  return float(total)


def test_all_figures(run_lines, tmp_path):
  folder = f"--output_dir={tmp_path}"
  second, third, fourth, unknown = run_lines(
    "relationship_figures",
    ["--figure=2", "--starts=48", "--least_squares=4", folder],
    [
      "--figure=3",
      "--iterations=4",
      "--temperature=0.5",
      "--nodesign",
      folder,
    ],
    ["--figure=4", "--iterations=12", folder],
    ["--figure=1"],
  )
  for done in (second, third, fourth):
    assert done.code == 0, done.err
  assert unknown.code != 0
  for name in ("figure2", "figure3", "figure4"):
    assert (tmp_path / f"{name}.png").stat().st_size > 10_000
  (fold,) = re.findall(r"meet and end at w3 = ([\d.]+)\.\s", second.out)
  assert float(fold) == pytest.approx(FOLD, abs=2e-6)
  check_branches(read_rows(tmp_path / "figure2.csv"))
  check_false_minima(tmp_path)
  check_descents(tmp_path)
  check_networks(read_rows(tmp_path / "figure4.csv"))


def check_branches(rows):
  """One equilibrium below the fold and three above, all of them."""
  costs = collections.defaultdict(list)
  for row in rows:
    costs[round(float(row["w3"]), 2)].append(float(row["Social cost"]))
  assert list(costs) == [round(k / 100, 2) for k in range(301)]
  for w3, found in costs.items():
    assert len(found) == (1 if w3 < FOLD else 3)
  for w3, known in COSTS.items():
    np.testing.assert_allclose(costs[w3], known, atol=1e-5)
  for w3 in (0.0, 1.07, 1.47, 1.48, 2.6):
    np.testing.assert_allclose(costs[w3], symmetric_costs(w3), atol=1e-8)


def check_false_minima(folder):
  """They lie below the fold only, where nothing but one equilibrium is."""
  rows = read_rows(folder / "figure2_least_squares.csv")
  assert len(rows) >= 3
  for row in rows:
    w3, residual = float(row["w3"]), float(row["Residual"])
    assert 1.1 < w3 < FOLD
    assert 1e-4 < residual < 1e-2
    gap = np.array(symmetric_costs(w3)) - float(row["Social cost"])
    assert np.abs(gap).min() > 0.5


def check_descents(folder):
  """Both algorithms start at the games' equilibria at equal weights."""
  first = {
    (row["Game"], row["Method"]): float(row["Social cost"])
    for row in read_rows(folder / "figure3_curves.csv")
    if row["Iteration"] == "1"
  }
  assert len(first) == 4
  assert first["ambulance", "Min-Max"] == pytest.approx(36.762415, abs=1e-5)
  assert first["two lanes", "Min-Max"] == pytest.approx(7.919898, abs=1e-5)
  for row in read_rows(folder / "figure3.csv"):
    start = first[row["Game"], row["Method"]]
    assert float(row["Social cost of the best"]) < start


def check_networks(rows):
  """Weights stay on the sphere, and Algorithm 2 never moves upwards."""
  names = ["selfish", "among cars", "cars to ambulance", "ambulance to cars"]
  weights = np.array([[float(row[name]) for name in names] for row in rows])
  np.testing.assert_allclose(np.linalg.norm(weights, axis=1), 1)
  np.testing.assert_allclose(weights[0], 0.5)
  costs = np.array([float(row["Social cost"]) for row in rows])
  moved = 1 + np.flatnonzero(np.abs(np.diff(weights, axis=0)).max(1))
  assert (np.diff(costs[moved]) <= 1e-9).all()
  assert costs.min() < costs[0] - 1
