# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Both versions of Gambit's format, and every way a file can be wrong."""

import math

import hypothesis
import numpy as np
import pyspiel
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nes_spiel.games import gambit_files, openspiel

# A 2x3 game. The file goes through the row player's strategies first:
# (1,1), (2,1), (1,2), (2,2), (1,3), (2,3).
PAYOFFS_2X3 = np.array(
  [
    [[1, 0.25, -3], [2.5, 100, 0.5]],
    [[10, -1 / 3, 7], [-20, 0, 1.5]],
  ]
)
PAYOFF_FILE = """NFG 1 R "A 2x3 game" { "Ann" "Bob" } { 2 3 }

1 10 2.5 -20 1/4 -1/3
1e2 0 -3 7 .5 15e-1
"""
OUTCOME_FILE = """NFG 1 R "The same \\"game\\" by outcomes"
{ "Ann" "Bob" }
{ { "up" "down" }
  { "left" "middle" "}" }
}
"A comment { with a brace"
{
  { "first" 1, 10 } { "" 5/2 -20 } { "c" 25e-2, -1/3 }
  { "d" 100., +0 }
  { "e" 1/2, 3/2 }
  { "f" -3, 7 }
}
1 2 3 4 6 5
"""
# 2x2x2: the payoff's digits are the player and the three strategies from 1.
CUBE = np.array(
  [
    [
      [[1000 * p + 100 * i + 10 * j + k for k in (1, 2)] for j in (1, 2)]
      for i in (1, 2)
    ]
    for p in (1, 2, 3)
  ],
  dtype=float,
)
CUBE_PAYOFF_FILE = """NFG 1 D "cube" { "1" "2" "3" } { 2 2 2 }
1111 2111 3111   1211 2211 3211   1121 2121 3121   1221 2221 3221
1112 2112 3112   1212 2212 3212   1122 2122 3122   1222 2222 3222"""
CUBE_OUTCOME_FILE = """NFG 1 R "" {"1" "2" "3"} {{"1" "2"} {"1" "2"} {"1" "2"}}
{{"221" 1221, 2221, 3221} {"112" 1112, 2112, 3112}}
0 0 0 1 2 0 0 0
"""


@pytest.fixture(name="write")
def write_fixture(tmp_path):
  """Writes a file `game.nfg` of the given text or bytes."""

  def write(content):
    path = tmp_path / "game.nfg"
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(data)
    return path

  return write


@pytest.mark.parametrize("text", [PAYOFF_FILE, OUTCOME_FILE])
def test_reads_both_versions(write, text):
  payoffs = gambit_files.read_nfg(write(text))
  assert payoffs.dtype == np.float64
  assert payoffs.flags.c_contiguous
  np.testing.assert_array_equal(payoffs, PAYOFFS_2X3)


def test_reads_three_players(write):
  payoffs = gambit_files.read_nfg(write(CUBE_PAYOFF_FILE))
  np.testing.assert_array_equal(payoffs, CUBE)


def test_null_outcome_pays_zero(write):
  payoffs = gambit_files.read_nfg(write(CUBE_OUTCOME_FILE))
  expected = np.zeros_like(CUBE)
  for cell in [(1, 1, 0), (0, 0, 1)]:
    expected[(slice(None), *cell)] = CUBE[(slice(None), *cell)]
  np.testing.assert_array_equal(payoffs, expected)


def test_payoffs_may_follow_labels_and_a_comment(write):
  # Newer versions of Gambit write labels and a comment with payoffs, too.
  text = PAYOFF_FILE.replace("{ 2 3 }", '{{"u" "d"} {"l" "m" "r"}} "comment"')
  payoffs = gambit_files.read_nfg(write(text))
  np.testing.assert_array_equal(payoffs, PAYOFFS_2X3)


def test_no_outcomes_at_all(write):
  text = 'NFG 1 R "" { "a" } { { "x" "y" } } { } 0 0'
  payoffs = gambit_files.read_nfg(write(text))
  np.testing.assert_array_equal(payoffs, [[0, 0]])


def test_white_space_has_no_meaning(write):
  dense = PAYOFF_FILE.replace(" { ", "{").replace(" }", "}")
  airy = b"\xef\xbb\xbf" + PAYOFF_FILE.replace(" ", "\t\r\n ").encode()
  for content in (dense, airy):
    payoffs = gambit_files.read_nfg(write(content))
    np.testing.assert_array_equal(payoffs, PAYOFFS_2X3)


@pytest.mark.parametrize(
  ("text", "value"),
  [
    ("1/3", 1 / 3),
    ("-2/6", -1 / 3),
    ("+7", 7.0),
    ("007", 7.0),
    (".5", 0.5),
    ("5.", 5.0),
    ("-1.5E+3", -1500.0),
    ("1e-400", 0.0),
    ("0.1", 0.1),
    # Correctly rounded, though neither part is a float.
    (f"{10**400 + 1}/{3 * 10**400}", 1 / 3),
  ],
)
def test_numbers(write, text, value):
  payoffs = gambit_files.read_nfg(write(f'NFG 1 R "" {{ "a" }} {{ 1 }} {text}'))
  assert payoffs.item() == value


@pytest.mark.parametrize(
  "text",
  [
    "x",
    "nan",
    "inf",
    "1e999",
    "1/0",
    "1/-2",
    "1.5/2",
    "1//2",
    "0x10",
    "1_000",
    "--1",
    ".",
    "e5",
    "\u0663",
    "__import__('os')",
    f"{10**400}/1",
    f"{'9' * 5000}/1",
  ],
)
def test_not_a_number(write, text):
  path = write(f'NFG 1 R "" {{ "a" }} {{ 1 }}\n{text}')
  with pytest.raises(ValueError, match="line 2: expected a finite") as info:
    gambit_files.read_nfg(path)
  assert str(path) in str(info.value)
  assert text[:40] in str(info.value)


HEAD = 'NFG 1 R "t" { "a" "b" } { 2 2 } '
LABELS = 'NFG 1 R "t" { "a" "b" } { { "u" "d" } { "l" } } '


@pytest.mark.parametrize(
  ("text", "message"),
  [
    ("", "expected NFG; saw the end"),
    ("EFG 2 R", "line 1: expected NFG; saw EFG"),
    ('"NFG" 1 R', 'expected NFG; saw "NFG"'),
    ("NFG 2 R", "expected 1; saw 2"),
    ("NFG 1 Q", "expected R or D; saw Q"),
    ("NFG 1\n R\n title", "line 3: expected the quoted title; saw title"),
    ('NFG 1 R\n "title', "line 2 to end with a quote; saw the end"),
    ('NFG 1 R "t" "a"', 'expected {; saw "a"'),
    ('NFG 1 R "t" { }', "expected a quoted player's name; saw }"),
    ('NFG 1 R "t" { a }', "expected a quoted player's name; saw a"),
    ('NFG 1 R "t" { "a" b }', "player's name or }; saw b"),
    ('NFG 1 R "t" { "a"', "player's name or }; saw the end"),
    ('NFG 1 R "t" { "a" } 2', "expected {; saw 2"),
    ('NFG 1 R "t" { "a" } { 0 }', "player 1, 1 or more; saw 0"),
    ('NFG 1 R "t" { "a" } { -2 }', "player 1, 1 or more; saw -2"),
    ('NFG 1 R "t" { "a" } { 2.0 }', "player 1, 1 or more; saw 2.0"),
    ('NFG 1 R "t" { "a" "b" } { 2 }', "player 2, 1 or more; saw }"),
    ('NFG 1 R "t" { "a" "b" } { 2 "2" }', 'player 2, 1 or more; saw "2"'),
    ('NFG 1 R "t" { "a" "b" } { 2 2 2 }', "expected }; saw 2"),
    ('NFG 1 R "t" { "a" } { { } }', "expected a quoted strategy; saw }"),
    ('NFG 1 R "t" { "a" } { { 1 } }', "expected a quoted strategy; saw 1"),
    (HEAD, "expected 8 payoffs after the strategies; saw 0"),
    (HEAD + "1 2 3 4 5 6 7", "expected 8 payoffs .* saw 7"),
    (HEAD + "1 2 3 4 5 6 7 8 9", "expected 8 payoffs .* saw 9"),
    (HEAD + "1 2 3 { 5 6 7 8", "expected a finite payoff; saw {"),
    (HEAD + '1 2 3 4 5 6 7 "8"', 'expected a finite payoff; saw "8"'),
    (
      'NFG 1 R "" { "a" "b" } { 999999999 999999999 } 1',
      "expected 1999999996000000002 payoffs",
    ),
    (LABELS + '{ { "o" 1, 2 }', "expected {; saw the end"),
    (LABELS + "{ { 1, 2 } } 1 1", "outcome's quoted label; saw 1"),
    (LABELS + '{ { "o" 1 } } 1 1', "finite payoff of player 2; saw }"),
    (LABELS + '{ { "o" 1, , 2 } } 1 1', "payoff of player 2; saw ,"),
    (LABELS + '{ { "o" 1, 2, 3 } } 1 1', "expected }; saw 3"),
    (LABELS + '{ { "o" 1, 2 } } 1 2', r"number of \[0, 1\]; saw 2"),
    (LABELS + '{ { "o" 1, 2 } } 1 -1', r"number of \[0, 1\]; saw -1"),
    (LABELS + '{ { "o" 1, 2 } } 1', "expected 2 outcome numbers .* saw 1"),
    (LABELS + '{ { "o" 1, 2 } } 1 0 0', "expected 2 outcome numbers .* saw 3"),
    (b'NFG 1 R "\xff" { "a" } { 1 } 1', "expected UTF-8 text"),
  ],
)
def test_malformed(write, text, message):
  path = write(text)
  with pytest.raises(ValueError, match=message) as info:
    gambit_files.read_nfg(path)
  assert str(info.value).startswith(str(path))


@pytest.mark.parametrize("text", [PAYOFF_FILE, OUTCOME_FILE, CUBE_PAYOFF_FILE])
def test_every_shortened_file_is_refused(write, text):
  # Cut before the last number, so that no shorter number is left at the end.
  for end in range(len(text.rstrip()) - 6):
    path = write(text[:end])
    with pytest.raises(ValueError, match=r"game\.nfg"):
      gambit_files.read_nfg(path)


def test_missing_file(tmp_path):
  with pytest.raises(FileNotFoundError):
    gambit_files.read_nfg(tmp_path / "none.nfg")


def finite_payoffs():
  """Returns payoffs of one to four players, any finite floats."""
  shapes = st.lists(st.integers(1, 3), min_size=1, max_size=4)
  floats = st.floats(allow_nan=False, allow_infinity=False)
  return shapes.flatmap(
    lambda shape: hnp.arrays(np.float64, (len(shape), *shape), elements=floats)
  )


@hypothesis.settings(max_examples=60, derandomize=True, deadline=None)
@hypothesis.given(payoffs=finite_payoffs())
def test_round_trip_is_exact_to_the_bit(tmp_path_factory, payoffs):
  path = tmp_path_factory.mktemp("round_trip") / "game.nfg"
  gambit_files.write_nfg(path, payoffs)
  again = gambit_files.read_nfg(path)
  assert again.shape == payoffs.shape
  assert again.tobytes() == payoffs.tobytes()


@hypothesis.settings(max_examples=60, derandomize=True, deadline=None)
@hypothesis.given(
  texts=st.lists(
    st.text(
      st.characters(exclude_characters="\\", exclude_categories=["Cs"]),
      max_size=8,
    ),
    min_size=3,
    max_size=3,
  )
)
def test_any_title_and_names(tmp_path_factory, texts):
  path = tmp_path_factory.mktemp("titles") / "game.nfg"
  gambit_files.write_nfg(path, PAYOFFS_2X3, texts[0], texts[1:])
  np.testing.assert_array_equal(gambit_files.read_nfg(path), PAYOFFS_2X3)


def test_what_is_written(tmp_path):
  path = tmp_path / "game.nfg"
  gambit_files.write_nfg(path, PAYOFFS_2X3, 'a "title"', ["Ann", "Bob"])
  lines = path.read_text(encoding="utf-8").splitlines()
  assert lines[0] == r'NFG 1 R "a \"title\"" { "Ann" "Bob" } { 2 3 }'
  assert lines[2:5] == ["1.0 10.0", "2.5 -20.0", f"0.25 {-1 / 3}"]
  gambit_files.write_nfg(path, np.zeros((3, 1, 1, 1)))
  assert '{ "Player 1" "Player 2" "Player 3" }' in path.read_text()


@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    ({"payoffs": np.zeros((2, 2))}, "expected shape"),
    ({"payoffs": np.full((1, 2), math.inf)}, "finite"),
    ({"player_names": ["Ann"]}, r"expected 2 names; got \['Ann'\]"),
    ({"player_names": "AB"}, "expected 2 names; got 'AB'"),
    ({"player_names": ["Ann", "\\"]}, "player_names: expected a text without"),
    ({"title": "\ud800"}, "surrogates not allowed"),
    ({"title": "back\\slash"}, "title: expected a text without backslashes"),
  ],
)
def test_write_refuses_and_leaves_the_file(tmp_path, arguments, message):
  path = tmp_path / "game.nfg"
  path.write_text("as it was")
  with pytest.raises(ValueError, match=message):
    gambit_files.write_nfg(path, **{"payoffs": PAYOFFS_2X3, **arguments})
  assert path.read_text() == "as it was"


@pytest.mark.parametrize("payoffs", [PAYOFFS_2X3, CUBE, CUBE[:, :, :1] / 3])
def test_openspiel_reads_what_is_written(tmp_path, payoffs):
  path = tmp_path / "game.nfg"
  gambit_files.write_nfg(path, payoffs, "cross-check")
  game = pyspiel.load_game(f"nfg_game(filename={path})")
  np.testing.assert_array_equal(openspiel.from_openspiel(game), payoffs)


@pytest.mark.parametrize("text", [PAYOFF_FILE, CUBE_PAYOFF_FILE + "\n"])
def test_openspiel_agrees_on_hand_written_files(write, text):
  path = write(text)
  game = pyspiel.load_game(f"nfg_game(filename={path})")
  np.testing.assert_array_equal(
    openspiel.from_openspiel(game), gambit_files.read_nfg(path)
  )


def test_a_path_comes_first(tmp_path, unchecked):
  with pytest.raises(TypeError, match=r"os\.PathLike object, not ndarray"):
    gambit_files.write_nfg(PAYOFFS_2X3, tmp_path / "game.nfg")
