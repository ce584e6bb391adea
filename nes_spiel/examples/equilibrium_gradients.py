# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Checks gradients through equilibria, exact and of the networks.

  python -m nes_spiel.examples.equilibrium_gradients --games=100
  python -m nes_spiel.examples.equilibrium_gradients --rows=ME,MWME \
    --concepts=ce --sizes=4x4

The gradient, by all payoffs, of a random linear function of the selected joint.
The exact solver's is implicit, and compared with central differences of step
--step: the relative error, in the norm over payoffs, of games in which no
constraint begins or ceases to bind at any of the differences. The network's is
backpropagated; its cosine with the exact one tells how far it points the same
way. Games in which the exact gradient is below 1e-4, since the joint hardly
moves, are left out of both.
"""

import dataclasses
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from absl import app, flags
from jaxtyping import Array, Bool, Float
from tqdm import tqdm

from nes_spiel import equilibria, nes, solvers
from nes_spiel.examples import command_line, held_out, setting, tables
from nes_spiel.examples.reproduce import selections
from nes_spiel.examples.shapes import parse_shape

FLAGS = flags.FLAGS
COLUMNS = (
  "concept",
  "row",
  "games",
  "stable",
  "error, median",
  "error, largest",
  "network",
  "cosine, median",
  "lowest tenth",
)
NOTES = (
  "Rows as in Table 3. Stable: games whose joint moves with payoffs, and whose "
  "active set no difference changes; errors are of these, relative.",
)
RESIDUAL = 1e-13
BINDING = 1e-6  # duals above bind
NO_SLOPE = 1e-4  # gradients below are left out: joints that hardly move

flags.DEFINE_integer("games", 100, "Of each row.", lower_bound=1)
flags.DEFINE_string("sizes", "3x3", "Strategies of two players.")
flags.DEFINE_list("rows", ["ME", "MRE", "MU", "MWME", "eps-ME"], "Of Table 3.")
flags.DEFINE_multi_enum(
  "concepts", ["cce", "ce"], equilibria.CONCEPTS, "Once for each."
)
flags.DEFINE_float(
  "step", 1e-5, "Of differences, payoffs of unit variance.", lower_bound=1e-9
)
flags.DEFINE_integer("seed", 0, "Of games, selections and functions.")
flags.DEFINE_string("output_dir", None, "Folder for the table.")


class Case(NamedTuple):
  """Games of one row, each with what is selected and a linear function.

  Attributes:
    concept: "ce" or "cce".
    payoffs: `[b, n, *a]`.
    selection: with a leading b on its arrays.
    weights: `[b, *a]`, of the function.
  """

  concept: equilibria.Concept
  payoffs: Float[Array, "b n *a"]
  selection: equilibria.Selection
  weights: Float[Array, "b *a"]


def draw(concept: equilibria.Concept, row: str) -> Case:
  """Returns held-out games of a row."""
  shape = parse_shape(FLAGS.sizes, "--sizes", players=2)
  key = jax.random.key(FLAGS.seed)
  payoffs, selection = held_out.held_out_games(
    shape, FLAGS.games, row, concept, key
  )
  if nes.ROWS[row].welfare == "payoffs":  # which moves with the payoffs
    selection = dataclasses.replace(selection, welfare=None)
  weights = jax.random.normal(jax.random.fold_in(key, 2), (FLAGS.games, *shape))
  return Case(concept, payoffs, selection, weights)


def slopes(
  case: Case, method: solvers.Method, model: nes.Model | None = None
) -> Float[np.ndarray, "b n *a"]:
  """Returns gradients, implicit of "exact", backpropagated of "nes"."""

  def total(payoffs: Float[Array, "b n *a"]) -> Float[Array, ""]:
    # A game's payoffs move its own joint alone.
    return _solve(case, payoffs, method, model)[0].sum()

  return jax.device_get(jax.jit(jax.grad(total))(case.payoffs))


def differences(
  case: Case,
) -> tuple[Float[np.ndarray, "b n *a"], Bool[np.ndarray, " b"]]:
  """Returns gradients by central differences, and where they can be trusted."""
  count, *shape = case.payoffs.shape
  size = int(np.prod(shape))
  moves = FLAGS.step * np.eye(size).reshape(size, *shape)
  at = jax.jit(lambda move: _solve(case, case.payoffs + move, "exact"))
  found = [jax.device_get(at(x)) for x in np.concatenate([moves, -moves])]
  values, active = map(np.stack, zip(*found, strict=True))
  slope = (values[:size] - values[size:]).T / (2 * FLAGS.step)
  same = (active == active[0]).reshape(len(active), count, -1)
  return slope.reshape(count, *shape), same.all(axis=(0, 2))


def _solve(
  case: Case,
  payoffs: Float[Array, "b n *a"],
  method: solvers.Method,
  model: nes.Model | None = None,
) -> tuple[Float[Array, " b"], Bool[Array, "b ..."]]:
  """Returns the functions of the joints, and which deviations bind."""
  found = solvers.solve_batch(
    payoffs,
    case.concept,
    case.selection,
    method,
    tolerance=RESIDUAL,
    model=model,
  )
  values = (case.weights * found.joint).sum(range(1, found.joint.ndim))
  return values, found.duals > BINDING


def row_of(concept: equilibria.Concept, row: str) -> tuple[Any, ...]:
  """Measures one row of Table 3."""
  with jax.enable_x64(True):
    case = _as(jnp.float64, draw(concept, row))
    exact = slopes(case, "exact").reshape(FLAGS.games, -1)
    numeric, stable = differences(case)
  sizes = np.linalg.norm(exact, axis=1)
  moves = sizes > NO_SLOPE
  error = np.linalg.norm(exact - numeric.reshape(exact.shape), axis=1)
  trusted = moves & stable
  errors = error[trusted] / sizes[trusted]
  return (
    *(concept, row, FLAGS.games, int(trusted.sum())),
    *_quantiles(errors, 0.5, 1.0),
    *network_columns(case, row, exact[moves], moves),
  )


def network_columns(
  case: Case,
  row: str,
  exact: Float[np.ndarray, "m k"],
  moves: Bool[np.ndarray, " b"],
) -> tuple[Any, ...]:
  """Returns the network's name, and its gradients' cosines with exact ones."""
  players = case.payoffs.shape[1]
  model = selections.serving(case.concept, players, row, case.selection)
  if model is None:
    return selections.NO_NETWORK, None, None
  narrow = _as(jnp.float32, case)
  found = slopes(narrow, "nes", model).reshape(len(moves), -1)[moves]
  sizes = np.linalg.norm(found, axis=1) * np.linalg.norm(exact, axis=1)
  cosine = (found * exact).sum(axis=1) / np.maximum(sizes, NO_SLOPE**2)
  return model.facts["recipe"], *_quantiles(cosine, 0.5, 0.1)


def _quantiles(
  values: Float[np.ndarray, " m"], *shares: float
) -> list[float | None]:
  """Returns quantiles, None of no values."""
  return [
    float(np.quantile(values, x)) if len(values) else None for x in shares
  ]


def _as(dtype: Any, case: Case) -> Case:
  """Returns a case in another precision."""
  arrays = jax.tree.map(lambda leaf: jnp.asarray(leaf, dtype), case[1:])
  return Case(case.concept, *arrays)


def run() -> None:
  """Measures, prints and writes.

  Raises:
    ValueError: a row that Table 3 does not have.
  """
  unknown = sorted(set(FLAGS.rows) - set(nes.ROWS))
  if unknown or not FLAGS.rows:
    raise ValueError(
      f"--rows: expected some of {[*nes.ROWS]}, got {unknown or FLAGS.rows}."
    )
  cases = [(concept, row) for concept in FLAGS.concepts for row in FLAGS.rows]
  rows = [row_of(*case) for case in tqdm(cases, "rows")]
  title = f"Gradients through equilibria of {FLAGS.sizes} games"
  table = tables.Table("equilibrium_gradients", title, COLUMNS, rows, NOTES)
  facts = setting.table(table.name, seed=FLAGS.seed, step=FLAGS.step)
  for each in (facts, table):
    print(f"{each.text()}\n")
    if FLAGS.output_dir:
      print(f"Written: {tables.write(FLAGS.output_dir, each)}")


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run()


if __name__ == "__main__":
  app.run(main)
