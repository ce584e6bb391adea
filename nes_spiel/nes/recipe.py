# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""How a network is trained: the games it sees, and the optimiser."""

import dataclasses
from typing import Any, get_args

from nes_spiel.nes.config import Config, described
from nes_spiel.nes.rows import ROWS, unseen_input
from nes_spiel.nes.training_games import Bucket, Payoffs

# Fields that runs from before them lack; see `config.ADDED_FIELDS`.
ADDED_OPTIONS: dict[str, Any] = {"cubes": 0.5, "payoffs": "invariant"}


@dataclasses.dataclass(frozen=True)
class Recipe:
  """How a network is trained; with `Config` and a key, all that a run is.

  Attributes:
    buckets: the sizes of games.
    rows: of Table 3, keys of `ROWS`; one is drawn for each game, a repeated one
      as often as it is repeated.
    zero_sum: the share of zero-sum games, 0 to 1.
    steps: of the optimiser, over which the rate falls to zero as a cosine; a
      run that is prolonged by more steps starts from a higher rate again.
    learning_rate: Adam's, at its highest.
    clip: of the gradient's global norm.
    cubes: the share of games in which all players have as many strategies; in
      the others one has, and the rest have at most as many.
    payoffs: "invariant", from the invariant subspace of the L2 norm; or
      "uniform", the ablation (ii) of Figure 3d.

  The paper says of (ii) "no invariant pre-processing with naive payoff sampling
  (each element sampled using a uniform distribution)", and not which one. Here
  it has the mean and variance of the invariant subspace's elements, so that
  neither an offset nor a scale is new at test time; each game's own are left
  in: the network sees the payoffs as drawn, and its loss is that of Eq. 7 with
  them, max_epsilon Z. Of rows with an epsilon and of welfares, which are
  related to the standardised payoffs, nothing is said; they are refused.

  Raises:
    ValueError: no bucket, one without sizes or games, an unknown row, one that
      does not go with the payoffs, or a number below its least.
  """

  buckets: tuple[Bucket, ...]
  rows: tuple[str, ...] = ("ME", "MT")
  zero_sum: float = 0.25
  steps: int = 10_000
  learning_rate: float = 1e-3
  clip: float = 1.0
  cubes: float = 0.5
  payoffs: Payoffs = "invariant"

  def __post_init__(self) -> None:
    """Refuses what cannot be trained on."""
    object.__setattr__(self, "buckets", tuple(self.buckets))
    object.__setattr__(self, "rows", tuple(self.rows))
    self._check_rows()
    self._check_buckets()
    self._check_numbers()
    self._check_payoffs()

  def _check_rows(self) -> None:
    unknown = [name for name in self.rows if name not in ROWS]
    if unknown or not self.rows:
      raise ValueError(
        f"Recipe.rows: expected one or more of {sorted(ROWS)}, got {self.rows}."
      )

  def _check_buckets(self) -> None:
    if not self.buckets:
      raise ValueError("Recipe.buckets: expected at least one Bucket.")
    for bucket in self.buckets:
      if not 1 <= bucket.smallest <= bucket.size:
        raise ValueError(
          f"Recipe.buckets: expected 1 <= smallest <= size, got {bucket}."
        )
      if bucket.batch < 1 or not bucket.share > 0:
        raise ValueError(
          f"Recipe.buckets: expected a batch and a share above 0, got {bucket}."
        )

  def _check_numbers(self) -> None:
    for name in ("zero_sum", "cubes"):
      if not 0 <= getattr(self, name) <= 1:
        raise ValueError(
          f"Recipe.{name}: expected a share, 0 to 1, got {getattr(self, name)}."
        )
    if self.steps < 1 or not (self.learning_rate > 0 and self.clip > 0):
      raise ValueError(
        "Recipe: expected steps, learning_rate and clip above 0, got "
        f"{self.steps}, {self.learning_rate}, {self.clip}."
      )

  def _check_payoffs(self) -> None:
    if self.payoffs not in get_args(Payoffs):
      raise ValueError(
        f"Recipe.payoffs: expected one of {get_args(Payoffs)}, got "
        f"{self.payoffs!r}."
      )
    plain = [ROWS[name][1:] == ROWS["ME"][1:] for name in self.rows]
    if self.payoffs == "uniform" and not all(plain):
      raise ValueError(
        'Recipe.payoffs: "uniform" goes with rows without welfare and epsilon, '
        f"got {self.rows}."
      )

  def to_dict(self) -> dict[str, Any]:
    """Returns the fields for JSON, but `ADDED_OPTIONS` where they are usual."""
    return described(dict(vars(self)), ADDED_OPTIONS)

  def facts(self) -> dict[str, Any]:
    """Returns what `nes.save` should say of a network trained in this way.

    By "rows", `solve` knows what the network serves; by "options", from which
    size on to warn that it was never trained there.
    """
    return {"rows": list(self.rows), "options": self.to_dict()}


def check_inputs(config: Config, recipe: Recipe) -> None:
  """Raises ValueError unless the network sees all that the games vary."""
  for name in recipe.rows:
    unseen = unseen_input(config, name)
    if unseen:
      raise ValueError(
        f'recipe.rows: {name} needs a network with the input "{unseen}", got '
        f"{config.inputs}."
      )
  if config.needs_cubes and recipe.cubes < 1:
    raise ValueError(
      'recipe.cubes: a CCE network with Config.maps="paper" is equivariant on '
      "cubes alone (Eq. 19c, Appendix C.2), so expected 1.0, got "
      f"{recipe.cubes}."
    )
