# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Designs payoffs, prices or wages, so that the equilibrium does better.

  python -m nes_spiel.examples.design_mechanism --task=tolls --most=20
  python -m nes_spiel.examples.design_mechanism --task=transfers \
    --game=chicken --most=2 --output_dir=out/chicken
  python -m nes_spiel.examples.design_mechanism --task=inverse \
    --observed=joint.npy

transfers: payments between players of --game, at most --most each, that add up
to zero. inverse: payoffs that explain a joint, that of --observed or one of a
hidden random game. tolls: of Braess's network, four drivers, at most --most
each. scheduling: of jobs on machines. contract: wages for efforts that nobody
sees.

Prints what is aimed at before and after, what is played, and the parameters;
--output_dir gets them as CSV and the aim along the way as a picture.
"""

import pathlib
from collections.abc import Callable, Mapping

import jax.numpy as jnp
import numpy as np
from absl import app, flags
from tqdm import tqdm

from nes_spiel import equilibria, mechanism_design, solvers
from nes_spiel.examples import command_line, curve_panels, named_games, tables

FLAGS = flags.FLAGS
LARGEST_SHOWN = 12  # joints of what is played

flags.DEFINE_string("game", "prisoners_dilemma", "Of transfers.")
flags.DEFINE_float(
  "most", None, "Of a transfer (payoff units, 3 if None), a toll (minutes, 50)."
)
flags.DEFINE_float("entropy_weight", 0.0, "Of transfers, beside welfare.")
flags.DEFINE_string("observed", None, "Of inverse: a .npy file of a joint.")
flags.DEFINE_integer("seed", 0, "Of what is random: hidden games and starts.")
flags.DEFINE_enum(
  "method", "exact", ["exact", "nes"], "By which equilibria are differentiated."
)
flags.DEFINE_integer("max_steps", 200, "With each rho.", lower_bound=1)
flags.DEFINE_string("output_dir", None, "Folder for table and picture.")


def transfers() -> mechanism_design.Task:
  """Returns the task of a game by its name."""
  payoffs = named_games.load_payoffs(FLAGS.game)
  most = 3.0 if FLAGS.most is None else FLAGS.most
  return mechanism_design.transfers(payoffs, most, FLAGS.entropy_weight)


def inverse() -> mechanism_design.Task:
  """Returns the task of a joint, that of a file or of a hidden game."""
  if FLAGS.observed:
    joint = named_games.load_array(FLAGS.observed, "--observed")
  else:
    hidden = np.random.default_rng(FLAGS.seed).uniform(-1, 1, (2, 3, 3))
    joint = solvers.solve(hidden, "ce").joint
  return mechanism_design.inverse_game(joint, FLAGS.seed)


def tolls() -> mechanism_design.Task:
  """Returns the task of Braess's network."""
  bounds = {} if FLAGS.most is None else {"most": FLAGS.most}
  return mechanism_design.tolls(**bounds)


TASKS: Mapping[str, Callable[[], mechanism_design.Task]] = {
  "transfers": transfers,
  "inverse": inverse,
  "tolls": tolls,
  "scheduling": lambda: mechanism_design.scheduling(seed=FLAGS.seed),
  "contract": mechanism_design.contract,
}
# Flags that not every task has.
OWNERS = {
  "game": ["transfers"],
  "most": ["transfers", "tolls"],
  "entropy_weight": ["transfers"],
  "observed": ["inverse"],
  "seed": ["inverse", "scheduling"],
}
# Where nothing near is better, also at a kink.
GOOD = (
  mechanism_design.DesignStatus.CONVERGED,
  mechanism_design.DesignStatus.STOPPED,
)
flags.DEFINE_enum("task", "tolls", list(TASKS), "What is designed.")


def design(task: mechanism_design.Task) -> mechanism_design.Design:
  """Returns the best that is found, with progress."""
  with tqdm(unit="value") as bar:

    def report(_: int, value: float) -> None:
      bar.set_postfix_str(f"best {value:.5f}", refresh=False)
      bar.update()

    return mechanism_design.design_task(
      task, method=FLAGS.method, max_steps=FLAGS.max_steps, report=report
    )


def summary(
  task: mechanism_design.Task, found: mechanism_design.Design
) -> tables.Table:
  """Returns parameters before and after."""
  rows = [
    [number, float(before), float(after)]
    for number, (before, after) in enumerate(
      zip(task.start, found.parameters, strict=True)
    )
  ]
  status = mechanism_design.DesignStatus(found.status).name
  return tables.Table(
    f"design_{task.name}",
    f"{task.name}: from {found.start_value:.5f} to {found.value:.5f}, {status}",
    ["parameter", "at the start", "designed"],
    rows,
    [f"The set is missed by {found.violation:.1e} at most."],
  )


def print_play(
  task: mechanism_design.Task, found: mechanism_design.Design
) -> None:
  """Prints the likeliest joint actions before and after, and the gap."""
  for when, parameters in (
    ("At the start", task.start),
    ("Designed", found.parameters),
  ):
    payoffs = np.asarray(task.payoffs(jnp.asarray(parameters)), float)
    selection = equilibria.MaximumEntropy(rho=mechanism_design.RHOS[-1])
    answer = solvers.solve(payoffs, task.concept, selection)
    order = np.argsort(answer.joint, axis=None)[::-1][:LARGEST_SHOWN]
    places = np.unravel_index(order, answer.joint.shape)
    played = ", ".join(
      f"{tuple(map(int, place))} {answer.joint[place]:.3f}"
      for place in zip(*places, strict=True)
      if answer.joint[place] > 5e-4
    )
    gap = float(answer.gap_sum)
    print(f"{when}: {played}; {task.concept.upper()} gap {gap:.1e}")


def run() -> int:
  """Designs, prints and writes; returns the exit status."""
  command_line.check_owned("task", OWNERS)
  task = TASKS[FLAGS.task]()
  found = design(task)
  table = summary(task, found)
  print(table.text())
  print_play(task, found)
  if FLAGS.output_dir:
    print(f"Written: {tables.write(FLAGS.output_dir, table)}")
    best = np.maximum.accumulate(found.values)
    curve = curve_panels.Curve("best so far", np.arange(len(best)), best)
    panel = curve_panels.Panel(
      task.name, "Aim", [curve], horizontal="Value asked for, last rho"
    )
    path = pathlib.Path(FLAGS.output_dir, f"{table.name}.png")
    curve_panels.draw(path, [panel], 1)
    print(f"Written: {path}")
  status = mechanism_design.DesignStatus(found.status)
  if status in GOOD:
    return 0
  return command_line.not_reached(
    f"an optimum, {status.name}: try more --max_steps or another --seed."
    if FLAGS.task in OWNERS["seed"]
    else f"an optimum, {status.name}: try more --max_steps."
  )


def main(argv: list[str]) -> int:
  """Runs; exits with 1 if no optimum was found."""
  with command_line.program(argv):
    return run()


if __name__ == "__main__":
  app.run(main)
