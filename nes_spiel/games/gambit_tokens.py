# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Words, braces and quoted texts of Gambit's files, and a place among them."""

import math
import os
import re
from fractions import Fraction
from typing import NamedTuple


class Token(NamedTuple):
  """A word, brace, comma or quoted text (without quotes), and its line."""

  text: str
  quoted: bool
  line: int


def tokenize(path: str | os.PathLike[str], text: str) -> list[Token]:
  """Returns the tokens of the text.

  Raises:
    ValueError: a quotation that does not end.
  """
  pattern = re.compile(r'"((?:[^"\\]|\\.)*)"|([{},]|[^\s{},"]+)|(")', re.DOTALL)
  tokens, line, end = [], 1, 0
  for match in pattern.finditer(text):
    line += text.count("\n", end, match.start())
    end = match.start()
    quoted, word, stray = match.groups()
    if stray:
      raise ValueError(
        f"{path}: expected the quotation that begins in line {line} to end "
        "with a quote; saw the end of the file."
      )
    if word is None:
      tokens.append(Token(quoted.replace('\\"', '"'), True, line))
    else:
      tokens.append(Token(word, False, line))
  return tokens


class Cursor:
  """A place in the list of tokens, which knows how to complain."""

  def __init__(self, path: str | os.PathLike[str], tokens: list[Token]):
    self._path = path
    # A last token that matches nothing spares every look a test for the end.
    self._tokens = [*tokens, Token("", False, 0)]
    self._next = 0

  def error(self, expected: str) -> ValueError:
    """Returns the error that something else than `expected` comes next."""
    text, quoted, line = self._tokens[self._next]
    text = text if len(text) <= 40 else text[:40] + "..."
    seen = f'"{text}"' if quoted else text
    if line == 0:
      return ValueError(f"{self._path}: expected {expected}; saw the end.")
    return ValueError(
      f"{self._path}, line {line}: expected {expected}; saw {seen}."
    )

  def sees(self, word: str) -> bool:
    """Returns whether the next token is this word, not quoted."""
    return self._tokens[self._next][:2] == (word, False)

  def sees_quoted(self) -> bool:
    """Returns whether the next token is a quoted text."""
    return self._tokens[self._next].quoted

  def take(self, *words: str) -> None:
    """Moves past one of these words."""
    if not any(self.sees(word) for word in words):
      raise self.error(" or ".join(words))
    self._next += 1

  def take_quoted(self, expected: str) -> None:
    """Moves past a quoted text."""
    if not self.sees_quoted():
      raise self.error(expected)
    self._next += 1

  def take_number(self, expected: str) -> float:
    """Moves past a finite number and returns it."""
    token = self._tokens[self._next]
    value = None if token.quoted else _parse_number(token.text)
    if value is None:
      raise self.error(expected)
    self._next += 1
    return value

  def take_integer(self, low: int, high: int, expected: str) -> int:
    """Moves past an integer of [low, high] and returns it."""
    token = self._tokens[self._next]
    # At most 18 digits: beyond any table, and quick to convert.
    is_integer = re.fullmatch("[0-9]{1,18}", token.text) and not token.quoted
    if not is_integer or not low <= int(token.text) <= high:
      raise self.error(expected)
    self._next += 1
    return int(token.text)

  def check_remaining(self, count: int, what: str) -> None:
    """Raises unless `count` tokens remain."""
    remaining = len(self._tokens) - 1 - self._next
    if remaining != count:
      raise ValueError(
        f"{self._path}: expected {count} {what}; saw {remaining}."
      )


def _parse_number(text: str) -> float | None:
  """Returns the value of a decimal or a rational; None where it is neither."""
  decimal = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
  if re.fullmatch(decimal, text):
    return float(text) if math.isfinite(float(text)) else None
  if not re.fullmatch(r"[+-]?[0-9]+/[0-9]+", text):
    return None
  try:
    return float(Fraction(text))
  except (ValueError, OverflowError, ZeroDivisionError):
    return None
