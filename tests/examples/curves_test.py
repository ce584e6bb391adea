# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Learning curves and ablations: panels, folders, tables; and a tiny run."""

import dataclasses

import numpy as np
import pytest
from results import assert_picture

from nes_spiel import nes, runs
from nes_spiel.examples import tables
from nes_spiel.examples.reproduce import curve_plots, curves, learning, sweeps
from nes_spiel.examples.shapes import parse_cube

TINY = {"payoff_channels": (4,), "middle_channels": 4, "dual_channels": (4,)}
EFFORT = curves.Effort(steps=50, seeds=2, batch=4, points=2, games=2)


def tiny_curve():
  return curves.single_size("ME", "cce", 2, 2, corrections=0, **TINY)


def save(folder, steps, identity):
  """Writes what a run leaves: a checkpoint, and a point, for each step."""
  points = dict.fromkeys(("step", *learning.MEASURED), np.array(steps))
  runs.write_tensors(folder / learning.POINTS, points, identity)
  for step in steps:
    runs.save_checkpoint(folder, step, {}, {})


def test_figure_3_has_the_papers_panels():
  panels = sweeps.figure_3_panels()
  rows, shapes, concepts = panels.values()
  assert tuple(rows) == tuple(nes.ROWS)
  assert {curve.size for curve in rows.values()} == {4}
  assert {curve.config.players for curve in shapes.values()} == {2, 3, 4}
  assert [curve.config.concept for curve in concepts.values()] == ["cce", "ce"]
  for row, curve in rows.items():
    assert (curve.row, curve.recipe.rows) == (row, (row,))
  names = {curve.name for curve in sweeps.all_curves(panels)}
  # 4x4 ME stands in (a) and (b), 8x8 ME in (b) and (c).
  assert len(names) == len(sweeps.all_curves(panels)) - 2


def test_an_ablation_changes_what_it_is_named_for():
  (panel,) = sweeps.ablation_panels(3, 4).values()
  whole = panel["proposed"]
  shipped, _ = nes.RECIPES["cce_2p"]
  assert (whole.config.players, whole.size) == (3, 4)
  assert whole.config.corrections == shipped.corrections > 0
  changes = {
    "no corrections": {"corrections": 0},
    "norm per game": {
      "normalization": "game",
      "inputs": ("payoffs", "reference_logits"),
    },
    "linear": {"corrections": 0, "activation": "linear"},
  }
  for label, options in changes.items():
    expected = dataclasses.replace(whole.config, **options)
    assert panel[label].config == expected, label
    assert panel[label].recipe == whole.recipe, label
  assert panel["paper's maps"].config == nes.Config.paper("cce", 3)
  uniform = panel["uniform payoffs"]
  assert uniform.config == whole.config
  assert uniform.recipe == dataclasses.replace(whole.recipe, payoffs="uniform")
  assert len({curve.name for curve in panel.values()}) == len(panel)


def test_games_of_a_curve_have_its_shape():
  recipe = curves.cube_recipe("ME", 5)
  assert recipe.cubes == 1
  assert recipe.zero_sum == 0
  assert [bucket[:2] for bucket in recipe.buckets] == [(5, 5)]


def test_panels_are_chosen_by_letter():
  assert list(sweeps.figure_3_panels(["c"])) == ["c: ME, 8x8"]
  for letters in (["a", "d"], []):
    with pytest.raises(ValueError, match="--panels: expected some of a, b, c"):
      sweeps.figure_3_panels(letters)


@pytest.mark.parametrize("text", ["4", "4x3", "1x1", "axa", "4x4x", ""])
def test_shapes_that_are_no_cubes_are_refused(text):
  with pytest.raises(ValueError, match="--shape: expected"):
    parse_cube(text, "--shape")


def test_shapes():
  assert parse_cube("4x4x4", "--shape") == (3, 4)
  assert parse_cube("16x16", "--shape") == (2, 16)


def test_a_checkpoint_that_was_not_measured_is_taken_again(tmp_path):
  save(tmp_path, [25, 50], {"seed": 0})
  runs.save_checkpoint(tmp_path, 75, {}, {})
  points = learning._saved_points(tmp_path, {"seed": 0})
  assert points["step"] == points["solver_gap"] == [25, 50]
  names = [path.stem for path in runs.list_checkpoints(tmp_path)]
  assert names == ["step_000000025", "step_000000050"]


def test_points_without_a_checkpoint_begin_again(tmp_path):
  save(tmp_path, [25], {"seed": 0})
  (only,) = runs.list_checkpoints(tmp_path)
  only.unlink()
  assert learning._saved_points(tmp_path, {"seed": 0})["step"] == []
  assert learning._saved_points(None, {"seed": 0})["step"] == []


def test_points_of_another_curve_are_refused(tmp_path):
  save(tmp_path, [25], {"seed": 0})
  with pytest.raises(ValueError, match=r"seed=1.*written with 0"):
    learning._saved_points(tmp_path, {"seed": 1})


def test_errors_are_over_seeds():
  assert tables.estimate([0.5]) == tables.Estimate(0.5)
  mean, error = tables.estimate([1.0, 2.0, 3.0])
  assert mean == 2
  assert error == pytest.approx(1 / 3**0.5)  # sample deviation 1


@pytest.fixture
def learned():
  """Curves by hand, one of a single seed."""
  gaps = np.array([[0.4, 0.2], [0.2, 0.1]])
  one, other = (
    tiny_curve()._replace(name=name) for name in ("first", "second")
  )
  steps = np.array([25, 50])
  return {"a": {"A": one}, "b": {"B": other}}, {
    "first": curves.Learned(steps, gaps, 0.5, 2 * gaps, 1.0),
    "second": curves.Learned(steps, gaps[:1], 0.6, gaps[:1], 0.5),
  }


def test_table_of_curves(learned):
  table = sweeps.table("name", "title", *learned)
  first, second = (
    dict(zip(table.columns, row, strict=True)) for row in table.rows
  )
  assert (first["panel"], first["curve"], first["solved"]) == ("a", "A", 1)
  assert first["zero duals"].mean == 0.5
  assert first["step 50"].mean == pytest.approx(0.15)
  assert first["step 50"].error == pytest.approx(0.05)
  assert first["gap"].mean == pytest.approx(0.3)
  assert second["step 25"] == tables.Estimate(0.4)


def test_picture_of_curves(learned, tmp_path):
  curve_plots.save_panels(tmp_path / "curves.png", *learned, "caption")
  assert_picture(tmp_path / "curves.png")


@pytest.mark.reference
def test_a_curve_is_learned_once_and_goes_on(tmp_path, monkeypatch):
  """Optax multiplies floats by integers, so promotion is standard here."""
  import jax

  curve = tiny_curve()
  with jax.numpy_dtype_promotion("standard"):
    (whole,) = learning.learn([curve, curve], EFFORT, tmp_path / "w").values()
    assert whole.steps.tolist() == [25, 50]
    assert whole.solver_gap.shape == (2, 2)
    assert np.abs(whole.solver_gap[0] - whole.solver_gap[1]).max() > 1e-6
    assert 0 < whole.trivial_gap < 1
    folder = tmp_path / "w" / curve.name / "0"
    runs.list_checkpoints(folder)[-1].unlink()
    arrays, values = runs.read_tensors(folder / learning.POINTS)
    runs.write_tensors(
      folder / learning.POINTS,
      {name: array[:1] for name, array in arrays.items()},
      values,
    )
    again = learning.learn([curve], EFFORT, tmp_path / "w")[curve.name]
    np.testing.assert_allclose(again.solver_gap, whole.solver_gap, rtol=1e-6)
    other = dataclasses.replace(EFFORT, games=3)
    with pytest.raises(ValueError, match="games=3"):
      learning.learn([curve], other, tmp_path / "w")

    def fail(*args, **kwargs):
      raise AssertionError("trained again")

    monkeypatch.setattr(nes, "train", fail)
    kept = learning.learn([curve], EFFORT, tmp_path / "w")[curve.name]
    np.testing.assert_array_equal(kept.solver_gap, again.solver_gap)
