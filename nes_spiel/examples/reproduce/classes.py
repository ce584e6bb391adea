# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Figure 4: worst, mean and best by class of games, for CCE and CE.

The networks were trained on L2 games, and games less their mean over players;
every other class is new to them. GAMUT's classes are D1 to D22 of Table 4.
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float
from tqdm import tqdm

from nes_spiel import equilibria, games, nes
from nes_spiel.examples import tables
from nes_spiel.examples.reproduce import answers
from nes_spiel.games import gamut

GAMES = 512  # per class, as the paper's
SHAPE = (8, 8)
MODELS = ("cce_2p", "ce_2p")
NORMS = {"L1": 1, "L2": 2, "Linf": float("inf")}
CLASSES = (*NORMS, *gamut.NAMES)
COLUMNS = (
  "class",
  "concept",
  "games",
  "unsolved",
  "solver gap best",
  "solver gap mean",
  "solver gap worst",
  "solver gap uniform",
  "gap best",
  "gap mean",
  "gap worst",
  "gap exact",
  "gap uniform",
)
CVXPY_COLUMNS = ("CVXPY failed", "CVXPY s/game")
NOTES = (
  "Means with standard errors in parentheses. Solver gaps are total variation "
  "to the exact maximum-entropy answer; gaps are (C)CE gaps on standardised "
  "payoffs against epsilon 0, for CE of the best pair of strategies; all over "
  "the games that were solved. Zero duals give the uniform joint, a baseline.",
  "The paper draws this figure and prints no numbers of it; its text says "
  "solver gaps around 1e-2 for most classes.",
)


class Cvxpy(NamedTuple):
  """How the iterative solver fared.

  Attributes:
    failed: the share of games that it did not call optimal.
    seconds: per game, the statement of the problem not counted.
  """

  failed: float
  seconds: float


class ClassResult(NamedTuple):
  """One class and concept.

  Attributes:
    name: one of `CLASSES`.
    concept: "ce" or "cce".
    found: measurements per game.
    cvxpy: None if it was not asked for.
  """

  name: str
  concept: equilibria.Concept
  found: answers.Answers
  cvxpy: Cvxpy | None


def sample(name: str, count: int, seed: int) -> Float[np.ndarray, "b n *a"]:
  """Samples standardised games of a class."""
  key = jax.random.fold_in(answers.key(seed), CLASSES.index(name))
  drawn: Array
  if name in NORMS:
    drawn = games.sample_invariant(key, count, SHAPE, NORMS[name])
  else:
    drawn = gamut.sample(name, key, count, SHAPE)
  return answers.standardized(drawn)


def measure_classes(
  count: int,
  seed: int,
  cvxpy_games: int = 0,
  classes: Sequence[str] = CLASSES,
) -> list[ClassResult]:
  """Measures both networks on games of every class.

  Args:
    count: games per class.
    seed: of the games.
    cvxpy_games: how many of them CVXPY solves too.
    classes: of `CLASSES`.
  """
  return list(
    tqdm(
      _measure(count, seed, cvxpy_games, classes),
      "classes",
      total=len(classes) * len(MODELS),
    )
  )


def _measure(
  count: int, seed: int, cvxpy_games: int, classes: Sequence[str]
) -> Iterator[ClassResult]:
  """Yields the results of every class and network."""
  models = [nes.load_pretrained(name) for name in MODELS]
  solvers = [CvxpyTimer(model) if cvxpy_games else None for model in models]
  for name in classes:
    payoffs = sample(name, count, seed)
    for model, solver in zip(models, solvers, strict=True):
      yield ClassResult(
        name,
        model.network.config.concept,
        answers.measure(payoffs, model),
        solver.measure(payoffs[:cvxpy_games]) if solver else None,
      )


class CvxpyTimer:
  """CVXPY, its problem compiled once, for one concept."""

  def __init__(self, model: nes.Model):
    """States the problem that a network answers."""
    from nes_spiel.equilibria import cvxpy_reference

    self.concept = model.network.config.concept
    self.reference = cvxpy_reference.CvxpyReference(SHAPE, self.concept)
    first = sample("L2", 1, 0)
    self.measure(first)  # CVXPY compiles

  def measure(self, payoffs: Float[np.ndarray, "b n *a"]) -> Cvxpy:
    """Solves games one after the other."""
    failed, spent = 0, 0.0
    selection = equilibria.MaximumEntropy()
    for game in payoffs:
      with jax.enable_x64(True):
        problem, _ = equilibria.standardized_problem(
          jax.numpy.asarray(game), selection, self.concept
        )
      self.reference.set_game(problem)
      started = time.perf_counter()
      failed += self.reference.solve().status != "optimal"
      spent += time.perf_counter() - started
    return Cvxpy(failed / len(payoffs), spent / len(payoffs))


def table(results: Sequence[ClassResult]) -> tables.Table:
  """Returns the numbers that Figure 4 draws."""
  columns: tuple[str, ...] = COLUMNS
  if results[0].cvxpy is not None:
    columns = (*columns, *CVXPY_COLUMNS)
  title = f"Figure 4, classes of {SHAPE[0]}x{SHAPE[1]} games: "
  title += " and ".join(MODELS)
  rows = [_row(result) for result in results]
  return tables.Table("figure4", title, columns, rows, NOTES)


def _row(result: ClassResult) -> tuple[Any, ...]:
  """Returns the row of one class and concept."""
  found = result.found
  solved = found.solved
  return (
    result.name,
    result.concept,
    len(solved),
    int(np.sum(~solved)),
    *_range(found.network_distance[solved]),
    tables.estimate(found.uniform_distance[solved]),
    *_range(found.network_gap[solved]),
    tables.estimate(found.exact_gap[solved]),
    tables.estimate(found.uniform_gap[solved]),
    *(result.cvxpy or ()),
  )


def _range(values: Float[np.ndarray, " b"]) -> tuple[Any, Any, Any]:
  """Returns best, mean and worst, None where there are none."""
  if not values.size:
    return None, None, None
  return float(values.min()), tables.estimate(values), float(values.max())
