# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
r"""Gambit's file format for strategic games, `.nfg`.

A file is `NFG 1 R`, a quoted title, the players' names in braces, the
strategies in braces (a count, or a braced list of labels, per player), an
optional quoted comment, and one of two bodies. The first player's strategy
changes fastest in both.

  * Payoffs: for every joint strategy the payoffs of all players.
  * Outcomes: a braced list of outcomes `{ "label" x, y }`, then for every joint
    strategy the number of its outcome from 1, or 0 where all payoffs are zero.

Numbers are decimals, with or without an exponent, or rationals such as 1/3.
White space outside quotes has no meaning; `\"` is a quote within quotes.

Source: The Gambit project, "Game representation formats",
https://gambitproject.readthedocs.io.
"""

import math
import os
import sys
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float

from nes_spiel.games import validation
from nes_spiel.games.gambit_tokens import Cursor, tokenize

Payoffs: TypeAlias = Float[np.ndarray, "n *a"]


def read_nfg(path: str | os.PathLike[str]) -> Payoffs:
  """Returns the payoffs of a Gambit strategic game, in float64 `[n, *a]`.

  Args:
    path: a file of either version, with header `R` or the older `D`.

  Raises:
    ValueError: the file is malformed; says what was expected and what was seen
      in which line.
    OSError: the file cannot be read.
  """
  cursor = Cursor(path, tokenize(path, _read_text(path)))
  for word in ("NFG", "1"):
    cursor.take(word)
  cursor.take("R", "D")
  cursor.take_quoted("the quoted title")
  num_players = _read_labels(cursor, "player's name")
  shape = _read_shape(cursor, num_players)
  if cursor.sees_quoted():
    cursor.take_quoted("a comment")
  if cursor.sees("{"):
    rows = _read_outcome_body(cursor, shape)
  else:
    rows = _read_payoff_body(cursor, shape)
  # The last player's strategy changes slowest, so its axis comes first here.
  table = rows.reshape(*reversed(shape), num_players)
  return np.ascontiguousarray(table.T)


def write_nfg(
  path: str | os.PathLike[str],
  payoffs: Any,
  title: str = "",
  player_names: Sequence[str] | None = None,
) -> None:
  """Writes payoffs as a Gambit strategic game of the payoff version.

  The numbers are written so that `read_nfg` returns them bit by bit.

  Args:
    path: the file, which is replaced if it exists.
    payoffs: `[n, a_1, ..., a_n]`, or one array per player; converted to
      float64.
    title: the game's title.
    player_names: n names; by default "Player 1", "Player 2", ...

  Raises:
    ValueError: payoffs of a wrong shape, not numbers or not finite; not n
      names; a title or name with a backslash, for which the format has no
      escape.
    OSError: the file cannot be written.
    TypeError: `path` is no path.
  """
  path = os.fspath(path)
  payoffs = np.asarray(validation.check_payoffs(payoffs), dtype=np.float64)
  num_players = len(payoffs)
  if player_names is None:
    player_names = [f"Player {p + 1}" for p in range(num_players)]
  if isinstance(player_names, str) or len(player_names) != num_players:
    raise ValueError(
      f"player_names: expected {num_players} names; got {player_names!r}."
    )
  names = " ".join(_quote("player_names", name) for name in player_names)
  counts = " ".join(str(size) for size in payoffs.shape[1:])
  lines = [f"NFG 1 R {_quote('title', title)} {{ {names} }} {{ {counts} }}", ""]
  for row in payoffs.T.reshape(-1, num_players).tolist():
    lines.append(" ".join(repr(value) for value in row))
  # Encoded before the file is opened: a text that cannot be loses nothing.
  data = ("\n".join(lines) + "\n").encode("utf-8")
  with open(path, "wb") as file:
    file.write(data)


def _read_text(path: str | os.PathLike[str]) -> str:
  """Returns the file's text."""
  with open(path, encoding="utf-8-sig") as file:
    try:
      return file.read()
    except UnicodeDecodeError as error:
      raise ValueError(f"{path}: expected UTF-8 text; {error}.") from error


def _read_labels(cursor: Cursor, what: str) -> int:
  """Moves past a braced list of quoted labels; returns how many, at least 1."""
  cursor.take("{")
  count = 0
  while count == 0 or not cursor.sees("}"):
    cursor.take_quoted(f"a quoted {what}" + (" or }" if count else ""))
    count += 1
  cursor.take("}")
  return count


def _read_shape(cursor: Cursor, num_players: int) -> tuple[int, ...]:
  """Moves past the strategies; returns how many each player has."""
  cursor.take("{")
  shape = []
  for player in range(1, num_players + 1):
    if cursor.sees("{"):
      shape.append(_read_labels(cursor, "strategy"))
    else:
      what = f"the number of strategies of player {player}, 1 or more"
      shape.append(cursor.take_integer(1, sys.maxsize, what))
  cursor.take("}")
  return tuple(shape)


def _read_payoff_body(
  cursor: Cursor, shape: tuple[int, ...]
) -> Float[np.ndarray, "joint n"]:
  """Returns each joint strategy's payoffs, in the order of the file."""
  count = math.prod(shape) * len(shape)
  cursor.check_remaining(count, "payoffs after the strategies")
  values = [cursor.take_number("a finite payoff") for _ in range(count)]
  return np.array(values).reshape(-1, len(shape))


def _read_outcome_body(
  cursor: Cursor, shape: tuple[int, ...]
) -> Float[np.ndarray, "joint n"]:
  """Returns each joint strategy's payoffs, looked up in the outcomes."""
  outcomes = [[0.0] * len(shape)]
  cursor.take("{")
  while not cursor.sees("}"):
    outcomes.append(_read_outcome(cursor, len(shape)))
  cursor.take("}")
  count, last = math.prod(shape), len(outcomes) - 1
  cursor.check_remaining(count, "outcome numbers after the outcomes")
  what = f"an outcome number of [0, {last}]"
  indices = [cursor.take_integer(0, last, what) for _ in range(count)]
  return np.array(outcomes)[indices]


def _read_outcome(cursor: Cursor, num_players: int) -> list[float]:
  """Returns the payoffs of `{ "label" x, y }`; commas may be left out."""
  cursor.take("{")
  cursor.take_quoted("an outcome's quoted label")
  payoffs = []
  for player in range(1, num_players + 1):
    payoffs.append(cursor.take_number(f"a finite payoff of player {player}"))
    if cursor.sees(","):
      cursor.take(",")
  cursor.take("}")
  return payoffs


def _quote(name: str, text: str) -> str:
  """Returns the text in quotes, the quotes in it escaped."""
  if "\\" in text:
    raise ValueError(
      f"{name}: expected a text without backslashes; got {text!r}."
    )
  return '"' + text.replace('"', '\\"') + '"'
