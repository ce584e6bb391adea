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


@pytest.mark.reference
def test_a_given_model_is_measured(run_lines, tmp_path, quick_compilation):
  for name in ("cce_2p", "ce_2p"):
    model = nes.untrained_model(*nes.RECIPES[name])
    facts = model.facts | {"recipe": name, "note": "never trained"}
    folder = tmp_path / name
    folder.mkdir()
    nes.save(
      folder / "model.safetensors",
      model.network.config,
      model.variables,
      facts,
    )
  common = ["--evaluate", "--evaluation_games=2", "--shapes=2x2"]
  own, other = run_lines(
    "train_nes",
    [*common, f"--output_dir={tmp_path / 'cce_2p'}"],
    [*common, f"--output_dir={tmp_path / 'ce_2p'}"],
  )
  assert own.code == 0, own.err
  assert "never trained" in own.out
  assert other.code == 2
  assert "is of the recipe ce_2p, got cce_2p" in other.err


def test_mistakes_are_explained(check_mistakes, tmp_path):
  cases = {
    ("--recipe=nonsense",): "cce_2p",
    ("--steps=5",): "training needs a folder",
    ("--steps=5", "more"): "unexpected arguments",
    ("--evaluate", "--shapes=4x"): "players, as in 4x4, got '4x'",
    ("--evaluate", f"--output_dir={tmp_path}"): "model.safetensors",
    ("--resume", "--start_from=x", "--output_dir=x"): "--start_from: is of a",
  }
  check_mistakes("train_nes", cases)
