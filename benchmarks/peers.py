# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Everything that selects an equilibrium of a game, behind one interface.

A peer takes one game per call, but for ours. All solve Eq. 6 for maximum
entropy, except OpenSpiel's, which selects the (C)CE of maximum Gini impurity.
What a peer needs and does not compute itself is prepared outside the time that
is taken: the problem for CVXPY and for L-BFGS-B stands there, standardised.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float
from open_spiel.python.algorithms import jpsro
from scipy import optimize

import nes_spiel
from benchmarks import cvxpy_games, report
from nes_spiel.equilibria import Concept, dual
from nes_spiel.equilibria.problem import Problem

# L-BFGS-B, and SCS, asked for all they have.
TIGHT_LBFGS = {"gtol": 1e-9, "ftol": 0, "maxfun": 10**6, "maxiter": 10**6}
TIGHT_SCS = {"eps": 1e-9, "max_iters": 10**6}


class Answer(NamedTuple):
  """What a peer said.

  Attributes:
    joint: `[*a]`, or `[b, *a]` of a batch; NaN where there is none.
    words: of each game, how it went, "" for well.
  """

  joint: Float[np.ndarray, "..."]
  words: tuple[str, ...]


# Prepares a game `[n, *a]`, or a batch `[b, n, *a]`; what comes back is timed.
Peer = Callable[[Any], Callable[[], Answer]]


class Case(NamedTuple):
  """What a peer may prepare for.

  Attributes:
    concept: "ce" or "cce".
    shape: `(a_1, ..., a_n)`.
    seconds: one game may take; solvers are told that know a limit.
  """

  concept: Concept
  shape: tuple[int, ...]
  seconds: float


def ours(case: Case, **options: Any) -> Peer:
  """Returns `solve_batch` with some options, of a game or of a batch."""

  def prepare(payoffs: Any) -> Callable[[], Answer]:
    one = payoffs.ndim == len(case.shape) + 1
    games = payoffs[None] if one else payoffs

    def solve() -> Answer:
      found = nes_spiel.solve_batch(games, case.concept, **options)
      words = [_word(status, options["method"]) for status in found.status]
      return Answer(found.joint[0] if one else found.joint, tuple(words))

    return solve

  return prepare


def _word(status: Any, method: str) -> str:
  """Returns how the exact solver stopped; what a network says is as meant."""
  if method != "exact" or status == nes_spiel.Status.CONVERGED:
    return ""
  return nes_spiel.Status(int(status)).name


def cvxpy(case: Case, solver: str, **options: Any) -> Peer:
  """Returns CVXPY with a solver: compiled once if that fits and is faster."""
  if solver == "SCS":
    options |= {"time_limit_secs": case.seconds}
  entries = cvxpy_games.parameter_count(case.shape, case.concept)

  def rebuilt(payoffs: Any) -> Callable[[], Answer]:
    reference = cvxpy_games.build(_state(payoffs, case.concept))
    # Parameters become constants: the cheaper way if used once.
    return lambda: _run(reference, solver, ignore_dpp=True, **options)

  if entries > cvxpy_games.MOST_PARAMETERS:
    return rebuilt
  return _Faster(case.concept, rebuilt, solver, options)


class _Faster:
  """Compiles at the first game, and measures then which way is the faster."""

  def __init__(
    self, concept: Concept, rebuilt: Peer, solver: str, options: dict[str, Any]
  ):
    self._concept, self._rebuilt = concept, rebuilt
    self._solver, self._options = solver, options
    self._chosen: Peer | None = None

  def __call__(self, payoffs: Any) -> Callable[[], Answer]:
    if self._chosen is None:
      self._reference = cvxpy_games.build(_state(payoffs, self._concept))
      self._compiled(payoffs)()  # compiles
      ways = (self._compiled, self._rebuilt)
      times = [report.seconds(way(payoffs)) for way in ways]
      self._chosen = ways[int(np.argmin(times))]
    return self._chosen(payoffs)

  def _compiled(self, payoffs: Any) -> Callable[[], Answer]:
    self._reference.set_game(_state(payoffs, self._concept))
    return lambda: _run(self._reference, self._solver, **self._options)


def lbfgs(case: Case, **options: Any) -> Peer:
  """Returns SciPy's L-BFGS-B on the dual, from zero duals."""
  with jax.enable_x64(True):
    loss = jax.jit(_loss_and_gradient)
    joint_of = jax.jit(dual.primal_joint)

  def prepare(payoffs: Any) -> Callable[[], Answer]:
    with jax.enable_x64(True):
      problem = jax.device_put(_state(payoffs, case.concept))
    size = problem.dual_mask.size

    def solve() -> Answer:
      with jax.enable_x64(True):
        found = optimize.minimize(
          lambda duals: jax.device_get(loss(problem, duals)),
          np.zeros(size),
          jac=True,
          method="L-BFGS-B",
          bounds=optimize.Bounds(np.zeros(size), np.inf),
          options=options,
        )
        duals = found.x.reshape(problem.dual_mask.shape)
        joint = np.asarray(joint_of(problem, duals))
      return Answer(joint, ("" if found.success else found.message.strip(),))

    return solve

  return prepare


def _loss_and_gradient(problem: Problem, flat: Any) -> tuple[Any, Any]:
  """Returns the dual loss and its gradient at a vector of duals."""
  duals = flat.reshape(problem.dual_mask.shape)
  gradient = dual.dual_gradient(problem, duals).reshape(-1)
  return dual.dual_excess(problem, duals), gradient


def openspiel(case: Case) -> Peer:
  """Returns OpenSpiel's MGCE or MGCCE, by OSQP unless CVXOPT is installed."""
  solver = jpsro.FLAG_TO_FUNC[f"mg{case.concept}"]

  def prepare(payoffs: Any) -> Callable[[], Answer]:
    repeats = [np.ones(count, int) for count in case.shape]

    def solve() -> Answer:
      joint, _ = solver(payoffs, repeats, ignore_repeats=True)
      return Answer(cvxpy_games.as_distribution(joint), ("",))

    return solve

  return prepare


def _state(payoffs: Any, concept: Concept) -> Problem:
  """Returns the problem of a game, in double precision, on the host."""
  with jax.enable_x64(True):
    return jax.device_get(_stated(np.asarray(payoffs), concept))


_stated = jax.jit(cvxpy_games.state, static_argnums=1)


def _run(reference: Any, solver: str, **options: Any) -> Answer:
  """Returns CVXPY's answer to the game that was set."""
  status = reference.run(solver, **options)
  word = "" if status == "optimal" else status.split(":")[0]
  return Answer(cvxpy_games.joint_of(reference, status), (word,))


# What compiles longest comes last: time may not last.
PEERS: Mapping[str, Callable[[Case], Peer]] = {
  "exact": functools.partial(ours, method="exact"),
  "L-BFGS-B": lbfgs,
  "L-BFGS-B tight": functools.partial(lbfgs, **TIGHT_LBFGS),
  "Clarabel": functools.partial(cvxpy, solver="CLARABEL"),
  "ECOS": functools.partial(cvxpy, solver="ECOS"),
  "SCS": functools.partial(cvxpy, solver="SCS"),
  "OpenSpiel MG(C)CE": openspiel,
  "SCS tight": functools.partial(cvxpy, solver="SCS", **TIGHT_SCS),
  "nes": functools.partial(ours, method="nes"),
  **{
    f"nes+{steps}": functools.partial(
      ours, method="nes+exact", max_iterations=steps
    )
    for steps in (1, 2, 3)
  },
}
CVXPY = ("Clarabel", "ECOS", "SCS", "SCS tight")
# Of another selection: their distance to ours says nothing.
OTHER_SELECTION = ("OpenSpiel MG(C)CE",)
# These take a batch in one call.
BATCHED = ("exact", "nes", "nes+1", "nes+2", "nes+3")
