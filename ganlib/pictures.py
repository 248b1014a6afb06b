"""Reads a folder or a zip of pictures, of any sizes and modes, into one array of uint8 squares.

Each file is either used correctly or skipped with one line that names it and says why. A zip is read member by
member in memory: nothing is ever unpacked to the disk.
"""
from __future__ import annotations

import io
import os
import re
import stat
import warnings
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Callable

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

ENDINGS = frozenset(".jpg .jpeg .jpe .jfif .png .gif .bmp .dib .tif .tiff .webp .avif .ppm .pgm .pbm .pnm .tga .ico "
                    ".jp2 .heic .heif".split())
# Only formats that Pillow decodes by itself: EPS, for one, would start Ghostscript on a stranger's file.
FORMATS = "JPEG MPO PNG GIF BMP DIB TIFF WEBP AVIF PPM TGA ICO JPEG2000 HEIF".split()
MAX_PIXELS = 50_000_000    # of one decoded picture: 150 MB in colour, and two are decoded at a time
MAX_FILE = 100 * 2**20     # bytes of one picture's file
MAX_ARRAY = 4 * 2**30      # bytes of the array that is returned
MAX_RATIO = 100            # uncompressed over compressed; pictures are already compressed, so a zip gains little


class Unusable(Exception):
    """Why one file cannot be used; the text goes into its line."""


@dataclass
class Listing:
    """The pictures that a folder or zip offers, by sorted name; `read(name)` gives what Pillow can open."""
    names: list
    read: Callable
    skipped: list

    def classes(self):
        """-> (label of each name as an int array, label names), or (None, None) where no sub-folders tell."""
        parents = [PurePosixPath(name).parent.name for name in self.names]
        kinds = sorted(set(parents))
        if len(kinds) < 2 or "" in kinds:
            return None, None
        return np.array([kinds.index(p) for p in parents]), tuple(kinds)


def line(name, reason):
    """One printable line for a skipped file: names may hold line breaks, or bytes that are no text."""
    return "".join(c if c.isprintable() else "?" for c in f"{name}: {reason}")


def listing(path):
    """List the pictures in a folder or zip without decoding any. Raises ValueError for a zip that is refused."""
    path = Path(path)
    return _list_folder(path) if path.is_dir() else _list_zip(path)


def _sort(names, read, skipped):
    """Part the names that look like pictures from the others. Files without any ending count if nothing has one."""
    hidden = [n for n in names if any(p.startswith(".") or p in ("__MACOSX", "Thumbs.db", "desktop.ini")
                                      for p in PurePosixPath(n).parts)]
    shown = sorted(set(names) - set(hidden))
    used = [n for n in shown if PurePosixPath(n).suffix.lower() in ENDINGS]
    used = used or [n for n in shown if not PurePosixPath(n).suffix]
    skipped += [line(n, "not a picture, by the ending of its name") for n in sorted(set(shown) - set(used))]
    skipped += [line(n, "hidden, or made by the system") for n in sorted(hidden)]
    return Listing(used, read, skipped)


def _list_folder(root):
    names, skipped = [], []

    def cannot(error):
        skipped.append(line(os.path.relpath(error.filename, root), f"folder not readable ({error.strerror})"))

    for folder, below, files in os.walk(root, onerror=cannot):
        here = Path(folder).relative_to(root)
        for sub in [s for s in below if s.startswith(".") or s == "__MACOSX" or os.path.islink(Path(folder, s))]:
            below.remove(sub)
            skipped.append(line((here / sub).as_posix() + "/", "hidden folder, or a link to a folder: not entered"))
        names += [(here / file).as_posix() for file in files]

    def read(name):
        status = os.stat(root / name)
        if not stat.S_ISREG(status.st_mode):      # opening a pipe would wait for ever
            raise Unusable("not an ordinary file")
        return _bounded(root / name, status.st_size)

    return _sort(names, read, skipped)


def _bounded(file, size):
    if size == 0:
        raise Unusable("empty file")
    if size > MAX_FILE:
        raise Unusable(f"too large: {size / 2**20:,.0f} MB, limit {MAX_FILE / 2**20:.0f} MB")
    return file


def _list_zip(path):
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise ValueError(f"{path} is not a zip that can be read ({error}). Give a folder or a .zip of pictures; "
                         "unpack other archives (.rar, .7z, .tar.gz) and give the folder") from None
    members, skipped = {}, []
    for info in archive.infolist():
        name = info.filename.replace("\\", "/")
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
            raise ValueError(line(path, f"zip refused: its member {info.filename!r} would climb out of its folder"))
        if info.file_size > 32 * 2**20 and info.file_size > MAX_RATIO * info.compress_size:
            raise ValueError(line(path, f"zip refused as a bomb: its member {info.filename!r} would grow from "
                                        f"{info.compress_size:,} to {info.file_size:,} bytes"))
        if info.is_dir():
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            skipped.append(line(name, "a symbolic link"))
        elif info.flag_bits & 1:
            skipped.append(line(name, "encrypted: zip it again without a password"))
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # zipfile cannot bound what bzip2 and lzma put out at a time
            skipped.append(line(name, "compressed by another method than deflate: zip it again"))
        else:
            members[name] = info
    total, size = sum(m.file_size for m in archive.infolist()), path.stat().st_size
    if sum(m.compress_size for m in archive.infolist()) > size or total > MAX_RATIO * size + 64 * 2**20:
        raise ValueError(f"{path}: zip refused as a bomb: {size:,} bytes would grow to {total:,}")

    def read(name):
        info = members[name]
        _bounded(name, info.file_size)
        with archive.open(info) as file:      # reads what is declared and no more, then checks the CRC
            return io.BytesIO(file.read(info.file_size))

    return _sort(list(members), read, skipped)


def decode(file, size, share=1.0):
    """One picture file (path, or binary file object) -> uint8 (size, size, 1 if it is all grey, else 3).

    First frame, upright by its EXIF orientation, transparent parts over white, centre square (of `share` of the
    shorter side), Lanczos. Raises Unusable with the reason.
    """
    try:
        Image.init()
        with Image.open(file, formats=[f for f in FORMATS if f in Image.OPEN]) as picture:
            return square(picture, size, share)
    except Unusable:
        raise
    except UnidentifiedImageError:
        raise Unusable("not a picture, or of a format that is not read here: export it as JPEG or PNG") from None
    except Image.DecompressionBombError as error:      # Pillow's own limit, before the size can be asked for
        pixels = int(re.search(r"\d+", str(error))[0])
        raise Unusable(f"too large: {pixels:,} pixels, limit {MAX_PIXELS:,}") from None
    except Exception as error:      # decoders raise anything on a damaged file; whatever it is, the file is skipped
        raise Unusable(f"damaged ({str(error) or type(error).__name__})") from None


def square(picture, size, share=1.0):
    """One opened Pillow picture -> uint8 (size, size, 1 or 3), as `decode` says."""
    zoom = max(1.0, min(picture.size) * share / (2 * size))
    picture.draft(None, tuple(int(side / zoom) for side in picture.size))   # a JPEG decodes straight to 1/2, 1/4, 1/8
    if picture.width * picture.height > MAX_PIXELS:
        raise Unusable(f"too large: {picture.width:,} x {picture.height:,} pixels, limit {MAX_PIXELS:,} pixels")
    picture = _plain(picture)
    side = max(1, round(min(picture.size) * share))
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    picture = picture.resize((size, size), Image.Resampling.LANCZOS, (left, top, left + side, top + side), 3.0)
    try:
        picture = ImageOps.exif_transpose(picture)      # late, on the small square: the centre stays the centre
    except Exception:
        pass      # the picture is good, only its EXIF block is damaged
    if picture.mode == "RGBA":
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    array = np.asarray(picture).reshape(size, size, -1)
    return array[..., :1] if (array == array[..., :1]).all() else array


def _plain(picture):
    """Any Pillow mode -> L, RGB or RGBA, at 8 bits."""
    if picture.mode.startswith(("I", "F")):
        return Image.fromarray(_to_bytes(np.asarray(picture), picture.mode))
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA"):
        return picture.convert("RGBA")
    return picture if picture.mode in ("L", "RGB") else picture.convert("L" if picture.mode == "1" else "RGB")


def _to_bytes(values, mode):
    """16-bit (0..65535), 32-bit and float pixels -> uint8: scaled by the range they fit in, else stretched."""
    values = np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    for top in {"F": (1, 255, 65535), "I": (255, 65535)}.get(mode, (65535,)):
        if 0 <= low and high <= top:
            low, high = 0.0, float(top)
            break
    return np.round((values - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)


def read(source, order, *, size, n=None, channels=None, share=1.0):
    """Decode the pictures `order` names (indices into source.names) until `n` are usable.

    -> (uint8 (n, size, size, channels), indices of those used, lines of those skipped).
    channels None: 1 if every picture used is grey, else 3. Raises ValueError if none is usable.
    """
    wanted = min(len(order), n or len(order))
    if wanted * size * size * (channels or 3) > MAX_ARRAY:
        raise ValueError(f"{wanted:,} pictures of {size} x {size} pixels need more than {MAX_ARRAY / 2**30:.0f} GB: "
                         f"type n={MAX_ARRAY // (4 * size * size * 3)} or a smaller size")

    def attempt(index):
        try:
            return decode(source.read(source.names[index]), size, share)
        except Unusable as reason:
            return line(source.names[index], reason)
        except Exception as error:      # the file cannot be opened, or its zip member is broken
            return line(source.names[index], f"cannot be read ({getattr(error, 'strerror', None) or error})")

    images, used, skipped = np.empty((wanted, size, size, channels or 1), np.uint8), [], []
    with warnings.catch_warnings(), ThreadPoolExecutor(2) as pool:
        warnings.simplefilter("ignore")      # Pillow warns of large pictures and odd EXIF; we bound or use them
        position = 0
        while len(used) < wanted and position < len(order):
            part = order[position:position + min(256, wanted - len(used))]
            position += len(part)
            for index, result in zip(part, pool.map(attempt, part)):
                if isinstance(result, str):
                    skipped.append(result)
                    continue
                if channels is None and result.shape[2] > images.shape[3]:
                    images = np.repeat(images, 3, axis=3)      # the first picture in colour
                images[len(used)] = to_channels(result, images.shape[3])
                used.append(index)
    return images[:len(used)], np.array(used, int), skipped


def to_channels(images, channels):
    """uint8 (..., 1 or 3) -> uint8 (..., channels); grey is ITU-R 601 luma, as in Pillow's convert('L')."""
    if images.shape[-1] == channels:
        return images
    if channels == 3:
        return np.repeat(images, 3, axis=-1)
    return np.round(images @ np.array([0.299, 0.587, 0.114], np.float32)).astype(np.uint8)[..., None]


def to_size(images, size):
    """uint8 (n, h, w, c) -> (n, size, size, c), as pictures are: centre square, Lanczos. size None: unchanged."""
    if size is None or images.shape[1:3] == (size, size):
        return images
    short = min(images.shape[1:3])
    top, left = ((side - short) // 2 for side in images.shape[1:3])
    images = images[:, top:top + short, left:left + short]
    small = [Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image)
             .resize((size, size), Image.Resampling.LANCZOS) for image in images]
    return np.stack([np.asarray(image).reshape(size, size, -1) for image in small])
