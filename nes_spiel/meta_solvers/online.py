# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""A network that goes on learning from the meta-games of a run."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from nes_spiel import equilibria, games, nes, runs, solvers
from nes_spiel.meta_solvers.meta_solver import MetaSolver, padded_size
from nes_spiel.meta_solvers.openspiel_forms import OpenSpielForms
from nes_spiel.solvers import network_choice

_standardize = jax.jit(games.standardize)


class SeenGame(NamedTuple):
  """A meta-game as a run has met it.

  Attributes:
    payoffs: `[n, *a]`.
    target: `[*a]`, the joint that the answer is to be close to.
  """

  payoffs: Float[np.ndarray, "n ..."]
  target: Float[np.ndarray, "..."]

  def is_same(self, other: "SeenGame") -> bool:
    """Returns whether nothing has changed."""
    return np.array_equal(self.payoffs, other.payoffs) and np.array_equal(
      self.target, other.target
    )

  def has_grown_from(self, other: "SeenGame") -> bool:
    """Returns whether the other's payoffs are this one's leading corner."""
    sizes = other.payoffs.shape
    if len(sizes) != self.payoffs.ndim:
      return False
    corner = tuple(slice(size) for size in sizes)
    return np.array_equal(self.payoffs[corner], other.payoffs)


class OnlineMetaSolver(OpenSpielForms):
  """Selects the maximum-entropy (C)CE by a network that it fine-tunes.

  Before each answer the network takes steps of the dual loss on the meta-game,
  and on the last ones before it, and the next meta-game finds what it has
  learned. A run shows by its payoffs: policies are added at the end, so that
  each meta-game holds the one before in its corner; at one that does not the
  network is again the first one. A meta-game that was answered last is answered
  again without steps. So two runs of the same meta-games get the same answers.

  One object serves one run at a time.
  """

  def __init__(
    self,
    name: str,
    concept: equilibria.Concept = "cce",
    tuning: nes.FineTuning | None = None,
    memory: int = 1,
    first: Callable[[int], nes.Model] | None = None,
  ):
    """Starts with the network that `first` returns.

    Args:
      name: as OpenSpiel's flags know it.
      concept: "ce" or "cce".
      tuning: what is done before each answer; `FineTuning()` if None.
      memory: how many meta-games every step sees, the present one among them.
      first: from the number of players to a network; the shipped one if None.

    Raises:
      ValueError: a memory below 1.
    """
    if memory < 1:
      raise ValueError(f"memory: expected 1 or more, got {memory}.")
    self.name, self.concept = name, concept
    self._answers = MetaSolver(
      name, concept, equilibria.MaximumEntropy(), "nes"
    )
    self._tuning = nes.FineTuning() if tuning is None else tuning
    self._memory = memory
    self._first = self._shipped if first is None else first
    self._model: nes.Model | None = None
    self._met: list[SeenGame] = []

  def solve(
    self,
    meta_game: Float[np.ndarray, "n *a"],
    target_joint: Float[np.ndarray, "*a"] | None = None,
  ) -> solvers.Solution:
    """As `MetaSolver.solve`, by the network after its steps."""
    if target_joint is None:
      shape = meta_game.shape[1:]
      target_joint = np.full(shape, 1 / np.prod(shape))
    met = SeenGame(np.array(meta_game), np.array(target_joint))
    if not (self._met and met.is_same(self._met[0])):
      self._learn(met)
    return self._answers.solve(meta_game, target_joint, self._model)

  def to_arrays(self) -> dict[str, np.ndarray]:
    """Returns what a run goes on from: the network and what it still sees."""
    if self._model is None:
      return {}
    arrays = runs.tree_to_arrays({self.name: self._model.variables})
    for age, met in enumerate(self._met):
      for field, array in met._asdict().items():
        arrays[f"{self.name}.{age}.{field}"] = array
    return arrays

  def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
    """Goes on from what `to_arrays` returned; other arrays are ignored.

    Raises:
      ValueError: the arrays are of another network.
    """
    met: list[SeenGame] = []
    while f"{self.name}.{len(met)}.payoffs" in arrays:
      prefix = f"{self.name}.{len(met)}."
      met.append(SeenGame(*(arrays[prefix + f] for f in SeenGame._fields)))
    self._met, self._model = met, None
    if met:
      first = self._first(len(met[0].payoffs))
      like = {self.name: first.variables}
      restored = runs.tree_from_arrays(like, arrays)[self.name]
      self._model = first._replace(variables=restored)

  def _shipped(self, players: int) -> nes.Model:
    return network_choice.shipped_model(
      self.concept, players, self._answers.selection, None
    )

  def _learn(self, met: SeenGame) -> None:
    """Takes the steps that a meta-game is due."""
    model = self._model
    if model is None or not met.has_grown_from(self._met[0]):
      model, self._met = self._first(len(met.payoffs)), []
    self._met = [met, *self._met][: self._memory]
    if self._tuning.steps:
      batch = batch_of(
        [self._met[i % len(self._met)] for i in range(self._memory)]
      )
      tuned = nes.fine_tune(model.network, model.variables, batch, self._tuning)
      model = model._replace(variables=jax.device_get(tuned.variables))
    self._model = model


def batch_of(met: list[SeenGame]) -> nes.Batch:
  """Returns meta-games in one cube, standardised before they lose digits."""
  size = padded_size(max(max(one.payoffs.shape[1:]) for one in met))
  rows = [_padded(one, size) for one in met]
  payoffs, masks, targets = (np.stack(x) for x in zip(*rows, strict=True))
  selection = equilibria.Selection(
    target_joint=jnp.asarray(targets, jnp.float32)
  )
  single = jnp.asarray(payoffs, jnp.float32)
  return nes.Batch(single, selection, jnp.asarray(masks))


def _padded(
  met: SeenGame, size: int
) -> tuple[
  Float[np.ndarray, "n *d"], Bool[np.ndarray, "n d"], Float[np.ndarray, "*d"]
]:
  """Returns standardised payoffs, mask and target of a cube of this side."""
  cube, mask = games.pad(met.payoffs, size)
  with jax.enable_x64(True):
    payoffs = np.asarray(_standardize(cube, mask).payoffs)
  return payoffs, mask, games.pad_joint(met.target, size)
