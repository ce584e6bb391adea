# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The shipped networks do what their files say, on the same held-out games.

The smallest of each one's shapes is measured again; all of them by
`python -m nes_spiel.examples.train_nes --recipe=NAME --evaluate`.
"""

import pathlib

import numpy as np
import pytest

from nes_spiel import nes, runs
from nes_spiel.examples import held_out
from nes_spiel.examples.shapes import shape_name
from nes_spiel.nes import train_loop

STATES = pathlib.Path(__file__).parents[2] / "training_state"

pytestmark = pytest.mark.reference

# Of the distance of zero duals, half is wanted. Where duals are as large as rho
# since a target epsilon is out of reach, CE networks have not come so far: that
# of all rows at all sizes, where another one serves, and that one at 12x12.
WANTING = {
  "ce_2p_rows": ("MS", "unreachable", "eps-ME", "eps-MWME", "eps-MRE"),
  "ce_2p_epsilon": ("12x12 MS", "12x12 eps-MRE unreachable"),
}
# Sizes that no training had.
BEYOND = {
  shape_name(shape)
  for shapes in held_out.BEYOND_SHAPES.values()
  for shape in shapes
}


@pytest.mark.parametrize("name", sorted(nes.PRETRAINED))
def test_measurements_are_reproduced(name):
  model = nes.load_pretrained(name)
  facts = model.facts
  assert (facts["recipe"], facts["players"]) == (
    name,
    model.network.config.players,
  )
  shapes = held_out.EVALUATION_SHAPES[facts["concept"], facts["players"]]
  measured = held_out.measure(
    model.network,
    model.variables,
    facts["evaluation_games"],
    held_out.kinds_of(facts["rows"]),
    shapes[:1],
  )
  for shape, seen in measured.items():
    print(
      name, shape, {key: np.round(x, 4).tolist() for key, x in seen.items()}
    )
    for key, (mean, error) in facts["measured"][shape].items():
      # Single precision adds up differently on other machines, and a network
      # that looks at its answer many times passes that on.
      assert seen[key][0] == pytest.approx(mean, abs=3e-4 + 0.1 * error)


@pytest.mark.parametrize("name", sorted(nes.PRETRAINED))
def test_networks_leave_less_than_half(name):
  """Of zero duals' distance, or less than all for sizes beyond training."""
  for shape, seen in nes.PRETRAINED[name]["measured"].items():
    # Where zero duals are exact, and where less is asked.
    if shape.endswith(("inactive", *WANTING.get(name, ()))):
      continue
    most = 1 if shape.split(" ")[0] in BEYOND else 0.5
    assert seen["solver_gap"][0] < most * seen["trivial_gap"][0], shape


def test_two_player_cce_are_at_or_past_the_paper():
  """Table 1, by a network per size, where ours is one for all.

  On 512 games; zero duals, the uniform joint, have 0.36, 0.25 and 0.20.
  """
  model = nes.load_pretrained("cce_2p")
  paper = {(4, 4): 0.0120, (8, 8): 0.0054, (16, 16): 0.0034}
  found = held_out.measure(
    model.network, model.variables, 512, ("ME",), list(paper)
  )
  for row, most in zip(found.values(), paper.values(), strict=True):
    assert row["solver_gap"][0] <= most
    assert row["solved"][0] == 1
  for shape, row in found.items():
    stored, error = model.facts["measured"][shape]["solver_gap"]
    assert row["solver_gap"][0] == pytest.approx(stored, abs=3e-4 + 0.1 * error)


def test_two_player_ce_are_learned():
  """Of uniform play's distance, 0.364, less than a twentieth is left."""
  measured = nes.PRETRAINED["ce_2p"]["measured"]
  assert measured["8x8 ME"]["solver_gap"][0] <= 0.02
  assert measured["8x8 ME"]["solved"][0] == 1


@pytest.mark.parametrize("name", sorted(nes.PRETRAINED))
def test_training_can_go_on_from_where_it_stopped(name):
  model, (config, recipe) = nes.load_pretrained(name), nes.RECIPES[name]
  arrays, values = runs.load_checkpoint(STATES / name / "checkpoints")
  seed = model.facts["seed"]
  runs.check_same_run(values, train_loop.run_identity(config, recipe, seed))
  assert values["step"] == model.facts["steps"] == arrays[".step"]
  # Averages of batch moments are refreshed after the last step.
  for path, array in runs.tree_to_arrays(model.variables.parameters).items():
    np.testing.assert_array_equal(arrays[f".variables.parameters{path}"], array)
