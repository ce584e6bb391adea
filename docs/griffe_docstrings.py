# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Docstrings as the reference shows them: examples and formulas as code."""

import re
from typing import Any

import griffe


class Docstrings(griffe.Extension):
  """Renames sections of one example, and indents formulas as Markdown asks."""

  def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
    """Changes one docstring, after its object was read."""
    del kwargs
    if obj.docstring:
      obj.docstring.value = as_markdown(obj.docstring.value)


def as_markdown(text: str) -> str:
  """Returns a docstring whose examples and formulas Markdown takes for code.

  Args:
    text: of the docstring, without common indentation.
  """
  text = re.sub(r"^Example:$", "Examples:", text, flags=re.MULTILINE)
  paragraphs, in_section = text.split("\n\n"), False
  for index, paragraph in enumerate(paragraphs):
    in_section |= bool(re.match(r"[A-Z]\w+:\n ", paragraph))
    lines = paragraph.splitlines()
    if not in_section and lines and all(x.startswith("  ") for x in lines):
      paragraphs[index] = "\n".join(f"    {line}" for line in lines)
    elif "`" not in paragraph and ">>>" not in paragraph:
      # Indices after indices are no links.
      paragraphs[index] = paragraph.replace("][", "]\\[")
  return "\n\n".join(paragraphs)
