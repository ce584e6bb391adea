# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A learning curve: a network trained, and measured as it learns.

A curve is of one architecture and one recipe, on games of one shape, and has
several seeds. Each seed's run keeps its checkpoints and its points in a folder
of its own, and goes on from there.
"""

import dataclasses
import json
import pathlib
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from tqdm import tqdm

from nes_spiel import equilibria, nes, runs
from nes_spiel.examples import held_out, tables
from nes_spiel.examples.reproduce import answers

POINTS = "points.safetensors"
MEASURED = ("solver_gap", "trivial_gap", "equilibrium_gap", "solved")


class Curve(NamedTuple):
  """What is learned.

  Attributes:
    name: of its folder; curves of one name are one.
    config: the architecture.
    recipe: how it is trained; its steps, batches and games are `Effort`'s.
    row: of Table 3, by which it is measured.
    size: strategies of every player.
  """

  name: str
  config: nes.Config
  recipe: nes.Recipe
  row: str
  size: int


@dataclasses.dataclass(frozen=True)
class Effort:
  """How much is spent on every curve.

  Attributes:
    steps: of the optimiser.
    seeds: of parameters and training games, from 0.
    batch: games in a step.
    points: how many times a curve is measured, its end included.
    games: by which it is measured.
    game_seed: of these.
  """

  steps: int
  seeds: int
  batch: int
  points: int
  games: int
  game_seed: int = 0

  @property
  def every(self) -> int:
    """Steps between two measurements, before they are rounded to chunks."""
    return max(1, self.steps // self.points)


class Learned(NamedTuple):
  """The points of a curve.

  Attributes:
    steps: `[k]`, at which it was measured.
    solver_gap: `[s, k]`, mean over games by seed and step.
    trivial_gap: that of zero duals on the same games.
    equilibrium_gap: `[s, k]`, the (C)CE gap against epsilon 0.
    solved: the share of games that the exact solver solved.
  """

  steps: Int[np.ndarray, " k"]
  solver_gap: Float[np.ndarray, "s k"]
  trivial_gap: float
  equilibrium_gap: Float[np.ndarray, "s k"]
  solved: float


def single_size(
  row: str,
  concept: equilibria.Concept,
  players: int,
  size: int,
  **options: Any,
) -> Curve:
  """Returns the curve of the shipped architecture for one row and shape.

  All rows have the same inputs, as in the paper.

  Args:
    row: of Table 3.
    concept: "ce" or "cce".
    players: of the games.
    size: strategies of every player.
    **options: of `nes.Config`, otherwise than the shipped networks'.
  """
  options = {"corrections": 2} | options
  shape = held_out.shape_name([size] * players)
  return Curve(
    f"{concept}_{row}_{shape}",
    nes.Config(concept, players, **options),
    cube_recipe(row, size),
    row,
    size,
  )


def cube_recipe(row: str, size: int, **options: Any) -> nes.Recipe:
  """Returns the recipe of games of one size, as the paper's networks have.

  Args:
    row: of Table 3.
    size: strategies of every player.
    **options: of `nes.Recipe`.
  """
  bucket = nes.Bucket(size, size, 1, 1.0)
  return nes.Recipe((bucket,), (row,), zero_sum=0.0, cubes=1.0, **options)


def learn(
  curves: Iterable[Curve],
  effort: Effort,
  folder: pathlib.Path | None = None,
) -> dict[str, Learned]:
  """Trains every curve with every seed, and returns their points by name.

  Args:
    curves: those of one name are trained once.
    effort: what is spent on each.
    folder: for a folder of each curve and seed; nothing is kept if None. What
      is there already is not done again.

  Raises:
    ValueError: a folder that holds curves of another effort.
  """
  different = {curve.name: curve for curve in curves}
  return {
    name: _over_seeds(
      [
        _learn_seed(curve, effort, seed, folder and folder / name / str(seed))
        for seed in range(effort.seeds)
      ]
    )
    for name, curve in tqdm(different.items(), "curves")
  }


def _over_seeds(found: list[dict[str, np.ndarray]]) -> Learned:
  """Returns the points of all seeds together."""
  stacked = {name: np.stack([run[name] for run in found]) for name in MEASURED}
  return Learned(
    found[0]["step"],
    stacked["solver_gap"],
    float(stacked["trivial_gap"][0, 0]),
    stacked["equilibrium_gap"],
    float(stacked["solved"][0, 0]),
  )


def _learn_seed(
  curve: Curve, effort: Effort, seed: int, folder: pathlib.Path | None
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
  )
  return _arrays(points)


def run_identity(
  curve: Curve, recipe: nes.Recipe, effort: Effort, seed: int
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


def over_seeds(values: Float[np.ndarray, " s"]) -> tables.Estimate:
  """Returns the mean over seeds, with a standard error if there are several."""
  if len(values) == 1:
    return tables.Estimate(float(values[0]))
  error = values.std(ddof=1) / np.sqrt(len(values))
  return tables.Estimate(float(values.mean()), float(error))
