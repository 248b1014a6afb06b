"""Laboratories: watch a GAN train, and touch it while it does. The only room with widgets.

`Laboratory` is the 2-D laboratory of notebook 04. `Dashboard` shows how an image GAN trains, and with a `Stepper` it
trains by itself (notebook 09). `Desk` is the latent desk on a trained generator (notebook 00).
"""
from .dashboard import Dashboard
from .desk import Desk
from .laboratory import Laboratory
from .watching import Stepper

__all__ = ["Dashboard", "Desk", "Laboratory", "Stepper"]
