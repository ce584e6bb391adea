# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""What bounds the price of anarchy, beside what it is.

Of Braess's network and of the prisoner's dilemma for two, whose strategies are
on a grid for all but D3C: the best smoothness bound, the price over CCEs, that
over pure Nash equilibria, and what agents of D3C see of it while they learn.
"""

import pathlib
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from nes_spiel import d3c, equilibria, solvers
from nes_spiel.equilibria import smoothness
from nes_spiel.examples import curve_panels, d3c_panels, tables
from nes_spiel.games import congestion

GRID = 9  # strategies of the prisoner's dilemma, from 0 to 1
RUNS = 200


class Bounded(NamedTuple):
  """A game, as a table of costs and as agents learn it."""

  costs: Float[np.ndarray, "n *a"]
  learned: d3c.Game


def dilemma_on_a_grid() -> Float[np.ndarray, "2 a a"]:
  """Returns costs of the prisoner's dilemma where strategies are on a grid."""
  game, grid = d3c.games.prisoners_dilemma(2), np.linspace(0, 1, GRID)
  pairs = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1)
  with jax.enable_x64(True):
    losses = jax.vmap(game.losses)(jnp.asarray(pairs.reshape(-1, 2, 1)))
  return np.asarray(losses).T.reshape(2, GRID, GRID)


def bounded_games() -> dict[str, Bounded]:
  """Returns the games by name."""
  delays = congestion.route_costs(4, congestion.braess_network())
  return {
    "Braess": Bounded(delays, d3c.games.braess()),
    "prisoner's dilemma": Bounded(
      dilemma_on_a_grid(), d3c.games.prisoners_dilemma(2)
    ),
  }


def prices(costs: Float[np.ndarray, "n *a"]) -> dict[str, float]:
  """Returns prices over smaller and smaller sets of equilibria."""
  return {
    "smoothness bound": smoothness.best_smoothness(costs).bound,
    "CCE": solvers.price_of_anarchy(-costs, "cce").of_anarchy,
    "CE": solvers.price_of_anarchy(-costs, "ce").of_anarchy,
    "pure Nash": equilibria.nash_price_of_anarchy(-costs).of_anarchy,
  }


def panel(
  name: str, game: Bounded, found: dict[str, float], result: d3c.Training
) -> curve_panels.Panel:
  """Returns what agents reach and see while they learn, beside what bounds it.

  Their bound is per unit of time, so that it does not depend on the step size.
  """
  rates = 1 + (result.bound - 1) / game.learned.recipe.step_size
  curves = [
    d3c_panels.mean_curve(label, result, values)._replace(spread=None)
    for label, values in {
      "D3C: ratio to optimal": result.ratio_to_optimal,
      "D3C: local bound, dt = 1": rates,
    }.items()
  ]
  levels = {label: found[label] for label in ("smoothness bound", "CCE")}
  return curve_panels.Panel(name, "Price of anarchy", curves, levels)


def draw(folder: pathlib.Path) -> pathlib.Path:
  """Draws both games; returns the picture's path."""
  rows, panels = [], []
  for name, game in bounded_games().items():
    found = prices(game.costs)
    result = d3c.train(game.learned, jax.random.key(0), RUNS)
    panels.append(panel(name, game, found, result))
    whole = d3c_panels.counted(result)
    reached = float(result.ratio_to_optimal[whole, -1].mean())
    rows.append([name, *found.values(), reached])
  table = tables.Table(
    "d3c_bounds",
    "Prices of anarchy",
    ["game", *found, "D3C, ratio to optimal"],
    rows,
    [f"The prisoner's dilemma on a grid of {GRID}; D3C: mean of {RUNS} runs."],
  )
  print(table.text())
  path = tables.write(folder, table).with_suffix(".png")
  curve_panels.draw(path, panels, 2)
  return path
