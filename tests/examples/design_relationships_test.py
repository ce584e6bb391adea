# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""design_relationships prints weights that a solver of its own confirms."""

import json
import re

import numpy as np
import pytest
from results import assert_picture

from nes_spiel.examples import least_squares

# At its best weights a costlier equilibrium ends: they lie on a fold.
GAME = {
  "costs": [[[6, 5], [0, 6]], [[6, 1], [2, 3]]],
  "relationships": [[[1, 0], [0, 1]], [[0, 1], [1, 0]]],
  "social_cost": [[6, 4], [1, 9]],
  "names": ["own", "the other's"],
}
TEMPERATURE = 0.5
BROKEN = {
  "no_social": (GAME | {"social_cost": [1, 2]}, "social_cost: expected one"),
  "unknown": (GAME | {"social": 1}, "names; unknown: social."),
  "missing": ({"costs": GAME["costs"]}, "names; missing: relationships."),
  "list": ([1, 2], "expected an object"),
  "ragged": (GAME | {"costs": [[1, 2], [3]]}, "costs: expected nested lists"),
  "text": (GAME | {"costs": [["1"]]}, "costs: expected nested lists of num"),
  "null": (GAME | {"relationships": None}, "relationships: expected nested"),
  "nan": (GAME | {"social_cost": [[1, 2], [3, float("nan")]]}, "finite"),
  "names": (GAME | {"names": ["own"]}, "names: expected one for each of 2"),
  "no_texts": (GAME | {"names": [1, 2]}, "names: expected a list of texts"),
  "cubes": (GAME | {"relationships": [[[1]]]}, "relationships: expected mat"),
}


def equilibria(weights):
  """Returns social costs of all equilibria that SciPy finds."""
  costs = np.array(GAME["costs"], float)
  network = np.tensordot(weights, np.array(GAME["relationships"], float), 1)
  gap = least_squares.ResponseGap(
    -np.einsum("ij,jab->iab", network, costs), TEMPERATURE
  )
  steps = [np.array([x, 1 - x]) for x in np.linspace(0.001, 0.999, 15)]
  ends = [gap.solve(np.stack([x, y])) for x in steps for y in steps]
  return {
    round(float(x.profile[0] @ GAME["social_cost"] @ x.profile[1]), 5)
    for x in ends
    if x.residual < 1e-10
  }


def check_design(done, path):
  """Value, equilibria, certificate and fold are printed and true."""
  assert done.code == 0, done.err
  found = json.loads(path.read_text())
  weights = np.array(found["weights"])
  assert np.linalg.norm(weights) == pytest.approx(1)
  assert found["names"] == GAME["names"]
  for name, weight in zip(GAME["names"], weights, strict=True):
    assert re.search(rf"^{name} +{weight:.6f}$", done.out, re.MULTILINE)
  known = equilibria(weights)
  assert {round(x, 5) for x in found["social_costs"]} == known
  assert found["value"] == pytest.approx(max(known), abs=1e-4)
  assert found["certificate"]["agrees"]
  assert "fresh starts agree" in done.out
  # A step across the fold brings another, costlier equilibrium.
  assert found["on_fold"]
  assert "use --robust_radius" in done.out
  angle = np.arctan2(weights[1], weights[0]) + np.array([-1e-3, 1e-3])
  near = [max(equilibria([np.cos(x), np.sin(x)])) for x in angle]
  assert max(near) > found["value"] + 1


def test_a_file_and_mistakes(run_lines, tmp_path):
  lines, messages = [], []
  for name, (content, message) in BROKEN.items():
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps(content))
    lines.append([f"--file={path}"])
    messages.append(message)
  (tmp_path / "code.json").write_text("__import__('os').abort()")
  (tmp_path / "deep.json").write_text("[" * 200_000)
  good = tmp_path / "good.json"
  good.write_text(json.dumps(GAME))
  others = {
    f"--file={tmp_path}/code.json": "is no JSON",
    f"--file={tmp_path}/deep.json": "nested too deeply",
    f"--file={tmp_path}/nowhere.json": "No such file",
    "--starts=1": "expected one of --game and --file",
  }
  lines += [[flag] for flag in others]
  messages += others.values()
  lines.append([f"--file={good}", "--temperature=0"])
  messages.append("temperature: expected a finite number above 0")
  lines.append([f"--file={good}", f"--output_dir={good}/made"])
  messages.append("Not a directory")
  output = tmp_path / "made"
  design, *refused = run_lines(
    "design_relationships",
    [
      f"--file={good}",
      f"--temperature={TEMPERATURE}",
      "--starts=16",
      f"--output_dir={output}",
    ],
    *lines,
  )
  for done, message in zip(refused, messages, strict=True):
    assert done.code == 2, (message, done.err)
    assert message in done.err
    assert "Traceback" not in done.err
  check_design(design, output / "design.json")
  assert_picture(output / "design.png")
