# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Readers of files under Atheris, which looks for input that takes new paths.

  python tests/fuzz/fuzz_files.py nfg out/fuzz -runs=100000 -seed=1

A reader's name, of READERS; a folder, which keeps what the fuzzer finds and
from where it goes on; then options of libFuzzer. Every input must be read, or
refused by a ValueError that names the file; anything else ends the run with a
traceback. `nfg` and `tensors` read the fuzzer's bytes. The others read a file
of which values were edited and the digest made to fit, so that what lies behind
the digest is tried as well.
Needs Atheris: pip install 'atheris>=3.0' (Linux).
"""

import json
import math
import pathlib
import sys
import tempfile
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import atheris
import jax
import numpy as np

READ_HERE = [
  "nes_spiel.games.gambit_files",
  "nes_spiel.nes.config",
  "nes_spiel.nes.files",
  "nes_spiel.pub_amg.learned_values",
  "nes_spiel.runs",
]
with atheris.instrument_imports(include=READ_HERE):
  from safetensors.numpy import save_file

  from nes_spiel import equilibria, games, nes, pub_amg, runs
  from nes_spiel.pub_amg.learned_values import BeliefValue
  from nes_spiel.pub_amg.network import BeliefNetwork
  from nes_spiel.runs import tensor_files

# What becomes of the fuzzer's bytes: a file to read.
Write = Callable[[pathlib.Path, bytes], object]
Arrays = Mapping[str, np.ndarray]
# What values become, and a name that goes.
ODD = [None, True, -1, 0, 1, 3, 10**9, 10**30, 0.5, math.nan, "", "missing"]
ODD += ["ce", "paper", [], {}, [2], [[]], [0.5], ["MS"], [[2, 3, 1, 1.0]]]


class Reader(NamedTuple):
  """What reads a file, what writes one, and files to begin with, as bytes."""

  read: Callable[[pathlib.Path], object]
  write: Write
  seeds: tuple[bytes, ...]


def edited(values: Any, provider: atheris.FuzzedDataProvider) -> Any:
  """Returns values of which one, somewhere, is another or missing."""
  inner = values if isinstance(values, list | dict) else []
  choice = provider.ConsumeIntInRange(0, len(inner) + 1)
  if choice >= len(inner):
    return provider.PickValueInList(ODD)
  place = choice if isinstance(values, list) else sorted(values)[choice]
  values = values.copy()
  changed = edited(values.pop(place), provider)
  if isinstance(values, list):
    return [*values[:place], changed, *values[place:]]
  return values if changed == "missing" else {**values, place: changed}


def signed(arrays: Arrays, values: dict[str, Any]) -> Write:
  """Returns what writes arrays, edited values, and the digest of both."""

  def write(path: pathlib.Path, data: bytes) -> None:
    provider, told = atheris.FuzzedDataProvider(data), values
    while provider.remaining_bytes():
      told = edited(told, provider)
    text = json.dumps(told)
    digest = tensor_files.digest(arrays, text)
    save_file(dict(arrays), path, {"nes_spiel": text, "sha256": digest})

  return write


def nfg() -> Reader:
  """Returns Gambit's games."""
  payoffs = (
    b'NFG 1 R "t" { "A" "B" } { 2 2 }\n1 -1 0.5 1/3 2e3 .5 7 8\n',
    b'NFG 1 D "t" { "A" "B" } { { "x" "y" } { "u" } } "c"\n'
    b'{ { "a" 1, 1/3 } { "b" 0.5 -2e1 } } 1 0\n',
  )
  return Reader(games.read_nfg, pathlib.Path.write_bytes, payoffs)


def tensors() -> Reader:
  """Returns checkpoints, as bytes."""
  with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder, "file")
    runs.write_tensors(path, {"a": np.arange(3.0)}, {"step": 3})
    whole = path.read_bytes()
  return Reader(runs.read_tensors, pathlib.Path.write_bytes, (whole,))


def saved(
  save: Callable[[pathlib.Path], None],
  read: Callable[[pathlib.Path], object],
) -> Reader:
  """Returns files of the arrays of one that is saved, with other values."""
  with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder, "file")
    save(path)
    arrays, values = runs.read_tensors(path)
  return Reader(read, signed(arrays, values), (b"",))


def model() -> Reader:
  """Returns networks."""
  config = nes.Config(
    inputs=("payoffs",),
    payoff_channels=(2,),
    middle_channels=2,
    dual_channels=(2,),
    normalization="game",
  )
  recipe = nes.Recipe((nes.Bucket(2, 3, 1, 1.0),), rows=("ME",))
  network = nes.Network(config)
  variables = network.init(
    jax.random.key(0), np.zeros((2, 2, 2), np.float32), equilibria.Selection()
  )
  return saved(
    lambda path: nes.save(path, config, variables, recipe.facts()), nes.load
  )


def value() -> Reader:
  """Returns value functions of public beliefs."""
  network = BeliefNetwork(2, 3, (4,))
  parameters = network.init(jax.random.key(0))
  return saved(BeliefValue(network, parameters).save, pub_amg.load_value)


READERS = {make.__name__: make for make in (nfg, tensors, model, value)}


def make_test(reader: Reader, path: pathlib.Path) -> Callable[[bytes], None]:
  """Returns a test of one input: it is read, or refused by the file's name."""

  def test(data: bytes) -> None:
    reader.write(path, data)
    try:
      reader.read(path)
    except ValueError as error:
      if str(path) not in str(error):
        raise RuntimeError("this names no file") from error

  return test


def main() -> None:
  """Fuzzes one reader; ends the process."""
  name, where, *options = sys.argv[1:]
  reader, folder = READERS[name](), pathlib.Path(where)
  (folder / "corpus").mkdir(parents=True, exist_ok=True)
  for number, seed in enumerate(reader.seeds):
    (folder / "corpus" / f"seed_{number}").write_bytes(seed)
  test = make_test(reader, folder / "input")
  found = f"-artifact_prefix={folder}/"
  corpus = str(folder / "corpus")
  atheris.Setup([sys.argv[0], found, *options, corpus], test)
  atheris.Fuzz()


if __name__ == "__main__":
  main()
