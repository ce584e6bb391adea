# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Experiments of the paper run again: what must hold, on few games."""

import csv
import math

import numpy as np
import pytest
from results import assert_picture

from nes_spiel.examples import tables
from nes_spiel.examples.reproduce import (
  answers,
  class_plots,
  classes,
  sizes,
  timing,
  welfare,
)

ERRORS = 4  # standard errors that a mean may be from the paper's


def column(table, name, **where):
  """Returns a column's values in the rows with the given ones in others."""
  chosen = [
    row
    for row in table.rows
    if all(row[table.columns.index(k)] == v for k, v in where.items())
  ]
  return [row[table.columns.index(name)] for row in chosen]


def value(table, name, **where):
  """Returns a number of one row."""
  (found,) = column(table, name, **where)
  return found.mean if isinstance(found, tables.Estimate) else found


def check_sizes(table):
  """Asserts what holds for any network and any games."""
  ours = {
    row[0]: dict(zip(table.columns, row, strict=True))
    for row in table.rows
    if row[1] == "ours"
  }
  for shape, row in ours.items():
    assert row["solved"] == 1, shape
    assert row["CCE gap exact"].mean < row["CCE gap NES"].mean, shape
    assert row["NES to its epsilon"].mean <= row["CCE gap NES"].mean, shape
    assert row["CCE gap NES"].mean < row["CCE gap uniform"].mean / 2, shape
    assert row["solver gap NES"].mean < row["solver gap uniform"].mean / 2
  for line in table.rows:
    row = dict(zip(table.columns, line, strict=True))
    if row["whose"] == "paper":
      for name in ("solver gap uniform", "CCE gap uniform"):
        if row[name] is not None:
          mean, error = ours[row["shape"]][name]
          assert abs(mean - row[name].mean) <= ERRORS * error, (row, name)


def check_files_agree(folder, table):
  """Asserts that CSV and Markdown hold a table's numbers."""
  with (folder / f"{table.name}.csv").open(newline="") as file:
    exact = list(csv.DictReader(file))
  lines = (folder / f"{table.name}.md").read_text().splitlines()
  body = [line for line in lines if line.startswith("| ")]
  shown = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in body[: len(table.rows) + 2]
  ]
  assert shown[0] == list(table.columns)
  assert len(exact) == len(table.rows)
  for row, cells in zip(exact, shown[2:], strict=True):
    for name, cell in zip(table.columns, cells, strict=True):
      assert same(cell, row[name]), (name, cell, row[name])
      if f"{name} error" in row and "(" in cell:
        error = cell.split("(")[1].rstrip(")")
        assert same(error, row[f"{name} error"]), (name, cell)


def same(cell, exact):
  """Whether a cell is what CSV holds, numbers as far as they are shown."""
  if cell == "-":
    return exact == ""
  try:
    number = float(cell.split(" (")[0])
  except ValueError:
    return cell == exact
  return math.isclose(number, float(exact), rel_tol=6e-3, abs_tol=6e-5)


@pytest.mark.reference
def test_sizes(tmp_path):
  table = sizes.table_2(8, 0, (4,))
  assert [row[:3] for row in table.rows] == [
    ("4x4", "ours", "yes"),
    ("4x4", "paper", "no"),
  ]
  check_sizes(table)
  tables.write(tmp_path, table)
  check_files_agree(tmp_path, table)


@pytest.mark.reference
def test_welfare(tmp_path):
  """Numbers by hand: the maxima, and 1/3 of (2, 2) in a CCE of (b)."""
  table = welfare.table_5()
  near = {"rel": 0, "abs": 2e-2}
  for game, concept, best, reached, missed in (
    ("5a", "ce", 1.0, (0.900, 0.943, 0.997), 0.786),
    ("5b", "cce", 4.0, (3.46, 3.89, 3.9996), 2.0),
  ):
    case = {"game": game, "concept": concept}
    (high,) = column(table, "welfare", objective="maximum, by HiGHS", **case)
    assert high.mean == pytest.approx(best, abs=1e-6)
    for t, expected in zip(welfare.TEMPERATURES, reached, strict=True):
      for objective in ("MW, mu = T", welfare.SOFTMAX):
        case_t = case | {"objective": objective, "parameter": f"T = {t}"}
        assert value(table, "welfare", **case_t) == pytest.approx(
          expected, **near
        )
    *_, last = column(table, "welfare", objective="target near-pure", **case)
    assert last.mean == pytest.approx(missed, **near)
  *_, pure = column(table, "P(argmax W)", game="5b", concept="cce")[:-1]
  assert pure == pytest.approx(1 / 3, abs=1e-3)
  tables.write(tmp_path, table)
  check_files_agree(tmp_path, table)


def test_welfare_of_every_game_and_concept():
  table = welfare.table_5()
  shares = column(table, "of maximum", parameter="T = 20")
  assert len(shares) == 8
  np.testing.assert_allclose(shares, 1, atol=2e-2)
  assert max(column(table, "TV to mu = T", objective=welfare.SOFTMAX)) < 1e-9
  gaps = [gap for gap in column(table, "gap") if gap is not None]
  assert max(gaps) < 1e-5


@pytest.mark.parametrize("name", classes.CLASSES)
def test_games_of_every_class_are_standardised(name):
  payoffs = classes.sample(name, 3, 0)
  assert payoffs.shape == (3, 2, 8, 8)
  assert payoffs.dtype == np.float64
  np.testing.assert_allclose(payoffs.mean((2, 3)), 0, atol=1e-9)
  deviation = payoffs.std((2, 3))
  constant = np.abs(payoffs).max((2, 3)) == 0
  np.testing.assert_allclose(np.where(constant, 1, deviation), 1, atol=1e-9)


def test_seeds_give_other_games():
  first, again, other = (classes.sample("L1", 2, seed) for seed in (0, 0, 1))
  np.testing.assert_array_equal(first, again)
  assert np.abs(first - other).max() > 0.1


def test_a_table_may_have_no_rows(tmp_path):
  table = tables.Table("name", "title", ("a", "b"), [])
  assert table.text().split()[:2] == ["title", "a"]
  assert tables.write(tmp_path, table).read_text().count("|") == 6
  assert (tmp_path / "name.csv").read_text().split() == ["a,b"]


def test_tables_show_what_is_missing():
  assert tables.estimate([]) is None
  assert tables.estimate([1.0, 3.0]) == (2.0, 1)
  row = ("a|b", None, tables.Estimate(0.5), tables.Estimate(0.5, 0.25))
  table = tables.Table("name", "title", ("w", "x", "y", "z"), [row], ("note",))
  assert table.text().splitlines()[-2:] == [
    "a|b  -  0.5000  0.5000 (0.2500)",
    "note",
  ]
  assert "| a\\|b | - | 0.5000 | 0.5000 (0.2500) |" in table.markdown()
  assert table.csv_rows() == [
    ["w", "x", "y", "z", "z error"],
    ["a|b", None, 0.5, 0.5, 0.25],
  ]


def test_the_program_writes_and_refuses(run_lines, tmp_path):
  folder = tmp_path / "made here"
  done, *refused = run_lines(
    "reproduce_nes",
    ["--what=table5", f"--output_dir={folder}"],
    ["--what=nonsense"],
    ["--games=1"],
    ["more"],
    ["--what=table5", "--games=8"],
    ["--what=table1", "--steps=8"],
  )
  assert done.code == 0, done.err
  assert "target softmax(T W)" in done.out
  assert "machine" in (folder / "table5.md").read_text()
  assert (folder / "table5_setting.csv").is_file()
  messages = (
    "table1",
    "--games",
    "unexpected arguments",
    "--games: is of --what=table1",
    "--steps: is of --what=figure3, ablation; got table1",
  )
  for message, finished in zip(messages, refused, strict=True):
    assert finished.code != 0, message
    assert message in finished.out + finished.err


@pytest.mark.reference
def test_table_1_as_the_paper_has_it():
  table = sizes.table_1(sizes.GAMES, 0, (4, 8, 16))
  check_sizes(table)


@pytest.mark.reference
def test_classes(tmp_path):
  results = classes.measure_classes(8, 0, 2, ("L2", "DispersionGame"))
  table = classes.table(results)
  assert len(table.rows) == 4
  assert column(table, "unsolved") == [0] * 4
  for concept in ("cce", "ce"):
    case = {"class": "L2", "concept": concept}
    best, mean, worst = (
      value(table, f"solver gap {which}", **case)
      for which in ("best", "mean", "worst")
    )
    assert best < mean < worst < value(table, "solver gap uniform", **case)
    exact = value(table, "gap exact", **case)
    assert exact < value(table, "gap mean", **case)
    assert value(table, "CVXPY failed", **case) == 0
    assert value(table, "CVXPY s/game", **case) > 0
  class_plots.save_classes(tmp_path / "figure4.png", results, "caption")
  assert_picture(tmp_path / "figure4.png")


@pytest.mark.reference
def test_timing():
  table = timing.table(8, 0, 2)
  assert column(table, "games")[:3] == [8] * 3
  assert all(number > 0 for number in column(table, "us/game median"))
  paper = value(table, "us/game median", what="paper, network")
  assert paper == pytest.approx(0.61, abs=0.01)


@pytest.mark.reference
def test_uniform_on_many_games():
  """Solver and CCE gap of the uniform joint at 8x8, as Table 1 has them."""
  model = sizes.nes.load_pretrained(sizes.MODEL)
  found = sizes.measure_size(8, 512, 1, model)
  assert isinstance(found, answers.Answers)
  paper = sizes.TABLE_1[8]
  assert found.uniform_distance.mean() == pytest.approx(
    paper.uniform_distance, abs=0.012
  )
  assert found.uniform_gap.mean() == pytest.approx(paper.uniform_gap, abs=0.04)
