# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Files that were cut, changed or made up are refused, or read the same."""

import itertools
import pathlib

import numpy as np
import pytest

import nes_spiel
from nes_spiel import games, nes, runs

pytestmark = [pytest.mark.reference, pytest.mark.usefixtures("unchecked")]
MODEL = (
  pathlib.Path(nes_spiel.__file__).parent / "nes/models/cce_2p.safetensors"
)
NFG_CASES, TENSOR_CASES, MODEL_CASES = 5000, 2500, 300
WORDS = [
  '"',
  "{",
  "}",
  "1/0",
  "nan",
  "1e999",
  "-",
  "NFG",
  "\x00",
  "2",
  " ",
  "é",
]


def outcome(read, path):
  """Returns what was read and no message, or None and ValueError's."""
  try:
    return read(path), ""
  except ValueError as error:
    return None, str(error)


def mutate(rng, data, pieces):
  """Returns data with one to four edits: cut, dropped, doubled, replaced."""
  for _ in range(rng.integers(1, 5)):
    start, end = sorted(rng.integers(0, len(data) + 1, size=2))
    end = min(end, start + 20)
    piece = pieces[rng.integers(len(pieces))]
    head, tail = data[:start], data[end:]
    edits = [head, head + tail, data[:end] + data[start:]]
    edits += [head + piece + tail, head + piece + data[start:]]
    data = edits[rng.integers(len(edits))]
  return data


def test_gambit_files(tmp_path):
  """A game of finite payoffs, or one line that says where it is wrong."""
  rng = np.random.default_rng(0)
  path = tmp_path / "game.nfg"
  sources = []
  for shape in ((2, 2), (3, 2), (2, 2, 2)):
    games.write_nfg(path, rng.normal(size=(len(shape), *shape)), title="a")
    sources.append(path.read_text())
  sources.append(
    'NFG 1 R "t" { "A" "B" } { { "x" "y" } { "u" "v" } } "c"\n'
    '{ { "a" 1, 1/3 } { "b" 0.5 -2e1 } } 1 0 2 1\n'
  )
  read = 0
  for source in itertools.islice(itertools.cycle(sources), NFG_CASES):
    path.write_text(mutate(rng, source, WORDS))
    payoffs, message = outcome(games.read_nfg, path)
    assert (str(path) in message) == (payoffs is None)
    if payoffs is not None:
      read += 1
      assert payoffs.ndim == len(payoffs) + 1
      assert np.isfinite(payoffs).all()
  print(f"{NFG_CASES} files, {read} of them still games")
  assert 0 < read < NFG_CASES


def test_checkpoints(tmp_path):
  """What is read is what was written, or it is refused."""
  rng = np.random.default_rng(0)
  values = {"step": 3, "rate": 0.5, "name": "a run", "rows": ["ME", "MT"]}
  arrays = {"a": np.arange(12.0).reshape(3, 4), "b": np.array([1, 2], np.int32)}
  path = tmp_path / "file.safetensors"
  runs.write_tensors(path, arrays, values)
  whole = path.read_bytes()
  pieces = [bytes([byte]) for byte in range(256)] + [b'"a"', b"[3,4]", b"F32"]
  same = 0
  for _ in range(TENSOR_CASES):
    path.write_bytes(mutate(rng, whole, pieces))
    found, message = outcome(runs.read_tensors, path)
    assert (str(path) in message) == (found is None)
    if found is None:
      continue
    same, (found, told) = same + 1, found
    assert told == values
    assert set(found) == set(arrays)
    for name, array in arrays.items():
      np.testing.assert_array_equal(found[name], array)
  print(f"{TENSOR_CASES} files, {same} read the same")
  assert 0 < same < TENSOR_CASES / 4


def test_models(tmp_path):
  """A byte that changed anywhere in a network is noticed."""
  rng = np.random.default_rng(0)
  whole = bytearray(MODEL.read_bytes())
  path = tmp_path / "model.safetensors"
  for _ in range(MODEL_CASES):
    place, bit = rng.integers(len(whole)), 1 << int(rng.integers(8))
    whole[place] ^= bit
    path.write_bytes(whole)
    whole[place] ^= bit
    with pytest.raises(ValueError, match=r"model\.safetensors"):
      nes.load(path)
