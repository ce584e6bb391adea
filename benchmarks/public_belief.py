# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Full-width sweeps per second of magnetic mirror descent, beside OpenSpiel's.

  python -m benchmarks.public_belief --games=kuhn_poker,leduc_poker

A sweep moves the policy at every information state of both players once.
OpenSpiel's `mmd_dilated` does so in NumPy, on sequences and dilated entropy,
and has another fixed point, a reduced normal-form QRE: compared is the work,
not the answer. Compilation is excluded; repeats of one process, in turns.
"""

import jax
import pyspiel
from absl import app, flags
from open_spiel.python.algorithms import mmd_dilated

from benchmarks import report
from nes_spiel import pub_amg
from nes_spiel.pub_amg import descent, policies

_GAMES = flags.DEFINE_list(
  "games",
  ["kuhn_poker", "leduc_poker", "liars_dice(dice_sides=3)"],
  "OpenSpiel game strings without commas.",
)
_ALPHA = flags.DEFINE_float("alpha", 0.5, "Of both.", lower_bound=1e-3)
_SWEEPS = flags.DEFINE_integer("sweeps", 2000, "Ours per repeat.", 1)
_PEER_SWEEPS = flags.DEFINE_integer("peer_sweeps", 3, "OpenSpiel's.", 1)
_REPEATS = flags.DEFINE_integer("repeats", 5, "Of all measurements.", 1)
COLUMNS = (
  "game",
  "histories",
  *report.spread_names("ours, sweeps/s"),
  *report.spread_names("mmd_dilated, sweeps/s"),
  *report.spread_names("ratio"),
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


def benchmark_game(name: str) -> tuple[object, ...]:
  """Returns the row of a game."""
  game = pub_amg.PublicGame.from_openspiel(pyspiel.load_game(name))
  turns = [
    (ours_per_second(game), peer_per_second(game))
    for _ in range(_REPEATS.value)
  ]
  return (
    name,
    len(game.tree.parent),
    *report.spread([ours for ours, _ in turns]),
    *report.spread([peer for _, peer in turns]),
    *report.spread([ours / peer for ours, peer in turns]),
  )


def main(_: list[str]) -> None:
  """Measures and prints."""
  report.show_setting(
    alpha=_ALPHA.value, sweeps=_SWEEPS.value, repeats=_REPEATS.value
  )
  rows = [benchmark_game(name) for name in _GAMES.value]
  report.show("public_belief", "Full-width sweeps", COLUMNS, rows)


if __name__ == "__main__":
  app.run(main)
