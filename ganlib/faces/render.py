"""From a table of factors to pictures: what is painted, in which order, a few faces at a time."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ..checks import check_choice
from . import face_parts, head
from .factors import _encode_factors, sample_factors

SIZES = (32, 64, 128)
CHUNK = 20  # faces painted at a time: few enough for the processor's cache, many enough for NumPy


def make_faces(n, size=64, seed=0, correlated=True):
    """`n` portraits and what they show: (uint8 images (n, size, size, 3), table of factors)."""
    factors = sample_factors(n, seed, correlated)
    return render(factors, size), factors


def render(factors, size=64):
    """Paint one portrait for each row of `factors` -> uint8 (n, size, size, 3); `size` is 32, 64 or 128.

    `factors` is a table as `sample_factors` gives it: every column of `FACTORS`, all of one length, with its
    categories and ranges. Other columns are ignored. Raises TypeError or ValueError, naming the column.
    """
    size = check_choice(size, SIZES, "size")
    columns = _encode_factors(factors)
    order = np.argsort(
        columns["hair_style"], kind="stable"
    )  # neighbours then share the layers they need
    out = np.empty((len(order), size, size, 3), "uint8")
    chunk = max(1, CHUNK * 64**2 // max(size, 64) ** 2)

    def work(start):
        rows = order[start : start + chunk]
        light = _paint(
            {name: column[rows] for name, column in columns.items()}, max(size, 64)
        )
        if size == 32:  # painted at 64 and averaged: no broken lines
            light = sum(light[..., i::2, j::2] for i in (0, 1) for j in (0, 1)) / 4
        np.sqrt(np.clip(light, 0, 1, out=light), out=light)
        out[rows] = (
            (light * 255 + np.float32(0.5)).astype("uint8").transpose(0, 2, 3, 1)
        )

    with ThreadPoolExecutor(
        min(2, os.cpu_count() or 1)
    ) as pool:  # NumPy lets two threads work at once
        list(pool.map(work, range(0, len(order), chunk)))
    return out


def _paint(columns, size):
    """Back to front: what `_encode_factors` gives, for a few faces -> float32 light (n, 3, size, size)."""
    geometry = head.compute_geometry(columns, size)
    canvas = head.background(geometry)
    hair, long = (
        head.hair_of(geometry) if geometry.cover.any() else None,
        geometry.end > 0.25,
    )
    if long.any():  # hair behind the neck, in its shadow
        depth = np.clip(0.8 - 0.9 * (hair.Y + 0.3), 0.22, 0.8)
        head.blend(
            canvas[:, :, hair.rows], hair.outer * long, hair.light * depth[:, None]
        )
    if geometry.bun.any():
        head.bun(canvas, geometry)
    head.neck_and_clothes(canvas, geometry)
    head.head(canvas, geometry)
    face_parts.eyes(canvas, geometry)
    face_parts.mouth(canvas, geometry)
    if geometry.glasses.any():
        face_parts.glasses(canvas, geometry)
    if hair:
        edge = (
            head.under(hair.Y, geometry.hairline_y, geometry.px)
            + geometry.ragged * hair.strands
        )
        mask = (
            hair.outer
            * head.coverage(edge, geometry.px + geometry.fade)
            * geometry.cover
        )
        head.blend(canvas[:, :, hair.rows], mask, hair.light)
    if not long.all():
        head.ears(canvas, geometry)
    return canvas
