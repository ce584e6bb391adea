# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""The documentation site: its pages run, are current, and leave no name out."""

import importlib
import importlib.util
import inspect
import os
import pathlib
import re
import subprocess
import sys
import typing

import pytest

ROOT = pathlib.Path(__file__).parents[1]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
NOTEBOOKS = sorted((DOCS / "tutorials").glob("*.ipynb"))
PAGES = [
  page for page in sorted(DOCS.rglob("*.md")) if "```python" in page.read_text()
]
PACKAGES = (
  "nes_spiel",
  "nes_spiel.d3c",
  "nes_spiel.equilibria",
  "nes_spiel.games",
  "nes_spiel.mechanism_design",
  "nes_spiel.meta_solvers",
  "nes_spiel.nes",
  "nes_spiel.pub_amg",
  "nes_spiel.relationship_games",
  "nes_spiel.runs",
  "nes_spiel.solvers",
)


def page_of(package):
  """Returns the reference page of a package."""
  return REFERENCE / f"{package.rpartition('.')[2]}.md"


def public_objects(package):
  """Yields the public names of a package, with what they stand for."""
  module = importlib.import_module(package)
  for name in module.__all__:
    yield name, getattr(module, name)


def is_described(value):
  """Whether a value can have a docstring of its own; constants cannot."""
  of_a_type = typing.get_origin(value) is not None
  return inspect.ismodule(value) or (callable(value) and not of_a_type)


def listed_constants(page):
  """Returns the names with a line of their own on a reference page."""
  return set(re.findall(r"^- `(\w+)`: \S", page.read_text(), re.MULTILINE))


def has_docstring(value):
  """Whether there is one that was written: dataclasses make up their own."""
  text = inspect.getdoc(value) or ""
  made_up = f"{getattr(value, '__name__', '')}("
  return bool(text) and not text.startswith(made_up)


def test_every_package_of_the_face_has_a_page():
  face = importlib.import_module("nes_spiel")
  modules = {
    f"nes_spiel.{name}"
    for name in face.__all__
    if inspect.ismodule(getattr(face, name))
  }
  assert {*modules, "nes_spiel", "nes_spiel.runs"} == {*PACKAGES}
  assert {page_of(package) for package in PACKAGES} == {*REFERENCE.iterdir()}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_documented(package):
  """Functions and classes by docstrings, constants by a line of the page."""
  page = page_of(package)
  text, constants = page.read_text(), listed_constants(page)
  assert re.search(rf"^::: {package}$", text, re.MULTILINE)
  for name, value in public_objects(package):
    if inspect.ismodule(value):
      there = f"::: {package}.{name}\n" in text or f"]({name}.md)" in text
      assert there, f"{page.name}: no place for the module {name}"
    elif not is_described(value):
      assert name in constants, f"{page.name}: add a line for {name}"
    if is_described(value):
      assert has_docstring(value), f"{package}.{name} has no docstring"


def test_the_reference_says_no_more_than_there_is():
  for package in PACKAGES:
    names = {name for name, _ in public_objects(package)}
    assert listed_constants(page_of(package)) <= names | {"runs"}, package


def test_the_status_page_is_current():
  spec = importlib.util.spec_from_file_location(
    "generate_status", DOCS / "generate_status.py"
  )
  generate_status = importlib.util.module_from_spec(spec)
  spec.loader.exec_module(generate_status)
  assert generate_status.PAGE.read_text() == generate_status.page(), (
    "run: python docs/generate_status.py"
  )


@pytest.mark.reference
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_runs(page, run_blocks):
  run_blocks(page)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_stored_as_they_should_be(path):
  """With pictures, without errors, and without what is of one machine."""
  import nbformat

  notebook = nbformat.read(path, 4)
  code = [cell for cell in notebook.cells if cell.cell_type == "code"]
  outputs = [output for cell in code for output in cell.outputs]
  pictures = [o for o in outputs if "image/png" in o.get("data", {})]
  assert len(pictures) >= 2
  assert not [o for o in outputs if o.output_type == "error"]
  assert set(notebook.metadata) <= {"kernelspec", "language_info"}
  assert not any(cell.metadata for cell in notebook.cells)
  for cell in notebook.cells:
    lines = cell.source.splitlines()
    assert all(len(line) <= 80 for line in lines), cell.source
    assert not re.search(r"/(home|tmp|root|work|usr)/", str(cell)), cell.source


@pytest.mark.reference
def test_the_site_builds_and_holds_every_public_name(tmp_path):
  done = subprocess.run(
    [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", tmp_path],
    cwd=ROOT,
    env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    capture_output=True,
    text=True,
    timeout=600,
    check=False,
  )
  assert done.returncode == 0, done.stderr
  for package in PACKAGES:
    page = tmp_path / "reference" / f"{page_of(package).stem}.html"
    html = page.read_text()
    for name, value in public_objects(package):
      # A function may have the name of a module; it is told by its own then.
      own_module = f"{getattr(value, '__module__', package)}.{name}"
      in_page = f'id="{package}.{name}"' in html or f'id="{own_module}"' in html
      listed = inspect.ismodule(value) or name in listed_constants(
        page_of(package)
      )
      assert in_page or (listed and name in html), (package, name)


@pytest.mark.reference
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run(path, run_program):
  """Every cell, in a fresh kernel."""
  run_program(
    "import sys, nbclient, nbformat;"
    "book = nbformat.read(sys.argv[1], 4);"
    "nbclient.NotebookClient(book, timeout=600).execute()",
    path,
  )
