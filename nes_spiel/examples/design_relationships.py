# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Designs what players make of each other's costs, so that society pays less.

  python -m nes_spiel.examples.design_relationships --game=two_lane
  python -m nes_spiel.examples.design_relationships --game=ambulance \
    --form=min_min --temperature=0.7 --output_dir=out/ambulance
  python -m nes_spiel.examples.design_relationships --file=game.json \
    --robust_radius=0.01

A file holds "costs" [n, a_1, ..., a_n], "relationships" [k, n, n], and may hold
"social_cost" [a_1, ..., a_n], otherwise the sum of the costs, and "names" of
the relationships. Takes a minute for the games by name. --output_dir gets all
that was found as JSON, and a picture of the mixing and of the equilibria.
"""

import json
import pathlib

import numpy as np
from absl import app, flags
from jaxtyping import Float

from nes_spiel import relationship_games
from nes_spiel.examples import (
  command_line,
  design_picture,
  relationship_files,
)
from nes_spiel.relationship_games.design import equilibria_at
from nes_spiel.relationship_games.equilibrium_costs import FORMS

FLAGS = flags.FLAGS
GAMES = {
  "two_lane": relationship_games.two_lane_congestion,
  "ambulance": relationship_games.congestion_with_ambulance,
}

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
  "From how many profiles equilibria are sought; from at most 96 in the "
  "search, from 4 times as many for the certificate.",
  lower_bound=1,
)
flags.DEFINE_string("output_dir", None, "Folder for result and picture.")


def load_game() -> relationship_games.RelationshipGame:
  """Returns the game that the flags describe.

  Raises:
    ValueError: none or two of them, or a file that holds no game.
  """
  if (FLAGS.game is None) == (FLAGS.file is None):
    raise ValueError("expected one of --game and --file.")
  if FLAGS.file:
    return relationship_files.read_game(FLAGS.file)
  return GAMES[FLAGS.game]()


def print_design(
  game: relationship_games.RelationshipGame,
  found: relationship_games.Design,
  equal: Float[np.ndarray, " e"],
) -> None:
  """Prints weights, value, equilibria, and how far they can be trusted."""
  width = max(map(len, game.names))
  for name, weight in zip(game.names, found.weights, strict=True):
    print(f"{name:<{width}}  {weight:9.6f}")
  where = f", worst within {FLAGS.robust_radius}" * (FLAGS.robust_radius > 0)
  print(f"\nSocial cost ({FLAGS.form}{where})  {found.value:.6f}")
  choose = max if FLAGS.form == "min_max" else min
  print(f"With equal weights  {choose(equal, default=float('nan')):.6f}")
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


def at_equal_weights(
  game: relationship_games.RelationshipGame,
) -> Float[np.ndarray, " e"]:
  """Returns the social costs of all equilibria at equal weights."""
  count = len(game.relationships)
  return equilibria_at(
    game,
    np.ones(count) / count**0.5,
    temperature=FLAGS.temperature,
    starts=FLAGS.starts,
  )[1]


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


def save(
  game: relationship_games.RelationshipGame,
  found: relationship_games.Design,
  equal: Float[np.ndarray, " e"],
) -> None:
  """Writes a design and its picture."""
  folder = pathlib.Path(FLAGS.output_dir)
  (folder / "design.json").write_text(as_json(game, found))
  costs = {"equal weights": equal, "designed": found.social_costs}
  mixing = np.tensordot(found.weights, game.relationships, 1)
  design_picture.save(folder / "design.png", mixing, costs, FLAGS.form)
  print(f"\nPicture: {folder / 'design.png'}")


def run() -> int:
  """Designs, prints and writes; returns the exit status."""
  game = load_game()
  found = relationship_games.design_weights(
    game,
    form=FLAGS.form,
    temperature=FLAGS.temperature,
    robust_radius=FLAGS.robust_radius,
    starts=FLAGS.starts,
  )
  equal = at_equal_weights(game)
  print_design(game, found, equal)
  if FLAGS.output_dir:
    save(game, found, equal)
  if found.certificate.agrees:
    return 0
  return command_line.not_reached("a certificate: try more --starts.")


def main(argv: list[str]) -> int:
  """Runs; exits with 1 if fresh starts do not agree."""
  with command_line.program(argv):
    return run()


if __name__ == "__main__":
  app.run(main)
