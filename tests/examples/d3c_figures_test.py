# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Figures of D3C: what is drawn is what training found, and known limits."""

import collections
import itertools

import jax
import numpy as np
import pytest
from results import assert_picture, read_rows, rows_by

from nes_spiel import d3c
from nes_spiel.examples import d3c_panels


@pytest.fixture
def curves(run_lines, tmp_path):
  """Returns a function to what figures draw, by figure, panel and curve.

  Of each point step, value and deviation, NaN where there is none.
  """

  def read(figure):
    picture = tmp_path / f"d3c_{figure}.png"
    assert_picture(picture)
    points = collections.defaultdict(list)
    for row in read_rows(tmp_path / f"d3c_{figure}_curves.csv"):
      point = [float(row[x] or "nan") for x in ("step", "value", "std")]
      points[row["panel"], row["curve"]].append(point)
    return {name: np.array(each) for name, each in points.items()}

  def draw(*figures, runs=5):
    common = [f"--output_dir={tmp_path}"]
    several = [f"--runs={runs}"]  # Figure 6 is of one
    names = [name if name.isalpha() else f"figure{name}" for name in figures]
    lines = [
      [f"--figure={name}", *common, *([] if name == "6" else several)]
      for name in figures
    ]
    for done in run_lines("d3c_figures", *lines):
      assert done.code == 0, done.err
    return [read(name) for name in names]

  return draw


def test_prisoners_dilemma(curves):
  """Figure 6, a single run, and Figure 13, five of the same game."""
  single, several = curves("6", "13")
  game = d3c.games.prisoners_dilemma(2)
  one = d3c.train(game, jax.random.key(0), 1)
  for i, agent in enumerate(("agent 1", "agent 2")):
    steps, losses, _ = single["Losses", agent].T
    np.testing.assert_array_equal(steps, one.steps)
    np.testing.assert_allclose(losses, one.losses[0, :, i], atol=1e-4)
    assert losses[-1] == pytest.approx(0.5, abs=1e-3)  # half of the optimum
    attention = single["Attention", agent][:, 1]
    np.testing.assert_allclose(attention, one.attention[0, :, i], atol=1e-2)
    assert attention[0] == pytest.approx(np.log(99))
  five = d3c.train(game, jax.random.key(0), 5)
  drawn = several[game.name, "d3c"]
  ratios = five.ratio_to_optimal
  np.testing.assert_allclose(drawn[:, 1], ratios.mean(0), atol=1e-3)
  np.testing.assert_allclose(drawn[:, 2], ratios.std(0), atol=1e-3)
  # The price of anarchy, n / (n - 1), and the one optimal strategy, 1 / n.
  selfish = several[game.name, "selfish"]
  assert selfish[-1, 1] == pytest.approx(2, abs=1e-3)
  for i, name in enumerate(("x_11", "x_21")):
    strategies = several["Strategies, d3c", name]
    path = five.strategy_path[:, :, i, 0]
    np.testing.assert_allclose(strategies[0, 1], path[:, 0].mean(), atol=1e-5)
    np.testing.assert_allclose(strategies[-1, 1:], [0.5, 0], atol=1e-3)


def test_election(curves, tmp_path):
  """Two teams, and what is left of the race between them."""
  (drawn,) = curves("election")
  assert drawn["election", "selfish"][-1, 1] == pytest.approx(2)
  mixing = np.array(
    [
      [float(row[f"to {j}"]) for j in range(1, 5)]
      for row in read_rows(tmp_path / "election_mixing.csv")
    ]
  )
  np.testing.assert_allclose(mixing.sum(1), 1, atol=1e-5)
  teams = np.kron(np.eye(2), np.ones((2, 2))) > 0
  assert mixing[teams].min() > 0.45
  races = collections.defaultdict(list)
  for row in read_rows(tmp_path / "election_eigenvalues.csv"):
    races[row["mode"]].append(abs(float(row["imaginary"])))
  # 0.25 for perfect teams, 0.21 in the paper; nothing for cooperation.
  assert 0.2 < min(races["d3c"]) <= max(races["d3c"]) < 0.26
  assert max(races["cooperative"]) < 1e-3


def test_dilemmas_have_names_of_their_own():
  five, fourteen = (d3c.games.prisoners_dilemma(10, c) for c in (1, 1 / 9))
  assert five.name == "prisoners_dilemma_10"
  assert fourteen.name == "prisoners_dilemma_10_0.111111"


def test_runs_that_diverged_are_not_drawn():
  game = d3c.games.prisoners_dilemma(2)
  found = d3c.train(game, jax.random.key(0), 3, steps=5)
  broken = np.array(found.losses)
  broken[1] = np.inf
  status = np.array([0, d3c.TrainingStatus.DIVERGED, 0])
  mixed = found._replace(losses=broken, status=status)
  drawn = d3c_panels.mean_curve("d3c", mixed, mixed.losses.sum(-1))
  expected = np.asarray(found.losses)[[0, 2]].sum(-1).mean(0)
  np.testing.assert_allclose(drawn.values, expected)
  panel = d3c_panels.of_agents("Losses", "f", mixed, mixed.losses)
  assert all(np.isfinite(curve.values).all() for curve in panel.curves)


def test_flags_of_other_figures_are_refused(check_mistakes):
  check_mistakes(
    "d3c_figures",
    {
      ("--figure=6", "--runs=3"): "--runs: is of --figure=2, 3",
      ("--figure=bounds", "--seed=3"): "--seed: is of --figure=2",
    },
  )


@pytest.mark.reference
def test_traffic(curves):
  """Figures 2 and 3: 80 / 65 for selfish drivers, near 1 for the others."""
  networks, roads = curves("2", "3", runs=50)
  ends = {name: points[-1, 1] for name, points in networks.items()}
  selfish = ends["random_braess", "selfish"]
  assert selfish > 1.1 > 1.03 > ends["random_braess", "d3c"]
  for mode in ("selfish", "d3c"):
    closed, shortcut = (
      roads[f"{name}, {mode}", "mean, all drivers"][:, 1]
      for name in ("braess_without_shortcut", "braess")
    )
    assert closed[-1] == pytest.approx(1, abs=0.002)
    longest = roads[f"braess, {mode}", "longest commute, median"][:, 1]
    assert (longest > shortcut - 0.01).all()  # a median beside a mean
    if mode == "selfish":
      assert shortcut[-1] == pytest.approx(80 / 65, abs=0.005)
      assert longest[-1] == pytest.approx(80 / 65, abs=0.005)
    else:
      assert shortcut[-1] < 1.03


@pytest.mark.reference
@pytest.mark.parametrize(("figure", "c"), [("5", 1), ("14", 1 / 9)])
def test_dilemma_of_ten(curves, figure, c):
  """Figures 5 and 14 are one but for the strategies' scale."""
  (drawn,) = curves(figure, runs=20)
  strategies = [
    points[-1, 1:]
    for (panel, _), points in drawn.items()
    if panel == "Strategies, d3c"
  ]
  np.testing.assert_allclose(strategies, [[c / 10, 0]] * 90, atol=1e-4)
  ends = {
    mode: drawn[d3c.games.prisoners_dilemma(10, c).name, mode][-1, 1]
    for mode in ("d3c", "selfish", "cooperative")
  }
  assert ends["selfish"] == pytest.approx(10 / 9, abs=1e-3)
  assert ends["d3c"] == pytest.approx(1, abs=1e-3)
  assert ends["cooperative"] == pytest.approx(1, abs=1e-3)


@pytest.mark.reference
def test_inequity(curves, tmp_path):
  """Learning halts at A_11 / A_21 = 11/10, and cooperation never does."""
  (drawn,) = curves("inequity", runs=200)
  assert drawn["efficient_but_unfair", "cooperative"][-1, 1] < -1000
  (row,) = read_rows(tmp_path / "inequity_halt.csv")
  assert float(row["A_11 / A_21"]) == pytest.approx(1.1, rel=0.01)
  for i in (1, 2):
    last = drawn["Losses, d3c", f"agent {i}"][-1, 1]
    assert last == pytest.approx(float(row[f"f_{i}"]), abs=1e-5)


@pytest.mark.reference
def test_bounds_are_in_order(run_lines, tmp_path):
  """No smaller set of equilibria costs more, and none more than the bound."""
  (done,) = run_lines(
    "d3c_figures", ["--figure=bounds", f"--output_dir={tmp_path}"]
  )
  assert done.code == 0, done.err
  rows = rows_by(tmp_path / "d3c_bounds.csv", "game")
  names = ("smoothness bound", "CCE", "CE", "pure Nash")
  for row in rows.values():
    values = [float(row[name]) for name in names]
    assert all(x >= y - 1e-6 for x, y in itertools.pairwise(values))
  assert float(rows["Braess"]["pure Nash"]) == pytest.approx(320 / 260)
  assert float(rows["prisoner's dilemma"]["pure Nash"]) == pytest.approx(2)
