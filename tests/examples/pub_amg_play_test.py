# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""pub_amg_play: what is gained is what the policies expect."""

import re

ROW = re.compile(r"^ +([01]) +(\S+) \((\S+)\) +(\S+)$", re.MULTILINE)


def test_flags_of_other_opponents_are_refused(check_mistakes):
  message = "--cfr_iterations: is of --opponent=cfr; got uniform"
  check_mistakes("pub_amg_play", {("--cfr_iterations=5",): message})


def test_every_opponent(run_lines):
  uniform, itself, cfr, unknown, refused = run_lines(
    "pub_amg_play",
    ["--episodes=200"],
    ["--episodes=20", "--opponent=self"],
    ["--episodes=20", "--opponent=cfr", "--cfr_iterations=10"],
    ["--game=no_such_game"],
    ["--game=kuhn_poker(x=3)"],
  )
  for done in (uniform, itself, cfr):
    assert done.code == 0, done.err
  found = ROW.findall(uniform.out)
  assert [seat for seat, *_ in found] == ["0", "1"]
  for _, gained, error, expected in found:
    assert abs(float(gained) - float(expected)) < 5 * float(error)
    assert float(expected) > 0.1
  first, second = (float(row[3]) for row in ROW.findall(itself.out))
  assert first + second == 0
  # The second seat is the better one by 1/18, nearly an equilibrium's value.
  assert abs(second - 1 / 18) < 0.02
  assert unknown.code == 2
  assert unknown.err == "error: --game: OpenSpiel has no game 'no_such_game'.\n"
  assert refused.code == 2
  assert "Unknown parameter 'x'" in refused.err
