"""Reads a folder or a zip of pictures, of any sizes and modes, into one array of uint8 squares.

Each file is used correctly, or skipped with one line that names it and says why. A zip is read in memory,
member by member: nothing is ever unpacked to the disk.
"""
import io
import math
import os
import re
import stat
import warnings
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath
from threading import Lock

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

ENDINGS = frozenset(".jpg .jpeg .jpe .jfif .png .gif .bmp .dib .tif .tiff .webp .avif .ppm .pgm .pbm .pnm "
                    ".tga .ico .jp2 .heic .heif".split())
# Only formats that are decoded in this process: EPS, for one, would start Ghostscript on a stranger's file.
FORMATS = frozenset("JPEG MPO PNG GIF BMP DIB TIFF WEBP AVIF PPM TGA ICO JPEG2000 HEIF".split())
SYSTEM = frozenset(("__MACOSX", "Thumbs.db", "desktop.ini"))
MAX_PIXELS = 50_000_000    # of one decoded picture: 150 MB in colour
MAX_FILE = 100 * 2**20     # bytes of one picture's file
MAX_ARRAY = 4 * 2**30      # bytes of all pictures together
ONE_LARGE = Lock()         # pictures of more than 4 million pixels are decoded one at a time
MAX_RATIO = 100            # unpacked over packed size: pictures are packed already, so a zip gains little


class Unusable(Exception):
    """Why one file cannot be used; the text goes into its line."""


def line(name, reason):
    """One printable line for a skipped file: a name may hold line breaks, or bytes that are no text."""
    return "".join(c if c.isprintable() else "?" for c in f"{name}: {reason}")


def listing(path):
    """List the pictures of a folder or zip without decoding any. ValueError for a zip that is refused.

    -> ([(name, function that opens it)] by name, as `read` wants them, one line for each file left out).
    """
    names, opener, skipped = (_list_folder if Path(path).is_dir() else _list_zip)(Path(path))
    hidden = {name for name in names if any(p[0] == "." or p in SYSTEM for p in PurePosixPath(name).parts)}
    shown = sorted(set(names) - hidden)
    used = [name for name in shown if PurePosixPath(name).suffix.lower() in ENDINGS]
    used = used or [name for name in shown if not PurePosixPath(name).suffix]      # some sets count: 1, 2, 3
    skipped += [line(name, "no picture, by its ending") for name in sorted(set(shown) - set(used))]
    skipped += [line(name, "hidden, or the system's") for name in sorted(hidden)]
    return [(name, partial(opener, name)) for name in used], skipped


def classes(names):
    """Sub-folders as classes -> (int label of each name, class names), or (None, None) without."""
    folders, labels = np.unique([PurePosixPath(name).parent.name for name in names], return_inverse=True)
    return (labels, tuple(folders.tolist())) if len(folders) > 1 and "" not in folders else (None, None)


def _list_folder(root):
    names, skipped = [], []
    for folder, below, files in os.walk(root, onerror=lambda error: skipped.append(
            line(os.path.relpath(error.filename, root), f"cannot be read: {error.strerror}"))):
        here = Path(folder).relative_to(root)
        for sub in sorted(s for s in below if s[0] == "." or s in SYSTEM or os.path.islink(Path(folder, s))):
            below.remove(sub)
            skipped.append(line((here / sub).as_posix() + "/", "hidden, or a link: not entered"))
        names += [(here / file).as_posix() for file in files]

    def opener(name):
        status = os.stat(root / name)
        if not stat.S_ISREG(status.st_mode):      # opening a pipe would wait for ever
            raise Unusable("not an ordinary file")
        check_bytes(status.st_size)
        return root / name

    return names, opener, skipped


def _list_zip(path):
    try:
        archive = zipfile.ZipFile(path)
        infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no zip that can be read ({error}); expected a .zip of pictures: zip "
                         "them again, or give the folder") from None
    members, skipped, size = {}, [], path.stat().st_size
    for info in infos:
        name = info.filename.replace("\\", "/")
        if name.startswith("/") or re.match("[A-Za-z]:", name) or ".." in name.split("/"):
            raise ValueError(line(path, f"zip refused: the path of its member {info.filename!r} climbs out"))
        if info.file_size > max(32 * 2**20, MAX_RATIO * info.compress_size):
            raise ValueError(line(path, f"zip refused as a bomb: its member {info.filename!r} would grow "
                                        f"from {info.compress_size:,} to {info.file_size:,} bytes"))
        if stat.S_ISLNK(info.external_attr >> 16):
            skipped.append(line(name, "a symbolic link"))
        elif info.flag_bits & 1:
            skipped.append(line(name, "encrypted: zip it again without a password"))
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            skipped.append(line(name, "packed by a method whose output cannot be bounded: zip it again"))
        elif not info.is_dir():
            members[name] = info
    total = sum(info.file_size for info in infos)
    if sum(info.compress_size for info in infos) > size or total > MAX_RATIO * size + 64 * 2**20:
        raise ValueError(f"{path}: zip refused as a bomb: its {size:,} bytes would grow to {total:,}")

    def opener(name):
        check_bytes(members[name].file_size)
        with archive.open(members[name]) as file:      # gives no more than was declared, and checks the CRC
            return io.BytesIO(file.read())

    return list(members), opener, skipped


def check_bytes(size):
    """Unusable for an empty file, or one over MAX_FILE."""
    if size == 0:
        raise Unusable("empty file")
    if size > MAX_FILE:
        raise Unusable(f"too large: {size / 2**20:,.0f} MB, limit {MAX_FILE / 2**20:.0f} MB")


def decode(file, size, share=1.0):
    """One picture (a path or binary file) -> uint8 (size, size, 1 if it is all grey, else 3).

    First frame, upright by its EXIF orientation, transparent parts over white, centre square (`share` of the
    shorter side), resized by Lanczos. Raises Unusable with the reason.
    """
    try:
        Image.init()
        with Image.open(file, formats=[name for name in Image.OPEN if name in FORMATS]) as picture:
            return _square(picture, size, share)
    except Unusable:
        raise
    except UnidentifiedImageError:
        raise Unusable("no picture, or of a format that is not read here: export it as JPEG or PNG") from None
    except Image.DecompressionBombError as error:      # Pillow's own limit, before the size can be asked for
        pixels = int(re.search(r"\d+", str(error))[0])
        raise Unusable(f"too large: {pixels:,} pixels, limit {MAX_PIXELS:,}") from None
    except Exception as error:      # decoders raise anything at all on a damaged file
        raise Unusable(f"damaged: {str(error) or type(error).__name__}") from None


def _square(picture, size, share):
    zoom = max(1.0, min(picture.size) * share / (2 * size))
    picture.draft(None, tuple(int(side / zoom) for side in picture.size))      # a JPEG decodes at 1/2 to 1/8
    pixels = picture.width * picture.height
    if pixels > MAX_PIXELS:
        raise Unusable(f"too large: {picture.width:,} x {picture.height:,} pixels, limit {MAX_PIXELS:,}")
    with ONE_LARGE if pixels > 4_000_000 else nullcontext():
        mode, picture = picture.mode, _plain(picture)
        side = max(1, round(min(picture.size) * share))
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        box = (left, top, left + side, top + side)
        smooth = Image.Resampling.BOX if picture.mode == "F" else Image.Resampling.LANCZOS      # F overshoots
        picture = picture.resize((size, size), smooth, box, reducing_gap=3.0)
    try:
        picture = ImageOps.exif_transpose(picture)      # now that it is small; its centre stays
    except Exception:
        pass      # a damaged EXIF block in a good picture
    if picture.mode == "RGBA":
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    array = np.asarray(picture).reshape(size, size, -1)
    if picture.mode == "F":
        return _to_8_bits(array, {"F": (1, 255, 65535), "I": (255, 65535)}.get(mode, (65535,)))
    return array[..., :1] if (array == array[..., :1]).all() else array


def _plain(picture):
    """Any Pillow mode -> L, RGB or RGBA, or F where a pixel has more than 8 bits."""
    if picture.mode[0] in "IF":
        return picture.convert("F")
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA"):
        return picture.convert("RGBA")
    return picture if picture.mode in ("L", "RGB") else picture.convert("L" if picture.mode == "1" else "RGB")


def _to_8_bits(values, tops):
    """Float pixels -> uint8: scaled from 0 to the first of `tops` that holds them all, else stretched."""
    values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    low, high = next(((0.0, float(top)) for top in tops if 0 <= low and high <= top), (low, high))
    return np.round((values - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)


def check_memory(n, shape):
    """ValueError if n pictures of shape (height, width, channels) would not fit in MAX_ARRAY bytes."""
    each, (height, width, _) = math.prod(shape), shape
    if n * each > MAX_ARRAY:
        raise ValueError(f"{n:,} pictures of {height} x {width} pixels need {n * each / 2**30:.1f} GB, limit "
                         f"{MAX_ARRAY / 2**30:.0f} GB: type n={MAX_ARRAY // each} or a smaller size")


def read(pairs, n, *, size, channels=None, share=1.0):
    """Decode (name, function that opens it) pairs until n are usable.

    -> (uint8 (at most n, size, size, channels), positions in `pairs` of those used, lines of those skipped).
    channels None: 1 if every picture used is grey, else 3.
    """
    def attempt(pair):
        name, opener = pair
        try:
            return decode(opener(), size, share)
        except Exception as error:      # unusable, not to be opened, or its zip member is damaged
            reason = f"cannot be read: {getattr(error, 'strerror', None) or error}"
            return line(name, error if isinstance(error, Unusable) else reason)

    check_memory(n, (size, size, channels or 3))
    images, used, skipped = np.empty((n, size, size, channels or 1), np.uint8), [], []
    pairs, position = iter(pairs), 0
    with warnings.catch_warnings(), ThreadPoolExecutor(2) as pool:
        warnings.simplefilter("ignore")      # Pillow's, of large pictures and odd EXIF
        while part := list(islice(pairs, min(256, n - len(used)))):
            for position, result in enumerate(pool.map(attempt, part), position):
                if isinstance(result, str):
                    skipped.append(result)
                    continue
                if channels is None and result.shape[2] > images.shape[3]:
                    images = np.repeat(images, 3, axis=3)      # the first one in colour
                images[len(used)] = to_channels(result, images.shape[3])
                used.append(position)
            position += 1
    return images[:len(used)], np.array(used, int), skipped


def to_channels(images, channels):
    """uint8 (..., 1 or 3) -> uint8 (..., channels). Grey is ITU-R 601 luma, as Pillow computes it."""
    if images.shape[-1] == channels:
        return images
    if channels == 3:
        return np.repeat(images, 3, axis=-1)
    parts = np.array_split(images, 1 + len(images) // 1024)      # wide integers take much memory
    luma = [(part @ np.array([19595, 38470, 7471], np.uint32) + 2**15) >> 16 for part in parts]
    return np.concatenate(luma).astype(np.uint8)[..., None]


def to_size(images, size):
    """uint8 (n, h, w, c) -> (n, size, size, c) as pictures are: centre square, Lanczos. None: unchanged."""
    if size is None or images.shape[1:3] == (size, size):
        return images
    side = min(images.shape[1:3])
    top, left = ((edge - side) // 2 for edge in images.shape[1:3])
    out = np.empty((len(images), size, size, images.shape[3]), np.uint8)
    for small, image in zip(out, images[:, top:top + side, left:left + side]):
        picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        small[:] = np.asarray(picture.resize((size, size), Image.Resampling.LANCZOS)).reshape(small.shape)
    return out
