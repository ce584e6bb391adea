# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""Binaries, each run by `python -m nes_spiel.examples.NAME`."""
