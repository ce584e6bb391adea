# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Shapes of games as users write them, such as "4x4"."""

from collections.abc import Sequence


def shape_name(shape: Sequence[int]) -> str:
  """Returns a shape as "4x4"."""
  return "x".join(map(str, shape))


def parse_shape(
  text: str, flag: str, players: int | None = None
) -> tuple[int, ...]:
  """Returns the shape that `shape_name` writes so.

  Args:
    text: such as "4x4".
    flag: where it was given.
    players: how many there should be, two or more if None.

  Raises:
    ValueError: no shape, or of other players.
  """
  shape = tuple(int(size) for size in text.split("x") if size.isdecimal())
  fits = len(shape) > 1 if players is None else len(shape) == players
  if shape_name(shape) != text or not fits or 0 in shape:
    whose = "two players or more" if players is None else f"{players} players"
    raise ValueError(
      f"{flag}: expected strategies of {whose}, as in "
      f"{shape_name([4] * (players or 2))}, got {text!r}."
    )
  return shape


def parse_cube(text: str, flag: str) -> tuple[int, int]:
  """Returns players and strategies of a cube such as "4x4x4".

  Raises:
    ValueError: it is none, or of less than two strategies.
  """
  shape = parse_shape(text, flag)
  if len({*shape}) != 1 or shape[0] < 2:
    raise ValueError(
      f"{flag}: expected a cube such as 4x4x4, of two strategies or more, got "
      f"{text!r}."
    )
  return len(shape), shape[0]
