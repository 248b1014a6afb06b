"""Laboratories: watch a GAN train, and touch it while it does. The only room with widgets.

`Laboratory` is the 2-D laboratory of notebook 04.
"""
from .laboratory import Laboratory

__all__ = ["Laboratory"]
