# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The wheel and the sdist hold what they should, and work by themselves."""

import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile

import pytest

import nes_spiel

ROOT = pathlib.Path(nes_spiel.__file__).parents[1]
MOST_MEGABYTES = 10
# Few, and of several floors.
TESTS = (
  "runs/checkpoints_test.py",
  "games/padding_test.py",
  "nes/files_test.py",
)
# Without what compiling left in the tree.
CLEAN = shutil.ignore_patterns("__pycache__", "*.egg-info")


def test_versions_agree():
  project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
  assert project["version"] == nes_spiel.__version__
  citation = (ROOT / "CITATION.cff").read_text()
  assert f"version: {nes_spiel.__version__}" in citation


@pytest.fixture(scope="module")
def built(tmp_path_factory):
  """The folder of a wheel and an sdist, built from a copy of the tree."""
  tree = tmp_path_factory.mktemp("tree")
  for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
    shutil.copy(ROOT / name, tree)
  shutil.copytree(ROOT / "nes_spiel", tree / "nes_spiel", ignore=CLEAN)
  subprocess.run(
    [sys.executable, "-m", "build", "--outdir", tree / "dist", tree],
    check=True,
    capture_output=True,
  )
  return tree / "dist"


def package_files(folder):
  """Returns the paths of what belongs to the package."""
  suffixes = (".py", ".safetensors", "py.typed")
  return {
    path.relative_to(folder).as_posix()
    for path in (folder / "nes_spiel").rglob("*")
    if path.name.endswith(suffixes)
  }


@pytest.mark.reference
def test_the_wheel_holds_the_package_and_no_more(built):
  (wheel,) = built.glob("*.whl")
  names = zipfile.ZipFile(wheel).namelist()
  packaged = {name for name in names if name.startswith("nes_spiel/")}
  assert packaged == package_files(ROOT)
  others = {name.split("/")[0] for name in set(names) - packaged}
  assert others == {f"nes_spiel-{nes_spiel.__version__}.dist-info"}
  assert wheel.stat().st_size < MOST_MEGABYTES * 1e6


@pytest.mark.reference
def test_the_sdist_holds_the_same_files(built, tmp_path):
  (sdist,) = built.glob("*.tar.gz")
  with tarfile.open(sdist) as archive:
    archive.extractall(tmp_path, filter="data")
  (unpacked,) = tmp_path.iterdir()
  packaged = package_files(unpacked)
  assert packaged == package_files(ROOT)
  for name in packaged:
    assert (unpacked / name).read_bytes() == (ROOT / name).read_bytes()
  assert (unpacked / "LICENSE").is_file()


@pytest.mark.reference
def test_the_wheel_works_outside_the_tree(built, tmp_path):
  """Its modules, its networks and some of the tests, from elsewhere."""
  (wheel,) = built.glob("*.whl")
  installed = tmp_path / "installed"
  pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
  subprocess.run([*pip, "--target", installed, wheel], check=True)
  environment = os.environ | {"PYTHONPATH": str(installed)}
  program = (
    "import nes_spiel, numpy as np; from nes_spiel import nes;"
    "print(nes_spiel.__file__);"
    "[nes.load_pretrained(name) for name in nes.PRETRAINED];"
    "print(nes_spiel.solve(np.eye(4).reshape(2, 2, 4)[:, :, :2]).status)"
  )
  done = subprocess.run(
    [sys.executable, "-c", program],
    cwd=tmp_path,
    env=environment,
    capture_output=True,
    text=True,
    check=True,
  )
  where, status = done.stdout.splitlines()
  assert pathlib.Path(where).is_relative_to(installed)
  assert status == "0"
  shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=CLEAN)
  shutil.copy(ROOT / "pyproject.toml", tmp_path)
  done = subprocess.run(
    [sys.executable, "-m", "pytest", *[f"tests/{name}" for name in TESTS]],
    cwd=tmp_path,
    env=environment,
    capture_output=True,
    text=True,
    check=False,
  )
  assert done.returncode == 0, done.stdout[-2000:]
