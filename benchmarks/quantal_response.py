# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Quantal response equilibria per second, from random starts, beside others.

  python -m benchmarks.quantal_response --games=ambulance,two_lane

Ours solves all starts in one compiled call. SciPy's Levenberg-Marquardt takes
the same starts one by one, with the exact Jacobian in NumPy. Counted are ends
with a residual of at most 1e-10. Gambit, if it is installed, follows one branch
of equilibria from the uniform profile, so that it has no starts and finds one,
to a tolerance of its own. Compilation is excluded; repeats of one process, in
turns.
"""

import functools
import importlib.metadata

import jax
import jax.numpy as jnp
import numpy as np
from absl import app, flags

from benchmarks import gambit, report
from nes_spiel import equilibria, relationship_games
from nes_spiel.equilibria.response_search import distinct
from nes_spiel.examples import command_line
from nes_spiel.examples.least_squares import ResponseGap
from nes_spiel.relationship_games.equilibrium_costs import random_starts

GAMES = {
  "ambulance": relationship_games.congestion_with_ambulance,
  "two_lane": relationship_games.two_lane_congestion,
}
_GAMES = flags.DEFINE_list("games", list(GAMES), "At equal weights.")
_TEMPERATURE = flags.DEFINE_float("temperature", 0.5, "lambda.", 1e-3)
_STARTS = flags.DEFINE_integer("starts", 512, "Ours and SciPy's.", 1)
_REPEATS = flags.DEFINE_integer("repeats", 5, "Of all measurements.", 1)
COLUMNS = (
  "game",
  "solver",
  "starts",
  "converged",
  "distinct",
  "residual",
  *report.spread_names("equilibria/s"),
  *report.spread_names("microseconds/start"),
)


class Ours:
  """All starts in one compiled call."""

  name = "ours"
  tolerance = 1e-10  # on the residual of what is called an equilibrium

  def __init__(self, payoffs, starts):
    with jax.enable_x64(True):
      self.arrays = jax.device_put((payoffs, starts))
    self.count = len(starts)

  @staticmethod
  @jax.jit
  def solve_all(payoffs, temperature, starts):
    """Returns where every start leads."""
    solve = functools.partial(
      equilibria.solve_quantal_response, payoffs, temperature
    )
    return jax.vmap(solve)(starts)

  def run(self):
    """Returns profiles and their residuals."""
    payoffs, starts = self.arrays
    with jax.enable_x64(True):
      found = self.solve_all(payoffs, _TEMPERATURE.value, starts)
      return jax.block_until_ready((found.profile, found.residual))


class SciPy:
  """Levenberg-Marquardt from one start after the other."""

  name = "scipy, lm"
  tolerance = 1e-10

  def __init__(self, payoffs, starts):
    self.gap = ResponseGap(payoffs, _TEMPERATURE.value)
    self.starts, self.count = starts, len(starts)

  def run(self):
    """Returns profiles and their residuals."""
    found = [self.gap.solve(start) for start in self.starts]
    return [x.profile for x in found], [x.residual for x in found]


class Gambit:
  """The branch of equilibria that begins at the uniform profile."""

  name = "gambit, one branch"
  tolerance = np.inf  # its own decides
  count = 1

  def __init__(self, payoffs, _):
    self.branch = gambit.GambitLogit(payoffs)
    self.gap = ResponseGap(payoffs, _TEMPERATURE.value)

  def run(self):
    """Returns one profile and the residual that its tolerance leaves."""
    profile = np.array(self.branch.solve(1 / _TEMPERATURE.value))
    return [profile], [np.abs(self.gap.gap(profile.ravel())).max()]


def check_agreement(payoffs, starts):
  """Raises AssertionError unless SciPy's F and its derivative are ours."""
  peer = ResponseGap(payoffs, _TEMPERATURE.value)
  with jax.enable_x64(True):
    at = (jnp.asarray(payoffs), jnp.asarray(starts[-1]), _TEMPERATURE.value)
    gap = equilibria.response_gap(*at)
    jacobian = jax.jacobian(equilibria.response_gap, argnums=1)(*at)
  point = starts[-1].ravel()
  size = (point.size, point.size)
  np.testing.assert_allclose(peer.gap(point), np.ravel(gap), atol=1e-12)
  np.testing.assert_allclose(
    peer.jacobian(point), np.reshape(jacobian, size), atol=1e-12
  )


def benchmark_game(name):
  """Returns a row per solver."""
  game = GAMES[name]()
  count = len(game.relationships)
  weights = np.full(count, count**-0.5)
  payoffs = np.asarray(relationship_games.induced_costs(game, -weights))
  starts = random_starts(game, jax.random.key(0), _STARTS.value)
  starts = starts.astype(float)
  check_agreement(payoffs, starts)
  kinds = [Ours, SciPy, Gambit] if gambit.INSTALLED else [Ours, SciPy]
  solvers = [kind(payoffs, starts) for kind in kinds]
  ends = [solver.run() for solver in solvers]  # compiles
  turns = [
    [report.seconds(solver.run) for solver in solvers]
    for _ in range(_REPEATS.value)
  ]
  return [
    row_of(name, solver, end, taken)
    for solver, end, taken in zip(
      solvers, ends, zip(*turns, strict=True), strict=True
    )
  ]


def row_of(name, solver, end, taken):
  """Returns what a solver found, and how fast."""
  profiles, residual = (np.asarray(x) for x in end)
  good = residual <= solver.tolerance
  found = good.sum()
  return (
    name,
    solver.name,
    solver.count,
    int(found),
    len(distinct(profiles[good])[0]),
    float(residual[good].max(initial=0)),
    *report.spread([found / seconds for seconds in taken]),
    *report.spread([seconds / solver.count * 1e6 for seconds in taken]),
  )


def run_all():
  """Measures and prints."""
  report.show_setting(
    temperature=_TEMPERATURE.value,
    starts=_STARTS.value,
    repeats=_REPEATS.value,
    gambit=importlib.metadata.version("pygambit")
    if gambit.INSTALLED
    else "not installed (pip install --pre pygambit), left out",
  )
  rows = [row for name in _GAMES.value for row in benchmark_game(name)]
  report.show("quantal_response", "Quantal response equilibria", COLUMNS, rows)


def main(argv):
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
