# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Solves one game: prints the equilibrium and what binds it, and draws it.

  python -m nes_spiel.examples.solve_game --game=matrix_pd --concept=ce
  python -m nes_spiel.examples.solve_game --game=chicken --selection=mu \
    --output_dir=/tmp/chicken
  python -m nes_spiel.examples.solve_game --game=my_game.nfg

`--game` is a classic by name, an OpenSpiel game string, a Gambit file (.nfg) or
a NumPy file of payoffs [n, a_1, ..., a_n] (.npy).
"""

import pathlib

import numpy as np
from absl import app, flags
from jaxtyping import Float

from nes_spiel import equilibria, solvers
from nes_spiel.examples import command_line
from nes_spiel.examples.named_games import load_payoffs

FLAGS = flags.FLAGS

flags.DEFINE_string("game", "chicken", "Game name or payoff file.")
flags.DEFINE_enum("concept", "cce", solvers.CONCEPTS, "Solution concept.")
flags.DEFINE_enum(
  "selection", "me", sorted(equilibria.SELECTIONS), "Row of Table 3."
)
flags.DEFINE_float("target_epsilon", None, "eps-hat, in payoff units.")
flags.DEFINE_float("rho", None, "Weight of the distance to target_epsilon.")
flags.DEFINE_float("mu", None, "Weight of the welfare (mu).")
flags.DEFINE_enum("method", "auto", solvers.METHODS, "How it is solved.")
flags.DEFINE_float(
  "binding", 1e-6, "Deviations with a larger dual are listed as binding."
)
flags.DEFINE_string("output_dir", None, "Folder for the picture and the joint.")


def make_selection() -> equilibria.Selection:
  """Returns the selection that the flags describe."""
  given = command_line.given(("target_epsilon", "rho", "mu"))
  try:
    return equilibria.make_selection(FLAGS.selection, **given)
  except TypeError as error:
    raise ValueError(
      f"--selection={FLAGS.selection} takes no --mu: --mu is for mu alone."
    ) from error


def print_joint(joint: Float[np.ndarray, "*a"]) -> None:
  """Prints the joint strategies played with some probability."""
  print("\nProbability  Joint strategy")
  order = np.argsort(-joint, axis=None)
  for index in order[:20]:
    if joint.flat[index] >= 5e-7:
      place = tuple(int(i) for i in np.unravel_index(index, joint.shape))
      print(f"{joint.flat[index]:11.6f}  {place}")
  if joint.size > 20:
    print(f"{joint.flat[order[20:]].sum():11.6f}  all others")


def print_binding(solution: solvers.Solution) -> None:
  """Prints the deviations that the equilibrium is pressed against."""
  duals = solution.duals
  pairs = duals.ndim == 3
  what = "Deviation, recommendation" if pairs else "Deviation"
  print(f"\n{'Dual':>11}  Player  {what}")
  for place in np.argwhere(duals > FLAGS.binding):
    player, *strategies = (int(i) for i in place)
    named = " <- ".join(str(s) for s in strategies)
    print(f"{duals[tuple(place)]:11.6f}  {player:6d}  {named}")


def print_solution(
  payoffs: Float[np.ndarray, "n *a"], solution: solvers.Solution
) -> None:
  """Prints everything there is to know about a solution."""
  status = solvers.Status(int(solution.status)).name
  values = [float((payoff * solution.joint).sum()) for payoff in payoffs]
  shape = " x ".join(str(a) for a in payoffs.shape[1:])
  print(f"{FLAGS.game}: {shape}, {FLAGS.selection} {FLAGS.concept}")
  print(f"Method          {solution.method}, {status}")
  print(f"KKT residual    {solution.residual:.1e}")
  print(f"Steps           {solution.iterations}")
  print(f"Epsilon         {np.array2string(solution.epsilon, precision=6)}")
  print(f"Gap             {solution.gap_sum:.6f}")
  print(f"Gap to epsilon  {solution.gap_sum_returned:.6f}")
  print(f"Certified TV    {solution.certified_tv:.1e}")
  print(f"Expected payoff {np.array2string(np.array(values), precision=6)}")
  print(f"Welfare         {solution.welfare:.6f}")
  print_joint(solution.joint)
  print_binding(solution)


def save(solution: solvers.Solution, folder: str) -> None:
  """Writes the joint and its picture."""
  from nes_spiel.examples import joint_plots

  place = pathlib.Path(folder)
  place.mkdir(parents=True, exist_ok=True)
  np.save(place / "joint.npy", solution.joint)
  labels = [[str(i) for i in range(a)] for a in solution.joint.shape]
  row = equilibria.SELECTIONS[FLAGS.selection].__name__
  title = f"{pathlib.Path(FLAGS.game).name}: {row} {FLAGS.concept.upper()}"
  joint_plots.save_joint(place / "joint.png", solution.joint, labels, title)
  print(f"\nPicture: {place / 'joint.png'}")


def run() -> int:
  """Solves, prints and writes; returns the exit status."""
  payoffs = load_payoffs(FLAGS.game)
  solution = solvers.solve(
    payoffs, FLAGS.concept, make_selection(), FLAGS.method
  )
  print_solution(payoffs, solution)
  if FLAGS.output_dir:
    save(solution, FLAGS.output_dir)
  status = solvers.Status(int(solution.status))
  if status == solvers.Status.CONVERGED:
    return 0
  # A network's answer takes no steps that could converge.
  if (solution.method, status) == ("nes", solvers.Status.MAX_ITERATIONS):
    return 0
  return command_line.not_reached(
    f"the tolerance, {status.name}: try a lower --rho or another --method."
  )


def main(argv: list[str]) -> int:
  """Runs; exits with 1 if an iterative solver did not converge."""
  with command_line.program(argv):
    return run()


if __name__ == "__main__":
  app.run(main)
