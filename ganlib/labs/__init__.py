"""Laboratories: watch a GAN train, and touch it while it does. The only module with
widgets.

`Laboratory` is the 2-D laboratory of notebook 04. `Dashboard` shows how an image GAN
trains, and with an `InteractiveTrainer` it trains by itself (notebook 09).
`LatentExplorer` explores the noise of a trained generator (notebook 00).
"""

from .latent.desk import LatentExplorer
from .plane.laboratory import Laboratory
from .training.callbacks import InteractiveTrainer
from .training.dashboard import Dashboard

__all__ = ["Dashboard", "InteractiveTrainer", "Laboratory", "LatentExplorer"]
