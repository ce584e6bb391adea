# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Games per second of a Neural Equilibrium Solver, beside the exact solver.

  python -m benchmarks.nes_throughput --recipe=cce_2p --shapes=4x4,8x8

Inference is `solve_batch` with the shipped network, gaps and certificate
included, and the network alone, from payoffs to joints, in float32 and with
variables and games cast to bfloat16. The exact solver, and Newton steps from
the network's answer to the same residual, are `solve_batch` on the same games.
Training is a step of the recipe, sampling included. All take turns, so that a
ratio compares neighbours in time; compilation is not counted.

FLOPs and bytes are XLA's count for what it compiled, per game; it counts a loop
once, so that the exact solver, which loops, has none. Total variation (TV) is
to the exact solution. On a CPU bfloat16 gains nothing: it moves a tenth fewer
bytes and is not faster, which is why the package has no such option.
"""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from absl import app, flags

import nes_spiel
from benchmarks import report
from nes_spiel import nes
from nes_spiel.equilibria import dual, solver_gap
from nes_spiel.equilibria.problem import standardized_problem
from nes_spiel.examples import command_line
from nes_spiel.examples.shapes import parse_shape
from nes_spiel.games import precision
from nes_spiel.nes import training

_RECIPE = flags.DEFINE_enum(
  "recipe", "cce_2p", sorted(nes.RECIPES), "The network."
)
_SHAPES = flags.DEFINE_list("shapes", ["4x4", "8x8"], "Strategies per player.")
_PART = flags.DEFINE_enum(
  "part", "all", ["inference", "training", "all"], "What runs."
)
_GAMES = flags.DEFINE_integer("games", 512, "Games per call.", lower_bound=1)
_REPEATS = flags.DEFINE_integer("repeats", 5, "Of all measurements.", 1)
COLUMNS = (
  "shape",
  "what",
  *report.spread_names("us/game"),
  "games/s",
  *report.spread_names("ratio"),
)
COST_COLUMNS = ("MFLOP/game", "MB/game")
PRECISIONS = {
  "network alone": jnp.float32,
  "network alone, bfloat16": jnp.bfloat16,
}


def network_alone(model: nes.Model, games: Any, dtype: Any) -> Any:
  """Returns the network compiled for a batch, from payoffs to joints.

  Args:
    model: the network.
    games: `[b, n, *a]`.
    dtype: of variables and channels; the problem is stated in float32.
  """
  selection = nes_spiel.MaximumEntropy()
  variables = precision.cast_real(model.variables, dtype)

  def joint(game: Any) -> Any:
    concept = model.network.config.concept
    problem, _ = standardized_problem(game, selection, concept)
    arguments = precision.cast_real((game, selection, problem), dtype)
    duals, _ = model.network.apply_problem(variables, *arguments)
    return dual.primal_joint(problem, duals.astype(jnp.float32))

  return jax.jit(jax.vmap(joint)).lower(games).compile()


def cost(compiled: Any, games: int) -> tuple[float, float]:
  """Returns XLA's count of millions of FLOPs and of bytes, per game."""
  found = compiled.cost_analysis()
  return tuple(1e-6 * found[x] / games for x in ("flops", "bytes accessed"))


def inference_work(
  model: nes.Model, games: Any, alone: dict[str, Any]
) -> dict[str, Callable[[], Any]]:
  """Returns what is timed on games of one shape, as functions to joints.

  Args:
    model: the network.
    games: `[b, n, *a]`.
    alone: compiled networks by name.
  """
  concept = model.network.config.concept
  payoffs = np.asarray(games, np.float64)

  def solve(method: str) -> Any:
    chosen = None if method == "exact" else model
    return nes_spiel.solve_batch(
      payoffs, concept, method=method, model=chosen
    ).joint

  methods = ("exact", "nes+exact", "nes")
  ours = {method: functools.partial(solve, method) for method in methods}
  return ours | {
    name: functools.partial(compiled, games) for name, compiled in alone.items()
  }


def training_work() -> dict[str, tuple[int, Any, Callable[[], Any]]]:
  """Returns by bucket its games, one compiled step, and the call to time."""
  config, recipe = nes.RECIPES[_RECIPE.value]
  network, key = nes.Network(config), jax.random.key(0)
  state = training.initial_state(network, recipe, key)
  step = jax.jit(training.take_steps, static_argnums=(0, 1, 2, 3))
  work = {}
  for bucket in recipe.buckets:
    lowered = step.lower(network, recipe, bucket, 1, state, key)
    compiled = lowered.compile()
    work[f"up to {bucket.size}"] = (
      bucket.batch,
      compiled,
      lambda compiled=compiled: compiled(state, key)[1],
    )
  return work


def benchmark_inference() -> None:
  """Measures and prints games per second of all that answers."""
  model = nes.load_pretrained(_RECIPE.value)
  rows: list[Any] = []
  for name in _SHAPES.value:
    shape = parse_shape(name, "--shapes")
    games = nes_spiel.games.sample_invariant(
      jax.random.key(0), _GAMES.value, shape
    )
    alone = {
      what: network_alone(model, games, dtype)
      for what, dtype in PRECISIONS.items()
    }
    rows += _inference_rows(name, inference_work(model, games, alone), alone)
  columns = (*COLUMNS, *COST_COLUMNS, "TV mean")
  report.show("nes_inference", "Inference", columns, rows)


def _inference_rows(
  shape: str, work: dict[str, Callable[[], Any]], alone: dict[str, Any]
) -> list[tuple[Any, ...]]:
  """Returns the rows of one shape: times, costs and distances."""
  joints = {what: np.asarray(call()) for what, call in work.items()}  # compiles
  times = [
    {what: report.seconds(call) for what, call in work.items()}
    for _ in range(_REPEATS.value)
  ]
  rows = []
  for what in work:
    spent = [1e6 * turn[what] / _GAMES.value for turn in times]
    ratios = report.spread([turn["exact"] / turn[what] for turn in times])
    rate = 1e6 / float(np.median(spent))
    costs = cost(alone[what], _GAMES.value) if what in alone else (None, None)
    pairs = zip(joints[what], joints["exact"], strict=True)
    distance = float(np.mean([solver_gap(x, y) for x, y in pairs]))
    times_of = (*report.spread(spent), rate, *ratios)
    rows.append((shape, what, *times_of, *costs, distance))
  return rows


def benchmark_training() -> None:
  """Measures and prints games per second of a step of each bucket."""
  rows = []
  for name, (count, compiled, step) in training_work().items():
    step()
    spent = [1e6 * report.seconds(step) / count for _ in range(_REPEATS.value)]
    rate = 1e6 / float(np.median(spent))
    rows.append((name, *report.spread(spent), rate, *cost(compiled, count)))
  times = (*report.spread_names("us/game"), "games/s")
  columns = ("strategies", *times, *COST_COLUMNS)
  report.show("nes_training", "Training", columns, rows)


def run_all() -> None:
  """Measures and prints."""
  report.show_setting(
    recipe=_RECIPE.value, games=_GAMES.value, repeats=_REPEATS.value
  )
  if _PART.value != "training":
    benchmark_inference()
  if _PART.value != "inference":
    benchmark_training()


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
