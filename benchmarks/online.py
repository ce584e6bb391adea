# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""A network that is fine-tuned inside JPSRO and PSRO, beside others.

  python -m benchmarks.online --parts=jpsro --parts=psro_exact

The exact solver; the shipped network as it is; the same with --steps of the
dual loss on each meta-game before it is answered, an entry each; and an
untrained one with --scratch_steps.

jpsro: three-player Kuhn poker, gap summed over players against the train joint.
psro_exact, psro_sampled: Kuhn poker, exploitability of the aggregated policy;
the meta-game holds expectations, or means of --sims_per_entry episodes. Over
several seeds a value is the worst of them. Seconds are the mean over seeds of a
run, less XLA's compilation, whose seconds stand beside; functions that an
earlier run has compiled are kept.
"""

import pathlib
from collections.abc import Callable, Sequence

import numpy as np
from absl import app, flags

from benchmarks import report, run_pictures
from benchmarks.openspiel_runs import Run, run_jpsro, run_psro
from nes_spiel import meta_solvers, nes
from nes_spiel.examples import command_line

EXACT, PRETRAINED = "exact", "pretrained"
# The first iteration that counts for the worst.
SETTLED = 10
COLUMNS = (
  "network",
  "last",
  f"worst from {SETTLED} on",
  "seconds",
  "compilation",
)

PARTS = ("jpsro", "psro_exact", "psro_sampled")
_PARTS = flags.DEFINE_multi_enum(
  "parts", list(PARTS), PARTS, "What runs, once for each."
)
_STEPS = flags.DEFINE_list("steps", ["10", "100"], "Of fine-tuning.")
_RATE = flags.DEFINE_float("learning_rate", 3e-4, "Of fine-tuning.")
_MEMORY = flags.DEFINE_integer(
  "memory", 1, "Meta-games in each step.", lower_bound=1
)
_SCRATCH_STEPS = flags.DEFINE_list(
  "scratch_steps", ["100"], "Of training from scratch, for each meta-game."
)
_SCRATCH_RATE = flags.DEFINE_float(
  "scratch_learning_rate", 1e-3, "Of training from scratch."
)
_ITERATIONS = flags.DEFINE_integer("iterations", 15, "Of JPSRO.", 1)
_PSRO_ITERATIONS = flags.DEFINE_integer("psro_iterations", 20, "Of PSRO.", 1)
_SEED = flags.DEFINE_integer("seed", 1, "The first.")
_SEEDS = flags.DEFINE_integer(
  "psro_seeds", 1, "How many, of PSRO with sampled payoffs.", lower_bound=1
)
_SIMS = flags.DEFINE_integer(
  "sims_per_entry", 1000, "Episodes per entry.", lower_bound=1
)


def untrained(players: int) -> nes.Model:
  """Returns the recipe's network for CCE before its first step."""
  return nes.untrained_model(*nes.RECIPES[f"cce_{players}p"])


def online(
  name: str, steps: str, rate: float, first: Callable[[int], nes.Model] | None
) -> meta_solvers.OnlineMetaSolver:
  """Returns a solver that learns by so many steps from each meta-game."""
  tuning = nes.FineTuning(int(steps), rate)
  return meta_solvers.OnlineMetaSolver(
    name, "cce", tuning, _MEMORY.value, first
  )


def register() -> dict[str, str]:
  """Registers what runs; returns names in OpenSpiel's tables by ours."""
  names = {EXACT: "mecce", PRETRAINED: "nes_mecce"}
  own = []
  for steps in _STEPS.value:
    names[f"fine-tuned, {steps} steps"] = f"tuned_{steps}"
    own.append(online(f"tuned_{steps}", steps, _RATE.value, None))
  for steps in _SCRATCH_STEPS.value:
    names[f"from scratch, {steps} steps"] = f"scratch_{steps}"
    rate = _SCRATCH_RATE.value
    own.append(online(f"scratch_{steps}", steps, rate, untrained))
  meta_solvers.register(*own)
  return names


def run(part: str, name: str) -> list[Run]:
  """Runs one solver in one part, for each of its seeds."""
  first = _SEED.value
  if part == "jpsro":
    return [run_jpsro(name, first, _ITERATIONS.value, clear=False)]
  episodes, seeds = (
    (0, 1) if part == "psro_exact" else (_SIMS.value, _SEEDS.value)
  )
  return [
    run_psro(name, seed, _PSRO_ITERATIONS.value, episodes)
    for seed in range(first, first + seeds)
  ]


def summary(name: str, runs: Sequence[Run]) -> tuple[object, ...]:
  """Returns a solver's row."""
  values = worst(runs)
  return (
    name,
    values[-1],
    max(values[SETTLED:], default=None),
    float(np.mean([one.seconds - one.compile_seconds for one in runs])),
    float(np.sum([one.compile_seconds for one in runs])),
  )


def worst(runs: Sequence[Run]) -> list[float]:
  """Returns the worst of all seeds by iteration."""
  return np.max([one.values for one in runs], axis=0).tolist()


def benchmark(part: str, names: dict[str, str]) -> dict[str, list[Run]]:
  """Runs all solvers in one part, and prints the tables."""
  runs = {ours: run(part, name) for ours, name in names.items()}
  columns = [worst(of_solver) for of_solver in runs.values()]
  report.show(
    f"online_{part}_values",
    f"{part}: by iteration",
    ("iteration", *runs),
    [(k, *row) for k, row in enumerate(zip(*columns, strict=True))],
  )
  report.show(
    f"online_{part}",
    part,
    COLUMNS,
    [summary(name, of_solver) for name, of_solver in runs.items()],
  )
  return runs


def panel(part: str, runs: dict[str, list[Run]]) -> run_pictures.Panel:
  """Returns what every solver came to in one part by iteration."""
  what = "Gap" if part == "jpsro" else "Exploitability"
  curves = {name: worst(of_solver) for name, of_solver in runs.items()}
  return run_pictures.Panel(part.replace("_", ", "), what, curves)


def run_all() -> None:
  """Measures, prints and draws."""
  names = register()
  report.show_setting(
    seeds=f"{_SEED.value}; {_SEEDS.value} of PSRO with sampled payoffs",
    learning_rates=f"{_RATE.value}, from scratch {_SCRATCH_RATE.value}",
    memory=_MEMORY.value,
  )
  parts = {part: benchmark(part, names) for part in _PARTS.value}
  folder = flags.FLAGS.output_dir
  if folder:
    panels = [panel(part, runs) for part, runs in parts.items()]
    run_pictures.save(pathlib.Path(folder) / "online.png", panels)


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
