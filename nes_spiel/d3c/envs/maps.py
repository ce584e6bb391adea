# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Maps of grid worlds as text: a tuple of rows, a character to a cell.

`#` is a wall, `~` the river, `A` a place where apples grow, `P` one where
agents start, and a space is ground. A map has walls all around. These layouts
are this module's own; their sizes are those of the papers that are named.
"""

from nes_spiel.games import number_checks

Map = tuple[str, ...]
WALL, RIVER, APPLE, START, GROUND = "#~AP "


def river_and_orchard(height: int, river: int, bank: int, orchard: int) -> Map:
  r"""Returns a map with a river on the left and an orchard on the right.

  Agents start between them, one to a row.

  Args:
    height: of all three, without walls.
    river: its width.
    bank: the width of the ground between.
    orchard: its width.

  Raises:
    ValueError: a size below 1.

  Example:
    >>> print(*river_and_orchard(2, 2, 1, 3), sep="\n")
    ########
    #~~PAAA#
    #~~PAAA#
    ########
  """
  sizes = {"height": height, "river": river, "bank": bank, "orchard": orchard}
  for name, size in sizes.items():
    number_checks.check_count(name, size)
  start = bank // 2
  ground = GROUND * start + START + GROUND * (bank - start - 1)
  return _walled([RIVER * river + ground + APPLE * orchard] * height)


def patches(rows: int, columns: int, radius: int = 2, gap: int = 3) -> Map:
  r"""Returns a map with patches of apples, diamonds in rows and columns.

  Agents start at the crossings of the gaps between them.

  Args:
    rows: of patches.
    columns: of patches.
    radius: of a patch: its apples are so many steps from its middle at most,
      1 + 2 radius (radius + 1) of them.
    gap: cells between neighbouring patches, and around them all. Patches do
      not help each other to grow if it is at least the radius of regrowth.

  Raises:
    ValueError: a size below 1, or a negative radius.

  Example:
    >>> print(*patches(1, 2, radius=1, gap=1), sep="\n")
    ###########
    #P   P   P#
    #  A   A  #
    # AAA AAA #
    #  A   A  #
    #P   P   P#
    ###########
  """
  number_checks.check_count("rows", rows)
  number_checks.check_count("columns", columns)
  number_checks.check_count("radius", radius, 0)
  number_checks.check_count("gap", gap)
  period = 2 * radius + 1 + gap
  height, width = rows * period + gap, columns * period + gap

  def symbol(row: int, column: int) -> str:
    y, x = row % period, column % period
    if y == x == gap // 2:
      return START
    away = abs(y - gap - radius) + abs(x - gap - radius)
    return APPLE if away <= radius else GROUND

  return _walled(
    ["".join(symbol(y, x) for x in range(width)) for y in range(height)]
  )


def check_map(name: str, rows: Map) -> None:
  """Raises ValueError unless text is a map with walls all around."""
  known = WALL + RIVER + APPLE + START + GROUND
  if not isinstance(rows, tuple) or len(rows) < 3:
    raise ValueError(
      f"{name}: expected a tuple of at least 3 rows of text, got {rows!r}."
    )
  for row in rows:
    if not isinstance(row, str) or not 3 <= len(row) == len(rows[0]):
      raise ValueError(
        f"{name}: expected rows of text of one length, at least 3, got {row!r} "
        f"beside {rows[0]!r}."
      )
    if strange := {*row} - {*known}:
      raise ValueError(
        f"{name}: expected characters of {known!r}, got {sorted(strange)}."
      )
  border = rows[0] + rows[-1] + "".join(row[0] + row[-1] for row in rows)
  if {*border} != {WALL}:
    raise ValueError(
      f"{name}: expected walls {WALL!r} all around, got a border of "
      f"{sorted({*border})}."
    )


def _walled(rows: list[str]) -> Map:
  """Returns rows with walls around them."""
  wall = WALL * (len(rows[0]) + 2)
  return (wall, *(WALL + row + WALL for row in rows), wall)
