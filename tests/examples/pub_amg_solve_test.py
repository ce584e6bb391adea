# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""pub_amg_solve prints the gaps of the policy that it writes."""

import pyspiel
import pytest
from open_spiel.python import policy as openspiel_policy
from open_spiel.python.algorithms import exploitability
from results import read_rows


def read_policy(path, game):
  """Returns the policy of a file, as OpenSpiel's."""
  policy = openspiel_policy.TabularPolicy(game)
  for line in read_rows(path):
    entry = policy.policy_for_key(line["information_state"])
    entry[int(line["action"])] = float(line["probability"])
  return policy


def test_solving_annealing_and_mistakes(run_lines, tmp_path):
  fixed, annealed, cooperative, unknown, short, endless = run_lines(
    "pub_amg_solve",
    [f"--output_dir={tmp_path}/fixed", "--alpha=0.5"],
    [
      f"--output_dir={tmp_path}/annealed",
      "--anneal",
      "--alpha=1",
      "--exploitability=0.05",
    ],
    ["--game=tiny_hanabi"],
    ["--game=no_such_game"],
    ["--max_sweeps=1"],
    ["--anneal", "--max_sweeps=1"],
  )
  assert short.code == 1
  assert "not reached: the tolerance: try more --max_sweeps" in short.err
  assert endless.code == 0, endless.err
  game = pyspiel.load_game("kuhn_poker")
  for name, done in (("fixed", fixed), ("annealed", annealed)):
    assert done.code == 0, done.err
    assert "CONVERGED" in done.out
    policy = read_policy(tmp_path / name / "policy.csv", game)
    expected = exploitability.exploitability(game, policy)
    printed = done.out.split(" exploitability ")[-1].split(",")[0]
    assert float(printed) == pytest.approx(expected, abs=1e-6)
  assert float(printed) <= 0.05
  for done, message in (
    (cooperative, "IDENTICAL"),
    (unknown, "'no_such_game'"),
  ):
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err
