# Copyright 2026 The nes_spiel authors.
# SPDX-License-Identifier: Apache-2.0
"""For tools that still call setup.py; everything stands in pyproject.toml."""

from setuptools import setup

setup()
