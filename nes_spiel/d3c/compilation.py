# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""How XLA is asked to compile what runs of a few agents each do."""

import functools

import jax

# On CPUs XLA hands sums and maxima of float32 to a library whose calls take
# longer than what it saves, where there are only a few agents to sum over:
# Braess's network learns in a fifth of the time without it.
NO_LIBRARY = {"xla_cpu_experimental_ynn_fusion_type": ""}


@functools.cache
def compiler_options() -> dict[str, str] | None:
  """Returns options for `jax.jit`, None where this XLA does not know them.

  They are not part of a stable interface, so that they are tried out once.
  """
  return NO_LIBRARY if accepts(NO_LIBRARY) else None


def accepts(options: dict[str, str]) -> bool:
  """Returns whether XLA compiles with some options on the default device."""
  try:
    jax.jit(lambda: 0, compiler_options=options).lower().compile()
  except jax.errors.JaxRuntimeError:
    return False
  return True
