"""Synthetic portraits whose every cause is known: sample factors, render them, count them in a GAN's work.

`FACTORS` is the documented distribution, `CORRELATIONS` what goes with what (`factors`); `render` paints a table of
factors from the parts in `head` and `face_parts`. The same factors give the same picture on every machine, to within
one grey level. Seen first in notebooks/01_data_distributions.
"""

from .factors import CORRELATIONS, FACTORS, sample_factors
from .render import SIZES, make_faces, render

__all__ = ["CORRELATIONS", "FACTORS", "SIZES", "make_faces", "render", "sample_factors"]
