# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Another way from payoffs to duals: attention between actions and plays.

The NfgTransformer (Liu et al., ICLR 2024, arXiv:2402.08393) keeps an embedding
of every action, all equal at first. A play is what one player does and gets at
one joint. In each block

  1. the players of a joint attend to each other's plays,
  2. an action attends to the plays that its player makes with it,
  3. all actions of all players attend to each other.

Nothing that is learned belongs to a player or a strategy, and what does not
exist is attended to by none, so that embeddings are permuted and padded as the
game is.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from nes_spiel.games import masks
from nes_spiel.nes import layers
from nes_spiel.nes.config import HEADS

WIDENING = 4  # of the layer between two attentions, relative to its ends
# The logit of what is not attended to. An infinity would make the gradient of
# an action that does not exist, and has nothing to attend to, a NaN.
NEVER = -1e30


def embed_actions(
  channels: Float[Array, "n *a c"],
  strategy_mask: Bool[Array, "n d"],
  play_channels: tuple[int, ...],
  action_channels: int,
) -> Float[Array, "n d k"]:
  """Returns an embedding of every action, zero where there is none.

  To be called inside a Haiku transformation.

  Args:
    channels: `[n, *a, c]`, the game.
    strategy_mask: `[n, d]`.
    play_channels: of the plays and of queries, keys and values, divisible by
      `HEADS`; one block for each.
    action_channels: k, of the embeddings.
  """
  exists = masks.joint_mask(strategy_mask, channels.shape[1:-1])
  actions = jnp.zeros((*strategy_mask.shape, action_channels), channels.dtype)
  for index, width in enumerate(play_channels):
    name = f"block_{index}"
    plays = _plays(channels, actions, width, f"{name}_plays")
    actions = _hear_plays(actions, plays, exists, f"{name}_action_to_plays")
    actions = _hear_actions(
      actions, strategy_mask, width, f"{name}_action_to_actions"
    )
  embeddings = _normalize(actions, "actions_norm")
  return jnp.where(strategy_mask[..., None], embeddings, 0)


def _plays(
  channels: Float[Array, "n *a c"],
  actions: Float[Array, "n d k"],
  width: int,
  name: str,
) -> Float[Array, "n *a w"]:
  """Returns what each player plays at a joint, having heard the others."""
  shape = channels.shape[1:-1]
  at_joints = [
    _on_axis(embeddings[:size], player, len(shape))
    for player, (embeddings, size) in enumerate(
      zip(actions, shape, strict=True)
    )
  ]
  played = layers.MixMaps(width, name=name)({"actions": at_joints}, shape)
  plays = jax.nn.gelu(played + _linear(channels, width, f"{name}_game"))
  heard = _normalize(plays, f"{name}_norm")
  queries = _queries(heard, width, name)
  keys, values = _keys_and_values(heard, width, name)
  everyone = jnp.ones((1,) * (keys.ndim - 1), bool)
  answers = [
    _attend(queries[player][None], keys, values, everyone, (0,))
    for player in range(len(shape))
  ]
  return _update(plays, jnp.stack(answers), name)


def _hear_plays(
  actions: Float[Array, "n d k"],
  plays: Float[Array, "n *a w"],
  exists: Bool[Array, "*a"],
  name: str,
) -> Float[Array, "n d k"]:
  """Returns actions that have attended to all plays of which they are part."""
  players, size, _ = actions.shape
  width = plays.shape[-1]
  queries = _queries(_normalize(actions, f"{name}_norm"), width, name)
  keys, values = _keys_and_values(
    _normalize(plays, f"{name}_plays_norm"), width, name
  )
  heard = []
  for player, own in enumerate(keys.shape[1:-1]):
    others = tuple(axis for axis in range(players) if axis != player)
    query = _on_axis(queries[player, :own], player, players)
    answer = _attend(query, keys[player], values[player], exists, others)
    heard.append(jnp.pad(answer, [(0, size - own), (0, 0)]))
  return _update(actions, jnp.stack(heard), name)


def _hear_actions(
  actions: Float[Array, "n d k"],
  strategy_mask: Bool[Array, "n d"],
  width: int,
  name: str,
) -> Float[Array, "n d k"]:
  """Returns actions that have attended to all actions of all players."""
  normal = _normalize(actions, f"{name}_norm")
  queries = _queries(normal, width, name).reshape(-1, 1, width)
  keys, values = (
    x.reshape(1, -1, width) for x in _keys_and_values(normal, width, name)
  )
  heard = _attend(queries, keys, values, strategy_mask.reshape(1, -1), (1,))
  return _update(actions, heard.reshape(*actions.shape[:2], width), name)


def _attend(
  queries: Float[Array, "..."],
  keys: Float[Array, "..."],
  values: Float[Array, "..."],
  exists: Bool[Array, "..."],
  axes: tuple[int, ...],
) -> Float[Array, "..."]:
  """Returns means of values, weighted by how well keys fit a query.

  Args:
    queries: `[*s, w]`, of length 1 on the axes that are attended to.
    keys: `[*s, w]`; all shapes broadcast together. Heads stand side by side.
    values: as the keys.
    exists: `[*s]`, what may be attended to.
    axes: of `*s`, those that are attended to.

  Returns:
    The means, without those axes.
  """
  width = queries.shape[-1]
  # Which channel is of which head: a product with it is faster on CPUs than
  # arrays whose last axes are the heads and the few channels of each.
  channels_of = np.repeat(np.eye(HEADS), width // HEADS, axis=0)
  head = jnp.asarray(channels_of, queries.dtype)
  logits = (queries * keys) @ head / (width // HEADS) ** 0.5
  logits = jnp.where(exists[..., None], logits, NEVER)
  weights = jax.nn.softmax(logits, axis=axes) @ head.T
  return jnp.sum(weights * values, axis=axes)


def _queries(
  hidden: Float[Array, "... k"], width: int, name: str
) -> Float[Array, "... w"]:
  """Returns normalised queries; their bias speaks where all is 0."""
  queries = _linear(hidden, width, f"{name}_query")
  return _normalize(queries, f"{name}_query_norm")


def _keys_and_values(
  hidden: Float[Array, "... k"], width: int, name: str
) -> tuple[Array, Array]:
  """Returns normalised keys, and values."""
  keys = _linear(hidden, width, f"{name}_key")
  values = _linear(hidden, width, f"{name}_value")
  return _normalize(keys, f"{name}_key_norm"), values


def _update(
  stream: Float[Array, "... k"], heard: Float[Array, "... w"], name: str
) -> Float[Array, "... k"]:
  """Adds what was heard, and then what a two-layer network makes of it."""
  channels = stream.shape[-1]
  stream += _linear(heard, channels, f"{name}_heard")
  normal = _normalize(stream, f"{name}_wide_norm")
  wide = jax.nn.gelu(_linear(normal, WIDENING * channels, f"{name}_wide"))
  return stream + _linear(wide, channels, f"{name}_narrow")


def _linear(
  hidden: Float[Array, "n *shape c"], width: int, name: str
) -> Float[Array, "n *shape w"]:
  mix = layers.MixMaps(width, name=name)
  return mix({"each": list(hidden)}, hidden.shape[1:-1])


def _normalize(hidden: Float[Array, "... c"], name: str) -> Array:
  return layers.NormalizeChannels(name=name)(hidden)


def _on_axis(
  rows: Float[Array, "d ..."], player: int, players: int
) -> Float[Array, "..."]:
  """Returns rows of one player's actions as a tensor over joints."""
  shape = [len(rows) if axis == player else 1 for axis in range(players)]
  return rows.reshape(*shape, *rows.shape[1:])
