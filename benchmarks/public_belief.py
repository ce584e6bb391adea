# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Full-width sweeps per second of magnetic mirror descent, beside others.

  python -m benchmarks.public_belief --games=kuhn_poker,leduc_poker

A sweep moves the policy at every information state of both players once.
OpenSpiel's `mmd_dilated` does so in NumPy, on sequences and dilated entropy,
and has another fixed point, a reduced normal-form QRE: compared is the work,
not the answer. `python_descent` takes our steps in plain Python. Compilation is
excluded; repeats of one process, in turns.
"""

import jax
import numpy as np
import pyspiel
from absl import app, flags
from open_spiel.python.algorithms import mmd_dilated

from benchmarks import python_descent, report
from nes_spiel import pub_amg
from nes_spiel.examples import command_line
from nes_spiel.pub_amg import descent, policies

_GAMES = flags.DEFINE_list(
  "games",
  ["kuhn_poker", "leduc_poker", "liars_dice(dice_sides=3)"],
  "OpenSpiel game strings without commas.",
)
_ALPHA = flags.DEFINE_float("alpha", 0.5, "Of both.", lower_bound=1e-3)
_SWEEPS = flags.DEFINE_integer("sweeps", 2000, "Ours per repeat.", 1)
_PEER_SWEEPS = flags.DEFINE_integer("peer_sweeps", 3, "Of the others.", 1)
_REPEATS = flags.DEFINE_integer("repeats", 5, "Of all measurements.", 1)
COLUMNS = (
  "game",
  "histories",
  *report.spread_names("ours, sweeps/s"),
  *report.spread_names("mmd_dilated, sweeps/s"),
  *report.spread_names("plain Python, sweeps/s"),
  *report.spread_names("ours / mmd_dilated"),
  *report.spread_names("ours / plain Python"),
)


@jax.jit
def _sweep_on(form, tables, method, count):
  """Returns policies after some sweeps, unmeasured."""
  return jax.lax.fori_loop(
    0, count, lambda k, x: descent.sweep(form, x, method, k + 1.0), tables
  )


def ours_per_second(game: pub_amg.PublicGame) -> float:
  """Returns how many of our sweeps a second has."""
  method = descent.make_method(pub_amg.MiniMaxEnt(), _ALPHA.value, None)
  with jax.enable_x64(True):
    start = policies.uniform(game)
    form = jax.device_put(game.form)
    _sweep_on(form, start, method, 1)  # compiles
    return _SWEEPS.value / report.seconds(
      lambda: _sweep_on(form, start, method, _SWEEPS.value)
    )


def peer_per_second(game: pub_amg.PublicGame) -> float:
  """Returns how many of OpenSpiel's sweeps a second has."""
  peer = mmd_dilated.MMDDilatedEnt(game.tree.game, _ALPHA.value)

  def sweep() -> None:
    for _ in range(_PEER_SWEEPS.value):
      peer.update_sequences()

  return _PEER_SWEEPS.value / report.seconds(sweep)


def python_per_second(root: python_descent.Node) -> float:
  """Returns how many sweeps in plain Python a second has."""
  alpha, policy = _ALPHA.value, python_descent.uniform(root, {})

  def sweep() -> None:
    for _ in range(_PEER_SWEEPS.value):
      python_descent.sweep(root, policy, alpha, alpha / 10)

  return _PEER_SWEEPS.value / report.seconds(sweep)


def check_agreement(
  game: pub_amg.PublicGame, root: python_descent.Node, count: int = 5
) -> None:
  """Raises AssertionError unless plain Python takes our steps."""
  alpha, policy = _ALPHA.value, python_descent.uniform(root, {})
  method = descent.make_method(pub_amg.MiniMaxEnt(), alpha, None)
  for _ in range(count):
    policy = python_descent.sweep(root, policy, alpha, alpha / 10)
  with jax.enable_x64(True):
    tables = _sweep_on(game.form, policies.uniform(game), method, count)
  for player, states in enumerate(game.information_states):
    for row, name in enumerate(states.strings):
      expected = policy[player, name]
      found = np.exp(np.asarray(tables[player])[row, : len(expected)])
      np.testing.assert_allclose(found, expected, atol=1e-12)


def benchmark_game(name: str) -> tuple[object, ...]:
  """Returns the row of a game."""
  game = pub_amg.PublicGame.from_openspiel(pyspiel.load_game(name))
  root = python_descent.read(game.tree.game.new_initial_state())
  check_agreement(game, root)
  turns = [
    (ours_per_second(game), peer_per_second(game), python_per_second(root))
    for _ in range(_REPEATS.value)
  ]
  return (
    name,
    len(game.tree.parent),
    *report.spread([ours for ours, _, _ in turns]),
    *report.spread([peer for _, peer, _ in turns]),
    *report.spread([plain for _, _, plain in turns]),
    *report.spread([ours / peer for ours, peer, _ in turns]),
    *report.spread([ours / plain for ours, _, plain in turns]),
  )


def run_all() -> None:
  """Measures and prints."""
  report.show_setting(
    alpha=_ALPHA.value, sweeps=_SWEEPS.value, repeats=_REPEATS.value
  )
  rows = [benchmark_game(name) for name in _GAMES.value]
  report.show("public_belief", "Full-width sweeps", COLUMNS, rows)


def main(argv: list[str]) -> None:
  """Runs; a user's mistake ends it with one line."""
  with command_line.program(argv):
    run_all()


if __name__ == "__main__":
  app.run(main)
