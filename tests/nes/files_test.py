# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A network comes back from its file as it was, or the file is refused."""

import json

import jax
import numpy as np
import pytest
import safetensors.numpy

import nes_spiel
from nes_spiel import nes, runs
from nes_spiel.runs import tensor_files

CONFIG = nes.Config(
  concept="ce", payoff_channels=(4,), middle_channels=4, dual_channels=(4,)
)


@pytest.fixture(scope="module")
def variables(random_network):
  return random_network(CONFIG)[1]


@pytest.fixture
def path(variables, tmp_path):
  nes.save(tmp_path / "model.safetensors", CONFIG, variables, {"steps": 3})
  return tmp_path / "model.safetensors"


def test_it_comes_back_bit_by_bit(path, variables):
  model = nes.load(path)
  assert model.network.config == CONFIG
  assert model.facts == {"steps": 3}
  left, right = (
    jax.tree_util.tree_leaves_with_path(tree)
    for tree in (variables, model.variables)
  )
  assert [where for where, _ in left] == [where for where, _ in right]
  for (_, saved), (_, loaded) in zip(left, right, strict=True):
    assert saved.tobytes() == loaded.tobytes()


def test_a_truncated_file_is_refused(path):
  path.write_bytes(path.read_bytes()[:-5])
  with pytest.raises(ValueError, match="not a whole file"):
    nes.load(path)


def test_a_changed_file_is_refused(path):
  data = bytearray(path.read_bytes())
  data[-1] ^= 1
  path.write_bytes(bytes(data))
  with pytest.raises(ValueError, match="changed after it was written"):
    nes.load(path)


def test_a_missing_file_and_a_foreign_one_are_refused(path, tmp_path):
  with pytest.raises(ValueError, match="no such file"):
    nes.load(tmp_path / "other.safetensors")
  safetensors.numpy.save_file({"x": np.ones(2)}, path)
  with pytest.raises(ValueError, match="not one of nes_spiel's"):
    nes.load(path)


def rewrite(path, change):
  """Writes the file again, with a digest that fits what was changed."""
  arrays, values = runs.read_tensors(path)
  change(arrays, values)
  runs.write_tensors(path, arrays, values)


@pytest.mark.parametrize(
  ("change", "message"),
  [
    (
      lambda arrays, values: values.update(format_version=2),
      "version 1, got 2",
    ),
    (
      lambda arrays, values: values["config"].update(middle_channels=6),
      r"expected float32\(",
    ),
    (
      lambda arrays, values: values["config"].update(payoff_channels=[4, 4]),
      "missing",
    ),
    (lambda arrays, values: values["config"].update(concept="cc"), "'cc'"),
    (
      lambda arrays, values: values["config"].pop("maps"),
      "expected the fields",
    ),
    (
      lambda arrays, values: values["config"].update(players="2"),
      "Config.players: expected int, got '2'",
    ),
    (
      lambda arrays, values: values["config"].update(dual_channels=4),
      "Config.dual_channels: expected a tuple of int, got 4",
    ),
    (
      lambda arrays, values: values["config"].update(players=10**30),
      "expected 2 to 30 players",
    ),
    (lambda arrays, values: values.update(config=[]), "expected the fields"),
    (lambda arrays, values: values.update(facts=[]), "facts: expected a dict"),
    (
      lambda arrays, values: values["facts"].update(rows=["MX"]),
      "facts: expected rows of",
    ),
    (
      lambda arrays, values: values["facts"].update(options=[]),
      "facts: expected options as of",
    ),
    (
      lambda arrays, values: values["facts"].update(
        options={"buckets": [[1, "2"]]}
      ),
      "facts: expected buckets' sizes",
    ),
    (lambda arrays, values: arrays.popitem(), "missing"),
    (
      lambda arrays, values: arrays.update(more=np.ones(2, np.float32)),
      "more: not in its configuration",
    ),
    (
      lambda arrays, values: arrays.update(
        {name: array * np.nan for name, array in arrays.items()}
      ),
      "is not finite",
    ),
  ],
)
def test_a_contradiction_is_named(path, change, message, unchecked):
  rewrite(path, change)
  with pytest.raises(ValueError, match=message) as caught:
    nes.load(path)
  assert str(path) in str(caught.value)


def test_the_configuration_survives_json():
  transformer = nes.Config(architecture="transformer")
  for config in (CONFIG, nes.Config.paper("ce", 3), nes.Config(), transformer):
    values = json.loads(json.dumps(config.to_dict()))
    assert nes.Config.from_dict(values) == config


def test_files_from_before_there_were_architectures():
  """They lack the field, and a run's identity is what it was then."""
  first = {
    "concept",
    "players",
    "inputs",
    "maps",
    "normalization",
    "payoff_channels",
    "middle_channels",
    "dual_channels",
    "corrections",
  }
  values = nes.Config().to_dict()
  assert set(values) == first
  assert nes.Config.from_dict(values).architecture == "pooling"
  named = nes.Config.from_dict({**values, "architecture": "pooling"})
  assert named == nes.Config()


@pytest.mark.parametrize(
  "options",
  [
    {"concept": "ne"},
    {"inputs": ("payoffs", "colour")},
    {"inputs": ("reference_logits",)},
    {"maps": "some"},
    {"normalization": "layer"},
    {"players": 1},
    {"payoff_channels": (0,)},
    {"corrections": -1},
    {"normalization": "game"},
    {"concept": "ce", "middle_channels": 5},
    {"architecture": "recurrent"},
    {"architecture": "transformer", "maps": "paper"},
    {"architecture": "transformer", "activation": "linear"},
    {"architecture": "transformer", "payoff_channels": (8, 6)},
  ],
)
def test_a_configuration_that_cannot_be_built_is_refused(options, unchecked):
  with pytest.raises(ValueError, match="Config"):
    nes.Config(**options)


def test_unknown_models_are_answered_with_the_known():
  with pytest.raises(ValueError, match=r"expected one of .*'cce_9p'"):
    nes.load_pretrained("cce_9p")


def test_values_that_are_no_json_are_refused(path):
  """Their digest is right, so only the reader can tell."""
  arrays, _ = runs.read_tensors(path)
  for text, message in (("{", "no JSON"), ("[1]", "expected values by name")):
    header = {"nes_spiel": text, "sha256": tensor_files.digest(arrays, text)}
    safetensors.numpy.save_file(arrays, path, header)
    with pytest.raises(ValueError, match=message) as caught:
      nes.load(path)
    assert str(path) in str(caught.value)


def test_a_networks_own_facts_let_solve_warn(variables, tmp_path):
  """`Recipe.facts` is what `save` needs of a network of one's own."""
  recipe = nes.Recipe((nes.Bucket(2, 3, 8, 1.0),), rows=("ME",))
  nes.save(tmp_path / "own", CONFIG, variables, recipe.facts())
  model = nes.load(tmp_path / "own")
  game = np.random.default_rng(0).normal(size=(2, 4, 4))
  with pytest.warns(UserWarning, match="up to 3 strategies a player"):
    nes_spiel.solve(game, "ce", method="nes", model=model)


def test_saved_facts_have_a_form(variables, tmp_path, unchecked):
  with pytest.raises(ValueError, match="facts: expected rows of"):
    nes.save(tmp_path / "own", CONFIG, variables, {"rows": "ME"})
