# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Reproduces Figures 4 and 6 of the PuB-AMG paper, and draws its Theorem 4.

  python -m nes_spiel.examples.pub_amg_figures --figure=4
  python -m nes_spiel.examples.pub_amg_figures --figure=6 --iterations=10000
  python -m nes_spiel.examples.pub_amg_figures --figure=beliefs

Magnetic mirror descent without regularization, with a fixed weight of it and
with one that falls like 1/sqrt(t), on perturbed rock-paper-scissors (4) and on
Kuhn poker (6). "beliefs" is value and policy at a belief: the policy jumps
without regularization. Writes picture and table to --output_dir.
"""

import dataclasses
import pathlib
from typing import Any, NamedTuple

import numpy as np
import pyspiel
from absl import app, flags
from jaxtyping import Float
from tqdm import tqdm

from nes_spiel import pub_amg
from nes_spiel.equilibria import mirror_descent
from nes_spiel.examples import belief_picture, command_line, plots, tables

FLAGS = flags.FLAGS
# Payoffs of the first mover, doubled where scissors are shown (Figure 3).
PERTURBED_RPS = ((0, -1, 2), (1, 0, -2), (-2, 2, 0))
COLORS = (plots.BLUE, plots.ORANGE, "#4daf4a", "#984ea3", plots.GREY)
PER_DECADE = 5  # measurements
BELIEFS = 401

flags.DEFINE_enum("figure", "4", ["4", "6", "beliefs"], "Which picture.")
flags.DEFINE_integer(
  "iterations", 10_000, "Of the descent, per curve.", lower_bound=1
)
flags.DEFINE_string("output_dir", "out/pub_amg", "Folder for the results.")


@dataclasses.dataclass(frozen=True)
class Curve:
  """How alpha and the step sizes change with the iteration t.

  Attributes:
    label: in the legend.
    alpha: fixed; None for 1/sqrt(t).
    first: eta of the first step; None for 1/sqrt(t), times `scale`.
    second: eta of the second step.
    scale: of the falling eta of the first step.
  """

  label: str
  alpha: float | None
  first: float | None = None
  second: float | None = None
  scale: float = 1.0

  def alpha_at(self, t: float) -> float:
    """Returns alpha in iteration t."""
    return 1 / np.sqrt(t) if self.alpha is None else self.alpha

  def schedules(self) -> tuple[Any, Any, Any]:
    """Returns alpha, and eta of the first and of the second step."""
    alpha = (
      mirror_descent.inverse_root(1.0) if self.alpha is None else self.alpha
    )
    first = mirror_descent.inverse_root(self.scale)
    second = mirror_descent.inverse_root(1.0)
    return (
      alpha,
      first if self.first is None else self.first,
      second if self.second is None else self.second,
    )


# Step sizes at which a fixed alpha does not circle; the paper gives none.
CURVES = {
  "4": (
    Curve("no regularization", 0.0),
    Curve("annealed, 1/sqrt(t)", None, scale=0.25),
    Curve("alpha 0.1", 0.1, first=0.1),
    Curve("alpha 0.5", 0.5, first=0.5),
  ),
  "6": (
    Curve("no regularization", 0.0),
    Curve("annealed, 1/sqrt(t)", None),
    Curve("alpha 0.1", 0.1, first=0.1, second=0.2),
    Curve("alpha 0.2", 0.2, first=0.2, second=0.4),
    Curve("alpha 0.5", 0.5, first=0.5, second=1.0),
  ),
}


class Measured(NamedTuple):
  """A curve's measurements, by iteration; the public ones in Figure 4 only."""

  exploitability: Float[np.ndarray, " k"]
  regularized_exploitability: Float[np.ndarray, " k"]
  public_exploitability: Float[np.ndarray, " k"] | None = None
  public_regularized_exploitability: Float[np.ndarray, " k"] | None = None


TITLES = {
  "public_exploitability": "PuB-AMG exploitability",
  "public_regularized_exploitability": "PuB-AMG regularized exploitability",
  "exploitability": "Exploitability",
  "regularized_exploitability": "Regularized exploitability",
}


def read_game(figure: str) -> pub_amg.PublicGame:
  """Returns the game of a figure."""
  if figure == "6":
    return pub_amg.PublicGame.from_openspiel(pyspiel.load_game("kuhn_poker"))
  moves, gains = ["R", "P", "S"], np.array(PERTURBED_RPS)
  return pub_amg.PublicGame.from_openspiel(
    pyspiel.create_matrix_game(
      "perturbed_rps",
      "Perturbed rock-paper-scissors",
      moves,
      moves,
      gains.tolist(),
      (-gains).tolist(),
    )
  )


def measure(
  game: pub_amg.PublicGame, curve: Curve, records: Float[np.ndarray, " k"]
) -> Measured:
  """Runs one curve.

  Args:
    game: of two or three time steps.
    curve: its alpha and step sizes.
    records: the iterations to measure.
  """
  found = pub_amg.solve_nested(game, *curve.schedules(), records)
  original = [
    np.array([float(getattr(gaps, name)) for _, gaps in found])
    for name in ("exploitability", "regularized_exploitability")
  ]
  if FLAGS.figure == "6":
    return Measured(*original)
  public = [
    np.array(
      [
        pub_amg.public_exploitability(
          game, policies, curve.alpha_at(t), regularized=regularized
        ).value
        for t, (policies, _) in zip(records, found, strict=True)
      ]
    )
    for regularized in (False, True)
  ]
  return Measured(*original, *public)


def as_table(
  figure: str, records: Float[np.ndarray, " k"], found: dict[str, Measured]
) -> tables.Table:
  """Returns a row per curve and iteration."""
  names = shown(found)
  rows = [
    [label, int(t), *(float(getattr(curve, name)[k]) for name in names)]
    for label, curve in found.items()
    for k, t in enumerate(records)
  ]
  return tables.Table(
    f"figure{figure}",
    f"Figure {figure}: exploitability by iteration",
    ["Objective", "Iteration", *(TITLES[name] for name in names)],
    rows,
  )


def shown(found: dict[str, Measured]) -> list[str]:
  """Returns the measurements that there are, as the paper orders panels."""
  first = next(iter(found.values()))
  return [name for name in TITLES if getattr(first, name) is not None]


def draw(
  path: pathlib.Path,
  records: Float[np.ndarray, " k"],
  found: dict[str, Measured],
) -> None:
  """Draws a panel per measurement."""
  names = shown(found)
  drawing, panels = plots.figure(3.4 * len(names), 3.2, len(names))
  for panel, name in zip(panels, names, strict=True):
    for color, (label, curve) in zip(COLORS, found.items(), strict=False):
      values = np.maximum(getattr(curve, name), 1e-16)  # logarithmic
      panel.loglog(records, values, color=color, label=label, linewidth=1.2)
    panel.set(title=TITLES[name], xlabel="Iteration")
    panel.set_ylim(bottom=1e-12)
    panel.grid(alpha=0.3)
  panels[-1].legend(frameon=False, fontsize=7)
  plots.save(drawing, path)


def run() -> None:
  """Runs what a picture shows, prints its end and writes it."""
  command_line.check_owned("figure", {"iterations": list(CURVES)})
  game, folder = read_game(FLAGS.figure), pathlib.Path(FLAGS.output_dir)
  if FLAGS.figure == "beliefs":
    table = belief_picture.as_table(game, BELIEFS)
    path = tables.write(folder, table)
    belief_picture.draw(path.with_suffix(".png"), table)
  else:
    path = run_curves(game, folder)
  print(f"Written: {path}, {path.with_suffix('.png')}")


def run_curves(game: pub_amg.PublicGame, folder: pathlib.Path) -> pathlib.Path:
  """Runs all curves of a figure, prints their ends and writes them."""
  decades = np.log10(FLAGS.iterations)
  count = max(2, int(np.ceil(PER_DECADE * decades)) + 1)
  records = np.unique(np.rint(np.logspace(0, decades, count)))
  found = {
    curve.label: measure(game, curve, records)
    for curve in tqdm(CURVES[FLAGS.figure], unit="curve")
  }
  table = as_table(FLAGS.figure, records, found)
  last = dataclasses.replace(
    table, rows=[row for row in table.rows if row[1] == records[-1]]
  )
  print(last.text())
  path = tables.write(folder, table)
  draw(path.with_suffix(".png"), records, found)
  return path


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run()


if __name__ == "__main__":
  app.run(main)
