# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Section 5's times: how long many games take in one call."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Float
from tqdm import tqdm

from nes_spiel import equilibria, games, nes, solvers
from nes_spiel.examples import setting, stopwatch, tables
from nes_spiel.examples.reproduce import answers

GAMES = 4096  # in one call, as the paper's
SHAPE = (8, 8)
MODEL = "cce_2p"
# Section 5 and Appendix D.5 of Marris et al. (2022), seconds: the network on
# 4096 games in one call, the iterative solver on one.
PAPER_NETWORK = (0.0025, 4096, "8 cores of TPU v2")
PAPER_ITERATIVE = (0.05, 1, "not said")
COLUMNS = (
  "what",
  "games",
  *stopwatch.spread_names("us/game"),
  "seconds a call",
  "ran on",
)
NOTES = (
  '"network alone" maps payoffs to duals and joint in float32, as the paper '
  'times it; "solve_batch" also measures gaps and certifies in float64. They '
  "take turns; compilation is not counted.",
)


def table(count: int, seed: int, repeats: int) -> tables.Table:
  """Times 8x8 maximum-entropy CCE.

  Args:
    count: games in a call.
    seed: of the games.
    repeats: of every call, after one that compiles.
  """
  sample = games.sample_invariant(answers.key(seed), count, SHAPE)
  work = calls(sample)
  for call in work.values():
    call()
  turns = [
    {what: stopwatch.seconds(call) for what, call in work.items()}
    for _ in tqdm(range(repeats), "repeats")
  ]
  place = setting.machine()
  rows = [
    _row(what, count, [turn[what] for turn in turns], place) for what in work
  ]
  papers = {
    "paper, network": PAPER_NETWORK,
    "paper, iterative solver": PAPER_ITERATIVE,
  }
  for what, (seconds, number, where) in papers.items():
    micros = 1e6 * seconds / number
    rows.append((what, number, None, micros, None, seconds, where))
  title = f"Time, {SHAPE[0]}x{SHAPE[1]} maximum-entropy CCE"
  return tables.Table("timing", title, COLUMNS, rows, NOTES)


def calls(
  sample: Float[Array, "b n *a"],
) -> dict[str, Callable[[], Any]]:
  """Returns what is timed."""
  model = nes.load_pretrained(MODEL)
  wide = np.asarray(sample, np.float64)
  concept = model.network.config.concept
  selection = equilibria.MaximumEntropy()

  def answer(game: Array) -> tuple[Array, Array]:
    problem, _ = equilibria.standardized_problem(game, selection, concept)
    duals, _ = model.network.apply_problem(
      model.variables, game, selection, problem
    )
    return duals, equilibria.primal_joint(problem, duals)

  alone = jax.jit(jax.vmap(answer))
  return {
    "network alone": lambda: alone(sample),
    "solve_batch, nes": lambda: (
      solvers.solve_batch(wide, concept, method="nes", model=model).joint
    ),
    "solve_batch, exact": lambda: (
      solvers.solve_batch(wide, concept, method="exact").joint
    ),
  }


def _row(
  what: str, count: int, spent: list[float], place: str
) -> tuple[Any, ...]:
  """Returns the row of one kind of call."""
  least, middle, most = stopwatch.spread(spent)
  micros = (1e6 * value / count for value in (least, middle, most))
  return what, count, *micros, middle, place
