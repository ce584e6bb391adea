# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Our network's layers and the NfgTransformer's, trained alike.

  python -m benchmarks.rival --steps=400 --seeds=2 --output_dir=out/rival

Both minimise the dual loss of maximum-entropy CCE, with the same rates, on the
same games, half of them square. A transformer is trained for as many steps as
ours, and once more for as long, with a cosine of its own. All times are the
process' on all cores, so that other work on the machine does not count, without
compilation; inference is from payoffs to duals in float32, the least of some
repeats. Networks are kept in --output_dir and not trained again.
"""

import functools
import pathlib
import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from absl import app, flags

import nes_spiel
from benchmarks import report
from nes_spiel import nes
from nes_spiel.examples import command_line, held_out
from nes_spiel.examples.shapes import shape_name
from nes_spiel.nes import train_loop, training

_SIZES = flags.DEFINE_list("sizes", ["8", "4-8"], "Strategies in training.")
_STEPS = flags.DEFINE_integer("steps", 400, "Of the first network.", 1)
_BATCH = flags.DEFINE_integer("batch", 64, "Games in a step.", 1)
_RATE = flags.DEFINE_float("learning_rate", 3e-3, "Adam's, at its highest.")
_SEEDS = flags.DEFINE_integer("seeds", 2, "Of each training: 0 up to this.", 1)
_GAMES = flags.DEFINE_integer("games", 512, "Held-out games.", 2)
_REPEATS = flags.DEFINE_integer("repeats", 5, "Of timings.", 1)


def _transformer(width: int, **options: Any) -> dict[str, Any]:
  """Returns the options of two blocks."""
  wide = {"payoff_channels": (width, width), "middle_channels": width}
  return {"architecture": "transformer", **wide, **options}


# Beside ours stand transformers with about as many parameters, and, narrow,
# with about as long a step. As theirs they read the embeddings linearly.
CONFIGS = {
  name: nes.Config(inputs=("payoffs", "reference_logits"), **options)
  for name, options in {
    "pooling": {},
    "transformer": _transformer(32, dual_channels=()),
    "narrow transformer": _transformer(16, dual_channels=()),
    "corrected pooling": {"corrections": 2},
    "corrected transformer": _transformer(32, corrections=2),
  }.items()
}
_NETWORKS = flags.DEFINE_multi_enum(
  "network",
  ["pooling", "transformer", "narrow transformer"],
  list(CONFIGS),
  "What is trained; the first sets the time.",
)
COLUMNS = (
  "strategies",
  "network",
  "parameters",
  "as long as",
  "steps",
  "seconds",
  "held out",
  *report.spread_names("distance"),
  "gap",
  "us/game",
)


def recipe_of(sizes: str, steps: int) -> nes.Recipe:
  """Returns the recipe for games of sizes such as "8" or "4-8"."""
  sides = [int(size) for size in sizes.split("-")]
  bucket = nes.Bucket(sides[0], sides[-1], _BATCH.value, 1.0)
  return nes.Recipe((bucket,), ("ME",), 0.0, steps, learning_rate=_RATE.value)


def start(config: nes.Config, recipe: nes.Recipe, seed: int) -> Any:
  """Returns the first state, and a compiled function that takes a chunk."""
  network, key = nes.Network(config), jax.random.key(seed)
  begin = functools.partial(training.initial_state, network, recipe)
  state = jax.jit(begin)(key)
  steps = jax.jit(training.take_steps, static_argnums=(0, 1, 2, 3)).lower(
    network, recipe, recipe.buckets[0], train_loop.CHUNK, state, key
  )
  compiled = steps.compile()
  return state, lambda state: compiled(state, key)[0]


def process_seconds(work: Callable[[], Any]) -> float:
  """Returns the process' seconds for a call, its arrays ready."""
  before = time.process_time()
  jax.block_until_ready(work())
  return time.process_time() - before


def seconds_per_step(config: nes.Config, sizes: str) -> float:
  """Returns a step's seconds, the least of the first chunk's repeats."""
  state, take = start(config, recipe_of(sizes, _STEPS.value), 0)
  work = functools.partial(take, state)
  spent = [process_seconds(work) for _ in range(_REPEATS.value)]
  return min(spent) / train_loop.CHUNK


def train(
  config: nes.Config, sizes: str, steps: int, seed: int
) -> tuple[nes.Variables, float]:
  """Returns what a network has learned, and the seconds that it took."""
  state, take = start(config, recipe_of(sizes, steps), seed)
  before = time.process_time()
  for _ in range(0, steps, train_loop.CHUNK):
    state = take(state)
  variables = jax.block_until_ready(state).variables
  return variables, time.process_time() - before


def trained(name: str, sizes: str, budget: str, seed: int) -> nes.Model:
  """Returns a network from --output_dir, or trains it and puts it there.

  Args:
    name: of `CONFIGS`.
    sizes: of the games.
    budget: "steps" for --steps, "seconds" for what these take the first
      network.
    seed: of parameters and games.
  """
  config = CONFIGS[name]
  asked = [_STEPS.value, _BATCH.value, _RATE.value]
  path = None
  if flags.FLAGS.output_dir:
    file = f"{name}_{sizes}_{budget}_{seed}.safetensors"
    path = pathlib.Path(flags.FLAGS.output_dir, "networks", file)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
      return known(path, config, asked)
  steps = steps_of(name, sizes, budget)
  variables, seconds = train(config, sizes, steps, seed)
  facts = {"asked": asked, "steps": steps, "seconds": seconds}
  if path is not None:
    nes.save(path, config, variables, facts)
  return nes.Model(nes.Network(config), variables, facts)


def known(
  path: pathlib.Path, config: nes.Config, asked: list[float]
) -> nes.Model:
  """Reads a network; raises ValueError if it is another than was asked for."""
  model = nes.load(path)
  if model.facts["asked"] != asked or model.network.config != config:
    raise ValueError(
      f"{path}: expected {asked}, {config}; got {model.facts['asked']}, "
      f"{model.network.config}."
    )
  return model


@functools.cache
def steps_of(name: str, sizes: str, budget: str) -> int:
  """Returns a budget's steps, in whole chunks."""
  if budget == "steps":
    return _STEPS.value
  first = CONFIGS[_NETWORKS.value[0]]
  ratio = seconds_per_step(first, sizes) / seconds_per_step(
    CONFIGS[name], sizes
  )
  chunks = round(_STEPS.value * ratio / train_loop.CHUNK)
  return max(chunks, 1) * train_loop.CHUNK


def microseconds_per_game(models: list[nes.Model], games: Any) -> list[float]:
  """Returns the least of each network's times, taken in turns."""
  calls = [
    functools.partial(
      jax.jit(jax.vmap(model.network.apply, in_axes=(None, 0, None))),
      model.variables,
      games,
      nes_spiel.MaximumEntropy(),
    )
    for model in models
  ]
  for call in calls:
    jax.block_until_ready(call())
  spent = [[process_seconds(c) for c in calls] for _ in range(_REPEATS.value)]
  return [1e6 * least / len(games) for least in np.min(spent, axis=0)]


def rows_of(sizes: str) -> list[tuple[Any, ...]]:
  """Trains and measures every network and budget on games of some sizes."""
  first, *others = _NETWORKS.value
  runs = [(first, "steps")]
  runs += [(name, b) for name in others for b in ("steps", "seconds")]
  models = {
    run: [trained(run[0], sizes, run[1], k) for k in range(_SEEDS.value)]
    for run in runs
  }
  rows = []
  for side in dict.fromkeys(int(size) for size in sizes.split("-")):
    games = nes_spiel.games.sample_invariant(
      jax.random.key(held_out.EVALUATION_KEY), _GAMES.value, (side, side)
    )
    spent = microseconds_per_game([m for m, *_ in models.values()], games)
    for (run, seeds), time_taken in zip(models.items(), spent, strict=True):
      rows.append((sizes, *row_of(*run, seeds, games), time_taken))
  return rows


def row_of(
  name: str, budget: str, models: list[nes.Model], games: Any
) -> tuple[Any, ...]:
  """Returns what is known and measured of a network, over its seeds."""
  found = [
    nes.evaluate(*model[:2], games, nes_spiel.MaximumEntropy())
    for model in models
  ]
  variables, facts = models[0].variables, models[0].facts
  sizes = [leaf.size for leaf in jax.tree.leaves(variables.parameters)]
  return (
    name,
    sum(sizes),
    f"the first, in {budget}",
    facts["steps"],
    float(np.median([model.facts["seconds"] for model in models])),
    shape_name(games.shape[2:]),
    *report.spread([each.mean("solver_gap")[0] for each in found]),
    float(np.median([each.mean("equilibrium_gap")[0] for each in found])),
  )


def run_all() -> None:
  """Trains, measures and prints."""
  if _STEPS.value % train_loop.CHUNK:
    raise ValueError(
      f"--steps: expected a multiple of {train_loop.CHUNK}, got {_STEPS.value}."
    )
  names = ("steps", "batch", "learning_rate", "seeds", "games", "repeats")
  report.show_setting(**{name: flags.FLAGS[name].value for name in names})
  rows = [row for sizes in _SIZES.value for row in rows_of(sizes)]
  title = "Maximum-entropy CCE: total variation over seeds, gap"
  report.show("rival", title, COLUMNS, rows)


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
