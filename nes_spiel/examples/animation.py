# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Pictures and animations from arrays of pixels, written to files."""

import os
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image


def save_png(path: str | os.PathLike[str], picture: Any) -> None:
  """Writes one picture as PNG, making its folder.

  Args:
    path: of the file.
    picture: `[h, w, 3]`, from 0 to 255, such as an environment's `render`.

  Raises:
    ValueError: another shape or kind of array.
  """
  _image(picture).save(_made(path), format="PNG")


def save_gif(
  path: str | os.PathLike[str], pictures: Sequence[Any], seconds: float = 0.2
) -> None:
  """Writes pictures as an animated GIF that repeats, making its folder.

  Args:
    path: of the file.
    pictures: `[t, h, w, 3]`, at least one.
    seconds: for which each is shown; GIF counts in hundredths.

  Raises:
    ValueError: no pictures, other shapes or kinds of array, or less than a
      hundredth of a second.
  """
  images = [_image(picture) for picture in pictures]
  if not images:
    raise ValueError("pictures: expected at least one, got none.")
  if seconds < 0.01:
    raise ValueError(f"seconds: expected at least 0.01, got {seconds}.")
  images[0].save(
    _made(path),
    format="GIF",
    save_all=True,
    append_images=images[1:],
    duration=round(1000 * seconds),
    loop=0,
  )


def _image(picture: Any) -> Image.Image:
  """Returns an image, or raises ValueError if it is none."""
  pixels = np.asarray(picture)
  if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
    raise ValueError(
      "picture: expected shape [h, w, 3] and dtype uint8, got "
      f"{list(pixels.shape)} and {pixels.dtype}."
    )
  return Image.fromarray(pixels)


def _made(path: str | os.PathLike[str]) -> pathlib.Path:
  """Returns a path whose folder exists."""
  path = pathlib.Path(path)
  path.parent.mkdir(parents=True, exist_ok=True)
  return path
