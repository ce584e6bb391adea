# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Eq. 6 in CVXPY, game after game: compiled once, or built for each.

A problem with parameters compiles once, but CVXPY keeps several kilobytes for
every entry of its matrix of deviation gains. A problem that is built anew, with
constants in their place, needs little, and is the faster one where there are
many entries: deviation gains of CE are mostly zero, which it then sees.
"""

import math
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

import nes_spiel
from nes_spiel.equilibria import Concept, cvxpy_reference
from nes_spiel.equilibria.problem import Problem, standardized_problem

# Above so many entries parameters take more than a gigabyte: 12 kB each for CE
# at 16x16, 48 kB each for CCE at 32x32.
MOST_PARAMETERS = 20_000


def parameter_count(shape: tuple[int, ...], concept: Concept) -> int:
  """Returns the entries of the matrix of deviation gains."""
  rows = sum(k * (k - 1) if concept == "ce" else k for k in shape)
  return rows * math.prod(shape)


def state(payoffs: Any, concept: Concept) -> Problem:
  """Returns the problem that all solve: maximum entropy, standardised."""
  return standardized_problem(payoffs, nes_spiel.MaximumEntropy(), concept)[0]


def build(
  problem: Problem, gains: Float[np.ndarray, "row joint"] | None = None
) -> cvxpy_reference.CvxpyReference:
  """States a problem in CVXPY.

  Args:
    problem: of a game without padding; all parameters are taken from it.
    gains: those of another game of its shape, where they are known.
  """
  shape = problem.payoffs.shape[1:]
  with jax.enable_x64(True):
    reference = cvxpy_reference.CvxpyReference(shape, problem.concept)
    reference.set_game(problem)
  if gains is not None:
    reference.gains.value = gains
  return reference


def joint_of(
  reference: cvxpy_reference.CvxpyReference, status: str
) -> Float[np.ndarray, "*a"]:
  """Returns the joint that was found, as a distribution; NaN if none was."""
  joint = reference.joint.value
  if joint is None or status.startswith("solver_error"):
    return np.full(reference.shape, np.nan)
  return as_distribution(joint.reshape(reference.shape))


def total_variation(
  ours: Float[np.ndarray, "*a"], theirs: Float[np.ndarray, "*a"]
) -> float:
  """Returns the distance between two joints."""
  return float(np.abs(ours - theirs).sum() / 2)


def as_distribution(joint: Float[np.ndarray, "*a"]) -> Any:
  """Returns a joint without negative numbers; NaN for one without positive."""
  joint = np.maximum(joint, 0)
  total = joint.sum()
  return joint / total if total > 0 else np.full_like(joint, np.nan)
