# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""One shape's games for CVXPY: compiled once, rebuilt, or in processes."""

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import numpy as np

import nes_spiel
from benchmarks import cvxpy_games, report
from benchmarks.processes import Worker
from nes_spiel.equilibria import cvxpy_reference, problem
from nes_spiel.examples.shapes import shape_name


class Work(NamedTuple):
  """The games of one shape, as both sides take them.

  Attributes:
    concept: "ce" or "cce".
    shape: `(a_1, ..., a_n)`.
    payoffs: `[b, n, *a]`.
    first: the standardised problem of the first game.
    gains: `[b, row, joint]`, CVXPY's parameter, one per game. The others are
      the same in all games of a shape.
  """

  concept: str
  shape: tuple[int, ...]
  payoffs: np.ndarray
  first: problem.Problem
  gains: np.ndarray

  @property
  def label(self) -> tuple[str, str]:
    """Returns concept and shape as printed."""
    return self.concept, shape_name(self.shape)


class Answers(NamedTuple):
  """What CVXPY said: one word, and one joint `[*a]`, NaN if none, per game."""

  status: list[str]
  joints: list[np.ndarray]


def make_work(
  concept: str, shape: tuple[int, ...], games: int, seed: int
) -> Work:
  """Samples games and writes down CVXPY's parameters for each of them."""
  with jax.enable_x64(True):
    payoffs = nes_spiel.games.sample_invariant(
      jax.random.key(seed), games, shape
    )
    stated = jax.device_get(
      jax.vmap(lambda game: cvxpy_games.state(game, concept))(payoffs)
    )
    reference = cvxpy_reference.CvxpyReference(shape, concept)
    rows = []
    for index in range(games):
      one = jax.tree.map(lambda leaf, i=index: leaf[i], stated)
      reference.set_game(one)
      rows.append(reference.gains.value)
    first = jax.tree.map(lambda leaf: leaf[0], stated)
  return Work(concept, shape, np.asarray(payoffs), first, np.stack(rows))


class CompiledOnce:
  """CVXPY's problem, compiled at construction, solved for game after game."""

  def __init__(self, work: Work):
    self.work = work
    self.reference = cvxpy_games.build(work.first)
    self.compile_seconds = report.seconds(self.reference.run)

  def solve(self, **options: Any) -> Answers:
    """Solves all games."""
    return self.solve_games(self.work.gains, **options)

  def solve_games(self, gains: np.ndarray, **options: Any) -> Answers:
    """Solves the games with these gains; options are Clarabel's."""
    answers = Answers([], [])
    for parameter in gains:
      self.reference.gains.value = parameter
      status = self.reference.run(**options)
      answers.status.append(status)
      answers.joints.append(cvxpy_games.joint_of(self.reference, status))
    return answers


def rebuilt_seconds(work: Work, count: int) -> float:
  """Returns what CVXPY takes for the first games, compiling each anew."""
  total = 0.0
  for parameter in work.gains[:count]:
    reference = cvxpy_games.build(work.first, parameter)
    # Parameters become constants: the cheaper way if used once.
    total += report.seconds(lambda r=reference: r.run(ignore_dpp=True))
  return total


class Workers:
  """One process per core, each with a compiled problem and its share."""

  def __init__(self, work: Work, count: int):
    self.workers = [
      Worker(make_share, work._replace(gains=share, payoffs=None))
      for share in np.array_split(work.gains, count)
    ]
    self._gather()

  def solve(self) -> None:
    """Lets every process solve its share; returns when all are done."""
    for worker in self.workers:
      worker.send()
    self._gather()

  def close(self) -> None:
    """Ends the processes."""
    for worker in self.workers:
      worker.close()

  def _gather(self) -> None:
    """Waits for all."""
    for worker in self.workers:
      worker.receive()


def make_share(work: Work) -> Callable[[], None]:
  """Returns what a process of `Workers` does: it has compiled, then solves."""
  compiled = CompiledOnce(work)

  def solve() -> None:
    compiled.solve()  # its answers stay in the process

  return solve


@contextlib.contextmanager
def workers(work: Work, count: int | None) -> Iterator[Workers]:
  """Starts processes, one per core if None; ends them whatever happens."""
  pool = Workers(work, count or os.cpu_count() or 1)
  try:
    yield pool
  finally:
    pool.close()
