# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Learning curves: networks trained, and measured as they learn.

Each seed's run keeps its checkpoints and its points in a folder of its own, and
goes on from there.
"""

import dataclasses
import json
import pathlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from tqdm import tqdm

from nes_spiel import nes, runs
from nes_spiel.examples import held_out
from nes_spiel.examples.reproduce import answers, curves

POINTS = "points.safetensors"
MEASURED = ("solver_gap", "trivial_gap", "equilibrium_gap", "solved")


def learn(
  wanted: Iterable[curves.Curve],
  effort: curves.Effort,
  folder: pathlib.Path | None = None,
) -> dict[str, curves.Learned]:
  """Trains every curve with every seed, and returns their points by name.

  Args:
    wanted: curves; those of one name are trained once.
    effort: what is spent on each.
    folder: for a folder of each curve and seed; nothing is kept if None. What
      is there already is not done again.

  Raises:
    ValueError: a folder that holds curves of another effort.
  """
  different = {curve.name: curve for curve in wanted}
  return {
    name: _over_seeds(
      [
        _learn_seed(curve, effort, seed, folder and folder / name / str(seed))
        for seed in range(effort.seeds)
      ]
    )
    for name, curve in tqdm(different.items(), "curves")
  }


def _over_seeds(found: list[dict[str, np.ndarray]]) -> curves.Learned:
  """Returns the points of all seeds together."""
  stacked = {name: np.stack([run[name] for run in found]) for name in MEASURED}
  return curves.Learned(
    found[0]["step"],
    stacked["solver_gap"],
    float(stacked["trivial_gap"][0, 0]),
    stacked["equilibrium_gap"],
    float(stacked["solved"][0, 0]),
  )


def _learn_seed(
  curve: curves.Curve,
  effort: curves.Effort,
  seed: int,
  folder: pathlib.Path | None,
) -> dict[str, np.ndarray]:
  """Trains one seed from where its folder stands, and returns its points."""
  (bucket,) = curve.recipe.buckets
  recipe = dataclasses.replace(
    curve.recipe,
    buckets=(bucket._replace(batch=effort.batch),),
    steps=effort.steps,
  )
  identity = run_identity(curve, recipe, effort, seed)
  points = _saved_points(folder, identity)
  if points["step"][-1:] == [effort.steps]:
    return _arrays(points)
  network = nes.Network(curve.config)
  shape = (curve.size,) * curve.config.players
  drawn = held_out.held_out_games(
    shape,
    effort.games,
    curve.row,
    curve.config.concept,
    answers.key(effort.game_seed),
  )

  def report(step: int, loss: float, variables: nes.Variables) -> None:
    found = held_out.evaluate(network, variables, *drawn)
    points["step"].append(step)
    for name in MEASURED:
      points[name].append(found.mean(name)[0])
    if folder is not None:
      runs.write_tensors(folder / POINTS, _arrays(points), identity)

  nes.train(
    curve.config,
    recipe,
    seed,
    folder,
    resume=bool(points["step"]),
    save_every=effort.every,
    report=report,
    refresh=False,
  )
  return _arrays(points)


def run_identity(
  curve: curves.Curve, recipe: nes.Recipe, effort: curves.Effort, seed: int
) -> dict[str, Any]:
  """Returns what must be the same for points to belong to a curve."""
  identity = {
    "config": curve.config.to_dict(),
    "recipe": dict(vars(recipe)),
    "row": curve.row,
    "seed": seed,
    "every": effort.every,
    "games": effort.games,
    "game_seed": effort.game_seed,
  }
  return json.loads(json.dumps(identity))  # as it comes back from a file


def _saved_points(
  folder: pathlib.Path | None, identity: dict[str, Any]
) -> dict[str, list[float]]:
  """Returns the points in a folder; there and then they end together.

  A checkpoint is written before it is measured. One that a process did not live
  to measure is removed, so that training goes on from the one before.

  Raises:
    ValueError: they are another curve's.
  """
  none: dict[str, list[float]] = {name: [] for name in ("step", *MEASURED)}
  if folder is None:
    return none
  points = none
  if (folder / POINTS).is_file():
    arrays, values = runs.read_tensors(folder / POINTS)
    runs.check_same_run(values, identity)
    points = {name: arrays[name].tolist() for name in none}
  for path in runs.list_checkpoints(folder):
    if int(path.stem.removeprefix("step_")) not in points["step"]:
      path.unlink()
  return points if runs.list_checkpoints(folder) else none


def _arrays(points: dict[str, list[float]]) -> dict[str, np.ndarray]:
  """Returns points as arrays, steps as integers."""
  kinds = dict.fromkeys(MEASURED, np.float64) | {"step": np.int64}
  return {name: np.asarray(x, kinds[name]) for name, x in points.items()}
