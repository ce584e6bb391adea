# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Warnings that point at the line of whoever called the package."""

import functools
import os
import sys
import warnings

import jaxtyping

# What stands between a caller and a warning: the package, and what may be
# wrapped around its functions.
INSIDE = (
  os.path.dirname(os.path.dirname(__file__)) + os.sep,
  os.path.dirname(jaxtyping.__file__) + os.sep,
  functools.__file__,
  "<@beartype",
)


def warn_caller(message: str) -> None:
  """Warns at the first frame outside of the package.

  From Python 3.12 on `warnings.warn` can do so itself, by `skip_file_prefixes`.

  Args:
    message: what to say.
  """
  level, frame = 1, sys._getframe()
  while frame.f_back and frame.f_code.co_filename.startswith(INSIDE):
    level, frame = level + 1, frame.f_back
  warnings.warn(message, stacklevel=level)
