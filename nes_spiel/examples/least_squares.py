# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Quantal response equilibria by SciPy, in plain NumPy (Eq. 8).

Chen et al. (2024) minimise the squares of F(x) = x - softmax(h(x) / lambda).
Where that ends with F other than zero there is no equilibrium, however flat the
sum of squares.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.optimize
import scipy.special
from jaxtyping import Float

FLAT = 1e-8  # half the gradient of |F|^2 at what is called a minimum


class End(NamedTuple):
  """Where least squares ended.

  Attributes:
    profile: `[n, d]`.
    residual: max |F|; an equilibrium only if it is zero.
  """

  profile: Float[np.ndarray, "n d"]
  residual: float


class ResponseGap:
  """F and its derivative, of players with equally many strategies.

  Players' tensors are laid out once so that every expectation is a chain of
  products with vectors.
  """

  def __init__(self, payoffs: Float[np.ndarray, "n *a"], temperature: float):
    """Takes payoffs, more is better, and lambda of Eq. 6.

    Raises:
      ValueError: players differ in the number of their strategies.
    """
    self.players, *strategies = payoffs.shape
    if len(set(strategies)) > 1:
      raise ValueError(
        f"payoffs: expected equally many strategies, got {strategies}."
      )
    self.shape = (self.players, strategies[0])
    scaled = payoffs / temperature
    players = range(self.players)
    self._own = [self._laid_out(scaled, [i]) for i in players]
    self._pairs = [
      (i, j, self._laid_out(scaled, [i, j]))
      for i in players
      for j in players[:i]
    ]

  def _laid_out(
    self, payoffs: Float[np.ndarray, "n *a"], kept: list[int]
  ) -> tuple[Float[np.ndarray, "k *a"], list[int]]:
    """Returns players' payoffs, their axes first, and who follows there."""
    others = [player for player in range(self.players) if player not in kept]
    axes = [0, *(player + 1 for player in kept + others)]
    return np.ascontiguousarray(payoffs[kept].transpose(axes)), others[::-1]

  def response(
    self, profile: Float[np.ndarray, "n d"]
  ) -> Float[np.ndarray, "n d"]:
    """Returns every player's logit response."""
    values = np.concatenate([_averaged(*own, profile) for own in self._own])
    # As scipy.special.softmax, whose checks take longer than its work here.
    grown = np.exp(values - values.max(1, keepdims=True))
    return grown / grown.sum(1, keepdims=True)

  def gap(self, flat: Float[np.ndarray, " m"]) -> Float[np.ndarray, " m"]:
    """Returns F at a flattened profile, m = n d."""
    return flat - self.response(flat.reshape(self.shape)).ravel()

  def jacobian(self, flat: Float[np.ndarray, " m"]) -> Float[np.ndarray, "m m"]:
    """Returns dF / dx (Eq. A6)."""
    profile = flat.reshape(self.shape)
    response = self.response(profile)
    blocks = np.zeros((*self.shape, *self.shape))
    for i, j, pair in self._pairs:
      first, second = _averaged(*pair, profile)
      blocks[i, :, j], blocks[j, :, i] = first, second.T
    mean = np.einsum("ia,iajb->ijb", response, blocks)
    blocks = response[..., None, None] * (blocks - mean[:, None])
    return np.eye(flat.size) - blocks.reshape(flat.size, flat.size)

  def solve(self, start: Float[np.ndarray, "n d"]) -> End:
    """Returns where Levenberg's and Marquardt's method ends."""
    found = scipy.optimize.root(
      self.gap, start.ravel(), jac=self.jacobian, method="lm", tol=1e-12
    )
    return self._end(found.x, found.fun)

  def minimise(self, start: Float[np.ndarray, "n d"]) -> End:
    """Returns where least squares among distributions end (Eq. 8).

    By a trust region on logits, which leave no constraint.
    """

    def profile(logits: np.ndarray) -> np.ndarray:
      return scipy.special.softmax(logits.reshape(self.shape), axis=1)

    def gap(logits: np.ndarray) -> np.ndarray:
      return self.gap(profile(logits).ravel())

    def jacobian(logits: np.ndarray) -> np.ndarray:
      chances = profile(logits)
      full = self.jacobian(chances.ravel()).reshape(-1, *self.shape)
      mean = np.einsum("kia,ia->ki", full, chances)
      return (chances * (full - mean[..., None])).reshape(len(full), -1)

    found = scipy.optimize.least_squares(
      gap,
      # Away from corners, where no move of the logits changes anything.
      np.log(np.maximum(start, 1e-3)).ravel(),
      jacobian,
      ftol=1e-15,
      xtol=1e-15,
      gtol=1e-12,
      max_nfev=200,
    )
    return self._end(profile(found.x), found.fun)

  def _end(self, profile: np.ndarray, gap: Float[np.ndarray, " m"]) -> End:
    return End(profile.reshape(self.shape), float(np.abs(gap).max()))

  def is_flat(self, profile: Float[np.ndarray, "n d"]) -> bool:
    """Returns whether no move among distributions changes |F|^2 here."""
    flat = profile.ravel()
    slope = (self.jacobian(flat).T @ self.gap(flat)).reshape(self.shape)
    slope -= slope.mean(1, keepdims=True)
    return bool(np.abs(slope).max() <= FLAT)


def _averaged(
  tensor: Float[np.ndarray, "*a"],
  others: Sequence[int],
  profile: Float[np.ndarray, "n d"],
) -> Float[np.ndarray, "..."]:
  """Returns a tensor averaged over its last axes, of other players."""
  for player in others:
    tensor = tensor @ profile[player]
  return tensor
