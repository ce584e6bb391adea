# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks of options: every refusal says what was seen and what is accepted."""

import math
import numbers
from collections.abc import Collection
from typing import Any


def check_choice(name: str, value: Any, choices: Collection[Any]) -> None:
  """Raises ValueError unless a value is one of some."""
  if value not in choices:
    raise ValueError(f"{name}: expected one of {[*choices]}, got {value!r}.")


def check_flag(name: str, value: Any) -> None:
  """Raises ValueError unless a value is true or false."""
  if not isinstance(value, bool):
    raise ValueError(f"{name}: expected True or False, got {value!r}.")


def check_count(
  name: str, value: Any, lowest: int = 1, highest: float = math.inf
) -> None:
  """Raises ValueError unless a value is a whole number in a range."""
  whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
  if not whole or not lowest <= value <= highest:
    raise ValueError(
      f"{name}: expected a whole number {_range(lowest, highest)}, got "
      f"{value!r}."
    )


def check_number(
  name: str, value: Any, lowest: float = 0.0, highest: float = math.inf
) -> None:
  """Raises ValueError unless a value is a finite number in a range."""
  if not (_is_finite(value) and lowest <= value <= highest):
    raise ValueError(
      f"{name}: expected a number {_range(lowest, highest)}, got {value!r}."
    )


def check_inside(
  name: str, value: Any, low: float, high: float = math.inf
) -> None:
  """Raises ValueError unless a value is a finite number between two others."""
  if not (_is_finite(value) and low < value < high):
    accepted = f"> {low}" if math.isinf(high) else f"between {low} and {high}"
    raise ValueError(f"{name}: expected a number {accepted}, got {value!r}.")


def check_around_zero(names: str, low: Any, high: Any) -> None:
  """Raises ValueError unless 0 lies between two numbers, finite or not."""
  if not (_is_real(low) and _is_real(high) and low < 0 < high):
    raise ValueError(
      f"{names}: expected numbers on either side of 0, got {low!r} and "
      f"{high!r}."
    )


def _is_real(value: Any) -> bool:
  """Returns whether a value is a number, as opposed to a truth value."""
  return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _is_finite(value: Any) -> bool:
  """Returns whether a value is a finite number."""
  return _is_real(value) and math.isfinite(value)


def _range(lowest: float, highest: float) -> str:
  """Returns a range in words."""
  if math.isinf(highest):
    return f">= {lowest}"
  return f"from {lowest} to {highest}"
