# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Designs what players make of each other's costs, so that society pays less.

  python -m nes_spiel.examples.design_relationships --game=two_lane
  python -m nes_spiel.examples.design_relationships --game=ambulance \
    --form=min_min --temperature=0.7 --output=out/ambulance.json
  python -m nes_spiel.examples.design_relationships --file=game.json \
    --robust_radius=0.01

A file holds "costs" [n, a_1, ..., a_n], "relationships" [k, n, n], and may hold
"social_cost" [a_1, ..., a_n], otherwise the sum of the costs, and "names" of
the relationships. Takes a minute for the games by name.
"""

import json
import pathlib
from typing import Any

import numpy as np
from absl import app, flags
from jaxtyping import Float

from nes_spiel import relationship_games
from nes_spiel.examples import command_line
from nes_spiel.relationship_games.design import equilibria_at
from nes_spiel.relationship_games.equilibrium_costs import FORMS

FLAGS = flags.FLAGS
GAMES = {
  "two_lane": relationship_games.two_lane_congestion,
  "ambulance": relationship_games.congestion_with_ambulance,
}
REQUIRED, OPTIONAL = ("costs", "relationships"), ("social_cost", "names")

flags.DEFINE_enum("game", None, sorted(GAMES), "A game of the paper.")
flags.DEFINE_string("file", None, "A game as JSON, in place of --game.")
flags.DEFINE_enum(
  "form", "min_max", FORMS, "Which equilibrium's social cost is minimised."
)
flags.DEFINE_float("temperature", 0.5, "lambda, in units of the costs.")
flags.DEFINE_float(
  "robust_radius",
  0.0,
  "Minimise the highest value at this distance, which takes minutes.",
)
flags.DEFINE_integer(
  "starts",
  400,
  "From how many profiles equilibria are sought at the designed weights; on "
  "the way from fewer, at the end from 4 times as many.",
  lower_bound=1,
)
flags.DEFINE_string("output", None, "JSON file for the result.")


def load_game() -> relationship_games.RelationshipGame:
  """Returns the game that the flags describe.

  Raises:
    ValueError: none or two of them, or a file that holds no game.
  """
  if (FLAGS.game is None) == (FLAGS.file is None):
    raise ValueError("expected one of --game and --file.")
  return GAMES[FLAGS.game]() if FLAGS.game else read_game(FLAGS.file)


def read_game(path: str) -> relationship_games.RelationshipGame:
  """Returns the game of a JSON file.

  Raises:
    ValueError: what is wrong with it, after its name.
  """
  try:
    return parse_game(json.loads(pathlib.Path(path).read_text()))
  except OSError as error:
    raise ValueError(f"--file: {path}: {error.strerror}.") from error
  except json.JSONDecodeError as error:
    raise ValueError(f"--file: {path} is no JSON: {error}.") from error
  except RecursionError as error:
    raise ValueError(f"--file: {path} is nested too deeply.") from error
  except ValueError as error:
    raise ValueError(f"--file: {path}: {error}") from error


def parse_game(values: Any) -> relationship_games.RelationshipGame:
  """Returns the game that a file's content describes.

  Raises:
    ValueError: a missing or an unknown entry, or a wrong one.
  """
  known = {*REQUIRED, *OPTIONAL}
  if not isinstance(values, dict):
    raise ValueError(f"expected an object with {', '.join(REQUIRED)}.")
  missing = [name for name in REQUIRED if name not in values]
  unknown = sorted(set(values) - known)
  if missing or unknown:
    found = [f"missing: {', '.join(missing)}"] * bool(missing)
    found += [f"unknown: {', '.join(unknown)}"] * bool(unknown)
    raise ValueError(
      f"expected the entries {', '.join(REQUIRED)}, and perhaps "
      f"{', '.join(OPTIONAL)}; {'; '.join(found)}."
    )
  costs = as_numbers("costs", values["costs"])
  names = values.get("names", [])
  if not isinstance(names, list) or not all(isinstance(x, str) for x in names):
    raise ValueError(f"names: expected a list of texts, got {names!r}.")
  return relationship_games.RelationshipGame(
    costs,
    as_numbers("relationships", values["relationships"]),
    as_numbers("social_cost", values["social_cost"])
    if "social_cost" in values
    else costs.sum(0),
    tuple(names),
  )


def as_numbers(name: str, values: Any) -> Float[np.ndarray, "..."]:
  """Returns nested lists of numbers as an array.

  Raises:
    ValueError: lists of different lengths, or something that is no number.
  """
  try:
    array = np.asarray(values)
  except ValueError as error:
    raise ValueError(
      f"{name}: expected nested lists of equal lengths."
    ) from error
  if array.dtype.kind not in "iuf" or not array.ndim:
    raise ValueError(f"{name}: expected nested lists of numbers.")
  return array.astype(float)


def print_design(
  game: relationship_games.RelationshipGame, found: relationship_games.Design
) -> None:
  """Prints weights, value, equilibria, and how far they can be trusted."""
  width = max(map(len, game.names))
  for name, weight in zip(game.names, found.weights, strict=True):
    print(f"{name:<{width}}  {weight:9.6f}")
  where = f", worst within {FLAGS.robust_radius}" * (FLAGS.robust_radius > 0)
  print(f"\nSocial cost ({FLAGS.form}{where})  {found.value:.6f}")
  print(f"With equal weights  {at_equal_weights(game):.6f}")
  print_equilibria(game, found)
  certificate = found.certificate
  agrees = "agree" if certificate.agrees else "DO NOT AGREE"
  print(
    f"\nCertificate: {certificate.starts} fresh starts {agrees}, with "
    f"{certificate.value:.6f}"
  )
  if found.on_fold:
    print(
      "Warning: on a fold. Weights 0.0001 away cost more by over a percent of "
      "the social costs' spread; "
      "use --robust_radius to design weights that bear such a distance."
    )


def at_equal_weights(game: relationship_games.RelationshipGame) -> float:
  """Returns the social cost that is minimised, at equal weights."""
  count = len(game.relationships)
  _, costs = equilibria_at(
    game,
    np.ones(count) / count**0.5,
    temperature=FLAGS.temperature,
    starts=FLAGS.starts,
  )
  choose = max if FLAGS.form == "min_max" else min
  return choose(costs, default=float("nan"))


def print_equilibria(
  game: relationship_games.RelationshipGame, found: relationship_games.Design
) -> None:
  """Prints every equilibrium, the cheapest for society first."""
  counts = game.costs.shape[1:]
  led, starts = found.equilibria.hits.sum(), found.certificate.starts
  print(f"\nEquilibria, to which {led} of {starts} starts led:")
  print(
    f"{'Social cost':>11}  {'Hits':>5}  {'Residual':>8}  Players' strategies"
  )
  for k in np.argsort(found.social_costs):
    chances = "  ".join(
      " ".join(f"{x:.4f}" for x in strategy[:count])
      for strategy, count in zip(
        found.equilibria.strategies[k], counts, strict=True
      )
    )
    print(
      f"{found.social_costs[k]:11.6f}  {found.equilibria.hits[k]:5d}  "
      f"{found.equilibria.residual[k]:8.1e}  {chances}"
    )


def as_json(
  game: relationship_games.RelationshipGame, found: relationship_games.Design
) -> str:
  """Returns a design, with the flags it came from, as JSON."""
  chosen = ("form", "temperature", "robust_radius", "starts")
  result = {name: FLAGS[name].value for name in chosen} | {
    "names": list(game.names),
    "weights": found.weights.tolist(),
    "value": found.value,
    "social_costs": found.social_costs.tolist(),
    "strategies": found.equilibria.strategies.tolist(),
    "hits": found.equilibria.hits.tolist(),
    "residual": found.equilibria.residual.tolist(),
    "condition": found.equilibria.condition.tolist(),
    "certificate": found.certificate._asdict(),
    "on_fold": found.on_fold,
  }
  return json.dumps(result, indent=2) + "\n"


def open_output(name: str | None) -> pathlib.Path | None:
  """Returns where the result goes, in a folder that is there.

  Raises:
    OSError: no file can be written there.
  """
  if not name:
    return None
  path = pathlib.Path(name)
  path.parent.mkdir(parents=True, exist_ok=True)
  path.open("a").close()
  return path


def run() -> int:
  """Designs, prints and writes; returns the exit status."""
  game, path = load_game(), open_output(FLAGS.output)
  found = relationship_games.design_weights(
    game,
    form=FLAGS.form,
    temperature=FLAGS.temperature,
    robust_radius=FLAGS.robust_radius,
    starts=FLAGS.starts,
  )
  print_design(game, found)
  if path:
    path.write_text(as_json(game, found))
    print(f"\nWritten: {path}")
  if found.certificate.agrees:
    return 0
  return command_line.not_reached("a certificate: try more --starts.")


def main(argv: list[str]) -> int:
  """Runs; exits with 1 if fresh starts do not agree."""
  with command_line.program(argv):
    return run()


if __name__ == "__main__":
  app.run(main)
