# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Finds a regularized equilibrium through the public-belief game.

  python -m nes_spiel.examples.pub_amg_solve --game=kuhn_poker --alpha=0.2
  python -m nes_spiel.examples.pub_amg_solve --game=leduc_poker --anneal \
    --alpha=5 --step_size=1 --exploitability=0.01 --output_dir=out/leduc

Prints gaps on the way and writes the policy as CSV to --output_dir.
"""

import pathlib

import numpy as np
from absl import app, flags

from nes_spiel import pub_amg, solvers
from nes_spiel.equilibria import mirror_descent
from nes_spiel.examples import command_line, public_games, tables

FLAGS = flags.FLAGS
OBJECTIVES = {
  "minimax_ent": pub_amg.MiniMaxEnt,
  "minimax_kl": pub_amg.MiniMaxKL,
}

flags.DEFINE_string("game", "kuhn_poker", "OpenSpiel game string.")
flags.DEFINE_float(
  "alpha", 0.2, "Weight of the regularization; with --anneal at the first."
)
flags.DEFINE_bool(
  "anneal", False, "Whether alpha falls like 1/sqrt(t), and eta with it."
)
flags.DEFINE_float("step_size", None, "eta; by default in proportion to alpha.")
flags.DEFINE_enum(
  "objective", "minimax_ent", sorted(OBJECTIVES), "The regularized objective."
)
flags.DEFINE_float(
  "exploitability", None, "With --anneal: stop at this exploitability."
)
flags.DEFINE_integer("max_sweeps", 100_000, "Stop after.", lower_bound=1)
flags.DEFINE_string("output_dir", None, "Folder for the policy.")


def solve(game: pub_amg.PublicGame) -> pub_amg.Equilibrium:
  """Returns the equilibrium that the flags describe.

  Raises:
    ValueError: a flag that does not apply.
  """
  objective = OBJECTIVES[FLAGS.objective]
  if not FLAGS.anneal and FLAGS.exploitability is not None:
    raise ValueError("--exploitability: needs --anneal.")
  if not FLAGS.anneal:
    return pub_amg.solve(
      game,
      FLAGS.alpha,
      objective,
      step_size=FLAGS.step_size,
      max_sweeps=FLAGS.max_sweeps,
      progress=True,
    )
  step_size = FLAGS.alpha if FLAGS.step_size is None else FLAGS.step_size
  return pub_amg.solve(
    game,
    mirror_descent.inverse_root(FLAGS.alpha),
    objective,
    step_size=mirror_descent.inverse_root(step_size),
    tolerance=np.inf,
    residual_tolerance=np.inf,
    exploitability=FLAGS.exploitability or 0.0,
    max_sweeps=FLAGS.max_sweeps,
    progress=True,
  )


def print_history(history: pub_amg.History) -> None:
  """Prints what was measured on the way, at most ten rows."""
  print(
    f"{'sweeps':>8} {'alpha':>8} {'regularized':>12} {'exploitability':>15}"
  )
  count = len(history.sweeps)
  for k in np.unique(np.linspace(0, count - 1, 10).astype(int)):
    print(
      f"{history.sweeps[k]:8.0f} {history.alpha[k]:8.4f} "
      f"{history.regularized_exploitability[k]:12.3e} "
      f"{history.exploitability[k]:15.6f}"
    )


def save_policy(
  game: pub_amg.PublicGame, found: pub_amg.Equilibrium, folder: str
) -> pathlib.Path:
  """Writes a line per player, information state and action."""
  rows = []
  for player, states in enumerate(game.information_states):
    chances = np.exp(found.log_policies[player])
    for row, string in enumerate(states.strings):
      for column in np.flatnonzero(states.legal[row]):
        action = int(states.actions[row, column])
        rows.append([player, string, action, chances[row, column]])
  columns = ["player", "information_state", "action", "probability"]
  table = tables.Table("policy", game.name, columns, rows)
  return tables.write_csv(folder, table)


def run() -> int:
  """Solves, prints and writes; returns the exit status."""
  game = public_games.load(FLAGS.game)
  print(
    f"{game.name}: {len(game.tree.parent)} histories, "
    f"{game.num_public_states} public states"
  )
  found = solve(game)
  print_history(found.history)
  print(
    f"{found.status.name} after {found.sweeps} sweeps: regularized "
    f"exploitability {found.regularized_exploitability:.1e}, residual "
    f"{found.residual:.1e}, exploitability {found.exploitability:.6f}, "
    f"objective {found.value:.6f}"
  )
  if FLAGS.output_dir:
    print(f"Written: {save_policy(game, found, FLAGS.output_dir)}")
  return exit_status(found)


def exit_status(found: pub_amg.Equilibrium) -> int:
  """Returns 0 where the run ended as it was meant to, else 1 after a hint."""
  status = solvers.Status(found.status)
  if status == solvers.Status.NOT_FINITE:
    return command_line.not_reached(
      "finite numbers: try a smaller --step_size or a larger --alpha."
    )
  # Annealing that no exploitability stops is meant to take all sweeps.
  endless = FLAGS.anneal and FLAGS.exploitability is None
  if endless or status == solvers.Status.CONVERGED:
    return 0
  aim = "--exploitability" if FLAGS.anneal else "the tolerance"
  return command_line.not_reached(f"{aim}: try more --max_sweeps.")


def main(argv: list[str]) -> int:
  """Runs; exits with 1 if what was asked for was not reached."""
  with command_line.program(argv):
    return run()


if __name__ == "__main__":
  app.run(main)
