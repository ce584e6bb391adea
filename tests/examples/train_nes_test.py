# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The training example writes a model that `nes.load` reads, and goes on."""

import jax
import numpy as np
import pytest

from nes_spiel import nes

# A recipe of one's own, of which little is compiled.
OWN = """
from nes_spiel import nes

nes.RECIPES["own"] = (
  nes.Config("cce", 2, payoff_channels=(4,), dual_channels=(4,)),
  nes.Recipe((nes.Bucket(2, 3, 16, 1.0),)),
)
"""


@pytest.mark.reference
def test_it_trains_goes_on_and_writes_a_model(
  run_lines, tmp_path, quick_compilation
):
  common = [
    "--recipe=own",
    f"--output_dir={tmp_path}",
    "--save_every=25",
    "--evaluation_games=64",
    "--shapes=4x4",
  ]
  first, again, more = run_lines(
    "train_nes",
    [*common, "--steps=25"],
    [*common, "--steps=25"],
    [*common, "--steps=50", "--resume"],
    first=OWN,
  )
  assert first.code == 0, first.err
  assert again.code == 2
  assert "holds a run" in again.err
  assert more.code == 0, more.err
  model = nes.load(tmp_path / "model.safetensors")
  assert model.facts["steps"] == 50
  assert model.facts["horizons"] == [[0, 25], [25, 50]]
  assert model.facts["options"]["learning_rate"] == 1e-3
  assert model.facts["recipe"] == "own"
  mean, error = model.facts["measured"]["4x4 ME"]["solver_gap"]
  assert 0 < error < mean < 1
  assert all(np.isfinite(x).all() for x in jax.tree.leaves(model.variables))


def test_mistakes_are_explained(run_lines):
  cases = {
    ("--recipe=nonsense",): "cce_2p",
    ("--steps=5",): "training needs a folder",
    ("--steps=5", "more"): "unexpected arguments",
    ("--evaluate", "--shapes=4x"): "players, as in 4x4, got '4x'",
  }
  finished = run_lines("train_nes", *cases)
  for (line, message), done in zip(cases.items(), finished, strict=True):
    assert done.code != 0, line
    assert message in done.out + done.err, line
