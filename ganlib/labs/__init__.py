"""Laboratories: watch a GAN train, and touch it while it does. The only module with widgets.

`Laboratory` is the 2-D laboratory of notebook 04. `Dashboard` shows how an image GAN trains, and with a `Stepper` it
trains by itself (notebook 09). `Desk` is the latent desk on a trained generator (notebook 00).
"""

from .latent.desk import Desk
from .plane.laboratory import Laboratory
from .training.callbacks import Stepper
from .training.dashboard import Dashboard

__all__ = ["Dashboard", "Desk", "Laboratory", "Stepper"]
