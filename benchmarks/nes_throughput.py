# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Games per second of a Neural Equilibrium Solver, beside the exact solver.

  python -m benchmarks.nes_throughput --recipe=cce_2p --shapes=4x4,8x8

Inference is `solve_batch` with the shipped network, gaps and certificate
included, and the network alone, from payoffs to duals in float32. The exact
solver, and Newton steps from the network's answer to the same residual, are
`solve_batch` on the same games. Training is a step of the recipe,
sampling included. All take turns, so that a ratio compares neighbours in time;
compilation is not counted.
"""

import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from absl import app, flags

import nes_spiel
from benchmarks import report
from nes_spiel import nes
from nes_spiel.nes import training

_RECIPE = flags.DEFINE_enum(
  "recipe", "cce_2p", sorted(nes.RECIPES), "The network."
)
_SHAPES = flags.DEFINE_list("shapes", ["4x4", "8x8"], "Strategies per player.")
_PART = flags.DEFINE_enum(
  "part", "all", ["inference", "training", "all"], "What runs."
)
_GAMES = flags.DEFINE_integer("games", 512, "Games per call.", lower_bound=1)
_REPEATS = flags.DEFINE_integer("repeats", 5, "Of all measurements.")
COLUMNS = (
  "shape",
  "what",
  *report.spread_names("us/game"),
  "games/s",
  *report.spread_names("ratio"),
)


def inference_work(shape: tuple[int, ...]) -> dict[str, Callable[[], Any]]:
  """Returns what is timed on games of one shape."""
  model = nes.load_pretrained(_RECIPE.value)
  concept = model.network.config.concept
  games = nes_spiel.games.sample_invariant(
    jax.random.key(0), _GAMES.value, shape
  )
  payoffs = np.asarray(games, np.float64)
  selection = nes_spiel.MaximumEntropy()
  duals = jax.jit(
    jax.vmap(
      lambda game: model.network.apply(model.variables, game, selection)[0]
    )
  )

  def solve(method: str) -> Any:
    chosen = None if method == "exact" else model
    return nes_spiel.solve_batch(
      payoffs, concept, method=method, model=chosen
    ).joint

  return {
    **{
      method: functools.partial(solve, method)
      for method in ("exact", "nes+exact", "nes")
    },
    "network alone": lambda: duals(games),
  }


def training_work() -> dict[str, tuple[int, Callable[[], Any]]]:
  """Returns one step per bucket of the recipe, and its number of games."""
  config, recipe = nes.RECIPES[_RECIPE.value]
  network, key = nes.Network(config), jax.random.key(0)
  state = training.initial_state(network, recipe, key)
  step = jax.jit(training.take_steps, static_argnums=(0, 1, 2, 3))
  return {
    f"up to {bucket.size}": (
      bucket.batch,
      lambda bucket=bucket: step(network, recipe, bucket, 1, state, key)[1],
    )
    for bucket in recipe.buckets
  }


def benchmark_inference() -> None:
  """Measures and prints games per second of all that answers."""
  rows = []
  for name in _SHAPES.value:
    work = inference_work(tuple(int(size) for size in name.split("x")))
    for call in work.values():
      call()
    times = [
      {what: report.seconds(call) for what, call in work.items()}
      for _ in range(_REPEATS.value)
    ]
    for what in work:
      spent = [1e6 * turn[what] / _GAMES.value for turn in times]
      ratios = report.spread([turn["exact"] / turn[what] for turn in times])
      rate = 1e6 / float(np.median(spent))
      rows.append((name, what, *report.spread(spent), rate, *ratios))
  report.show("nes_inference", "Inference", COLUMNS, rows)


def benchmark_training() -> None:
  """Measures and prints games per second of a step of each bucket."""
  rows = []
  for name, (count, step) in training_work().items():
    step()
    spent = [1e6 * report.seconds(step) / count for _ in range(_REPEATS.value)]
    rows.append((name, *report.spread(spent), 1e6 / float(np.median(spent))))
  columns = ("strategies", *report.spread_names("us/game"), "games/s")
  report.show("nes_training", "Training", columns, rows)


def main(_: list[str]) -> None:
  """Measures and prints."""
  report.show_setting(
    recipe=_RECIPE.value, games=_GAMES.value, repeats=_REPEATS.value
  )
  if _PART.value != "training":
    benchmark_inference()
  if _PART.value != "inference":
    benchmark_training()


if __name__ == "__main__":
  app.run(main)
