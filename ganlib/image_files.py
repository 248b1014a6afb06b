"""Reads a folder or a zip of pictures, of any sizes and modes, into one array of uint8 squares.

Each file is used correctly, or skipped with one line that names it and says why. A zip is read in memory,
member by member: nothing is ever unpacked to the disk.
"""

import io
import math
import os
import re
import warnings
import zipfile
from contextlib import suppress
from functools import partial
from pathlib import PurePosixPath

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

ENDINGS = tuple(
    ".jpg .jpeg .jfif .png .gif .bmp .tif .tiff .webp .avif .ppm .pgm .pbm .pnm .tga .heic".split()
)
# Only formats that are decoded in this process: EPS, for one, would start Ghostscript on a stranger's file.
FORMATS = "JPEG MPO PNG GIF BMP TIFF WEBP AVIF PPM TGA HEIF".split()
SYSTEM = ("__MACOSX", "Thumbs.db", "desktop.ini")
MAX_PIXELS = 50_000_000  # of one decoded picture: 150 MB in colour
MAX_FILE = 100 * 2**20  # bytes of one picture's file
MAX_ARRAY = 4 * 2**30  # bytes of all pictures together
MAX_RATIO = (
    100  # unpacked over packed size: pictures are packed already, so a zip gains little
)


class Unusable(Exception):
    """Why one file cannot be used; the text goes into its line."""


def line(name, reason):
    """One printable line for a skipped file: a name may hold line breaks, or bytes that are no text."""
    return "".join(c if c.isprintable() else "?" for c in f"{name}: {reason}")


def listing(path):
    """List the pictures of a folder or zip without decoding any. ValueError for a zip that is refused.

    -> ([(name, function that opens it)] by name, as `read` wants them, one line for each file left out).
    """
    names, opener, skipped = (_list_folder if path.is_dir() else _list_zip)(path)
    used = []
    for name in sorted(names):
        if any(part[0] == "." or part in SYSTEM for part in name.split("/")):
            skipped.append(line(name, "hidden, or the system's"))
        elif not name.lower().endswith(ENDINGS):
            skipped.append(line(name, "no picture, by its ending"))
        else:
            used.append((name, partial(opener, name)))
    return used, skipped


def classes(names):
    """Sub-folders as classes -> (int label of each name, class names), or (None, None) without."""
    folders, labels = np.unique(
        [PurePosixPath(name).parent.name for name in names], return_inverse=True
    )
    return (
        (labels, tuple(folders.tolist()))
        if len(folders) > 1 and "" not in folders
        else (None, None)
    )


def _list_folder(root):
    names, skipped = [], []
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if not path.is_dir():
            names.append(name)
        elif path.is_symlink() or not os.access(path, os.R_OK):
            skipped.append(line(name, "folder not entered: a link, or not to be read"))

    def opener(name):
        check_bytes(
            (root / name).stat().st_size
        )  # also keeps out pipes, which would be waited for: 0
        return root / name

    return names, opener, skipped


def _list_zip(path):
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{path} is no zip that can be read ({error}); expected a .zip of pictures: zip "
            "them again, or give the folder"
        ) from None
    members = {
        info.filename.replace("\\", "/"): info
        for info in archive.infolist()
        if not info.is_dir()
    }
    for name in members:
        if (
            name.startswith("/")
            or re.match("[A-Za-z]:", name)
            or ".." in name.split("/")
        ):
            raise ValueError(
                line(path, f"zip refused: the path of its member {name!r} climbs out")
            )
    size, total = path.stat().st_size, sum(info.file_size for info in members.values())
    overlap = sum(info.compress_size for info in archive.infolist()) > size
    if overlap or total > max(32 * 2**20, MAX_RATIO * size):
        raise ValueError(
            f"{path}: zip refused as a bomb: its {size:,} bytes would grow to {total:,}"
        )

    def opener(name):
        info = members[name]
        check_bytes(info.file_size)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unusable(
                "packed by a method whose output cannot be bounded: zip it again"
            )
        with archive.open(
            info
        ) as file:  # gives no more than was declared, and checks the CRC
            return io.BytesIO(file.read(info.file_size))

    return list(members), opener, []


def check_bytes(size):
    """Unusable for an empty file, or one over MAX_FILE."""
    if not 0 < size <= MAX_FILE:
        large = f"too large: {size / 2**20:,.0f} MB, limit {MAX_FILE / 2**20:.0f} MB"
        raise Unusable(large if size else "empty file")


def decode(file, size, share=1.0):
    """One picture (a path or binary file) -> uint8 (size, size, 1 if it is all grey, else 3).

    First frame, upright by its EXIF orientation, transparent parts over white, centre square (`share` of the
    shorter side), resized by Lanczos. Raises Unusable with the reason.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, of large pictures and odd EXIF
            Image.init()
            with Image.open(
                file, formats=[kind for kind in FORMATS if kind in Image.OPEN]
            ) as picture:
                return _square(picture, size, share)
    except UnidentifiedImageError:
        raise Unusable(
            "no picture, or of a format that is not read here: export it as JPEG or PNG"
        ) from None
    except Exception as error:  # decoders raise anything at all on a damaged file
        kinds = {Unusable: "", Image.DecompressionBombError: "too large: "}
        raise Unusable(
            kinds.get(type(error), "damaged: ") + (str(error) or type(error).__name__)
        ) from None


def _square(picture, size, share=1.0):
    zoom = max(1.0, min(picture.size) * share / (2 * size))
    picture.draft(
        None, tuple(int(side / zoom) for side in picture.size)
    )  # a JPEG decodes at 1/2 to 1/8
    if picture.width * picture.height > MAX_PIXELS:
        raise Unusable(
            f"too large: {picture.width:,} x {picture.height:,} pixels, limit {MAX_PIXELS:,}"
        )
    if picture.mode[0] in "IF":
        raise Unusable("more than 8 bits a pixel: export it as an ordinary JPEG or PNG")
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA"):
        picture = picture.convert("RGBA")
    elif picture.mode not in ("L", "RGB"):
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    side = max(1, round(min(picture.size) * share))
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    box = (left, top, left + side, top + side)
    picture = picture.resize(
        (size, size), Image.Resampling.LANCZOS, box, reducing_gap=3.0
    )
    with suppress(Exception):  # a damaged EXIF block in a good picture
        picture = ImageOps.exif_transpose(
            picture
        )  # now that it is small; its centre stays
    if picture.mode == "RGBA":
        picture = Image.alpha_composite(
            Image.new("RGBA", picture.size, "white"), picture
        ).convert("RGB")
    array = np.array(picture).reshape(size, size, -1)
    return array[..., :1] if (array == array[..., :1]).all() else array


def check_memory(n, shape):
    """ValueError if n pictures of shape (height, width, channels) would not fit in MAX_ARRAY bytes."""
    each, (height, width, _) = math.prod(shape), shape
    if n * each > MAX_ARRAY:
        raise ValueError(
            f"{n:,} pictures of {height} x {width} pixels need {n * each / 2**30:.1f} GB, limit "
            f"{MAX_ARRAY / 2**30:.0f} GB: type n={MAX_ARRAY // each} or a smaller size"
        )


def read(pairs, n, size, channels=None, share=1.0):
    """Decode (name, function that opens it) pairs until n are usable.

    -> (uint8 (at most n, size, size, channels), positions in `pairs` of those used, lines of those skipped).
    channels None: 1 if every picture used is grey, else 3.
    """
    check_memory(n, (size, size, channels or 3))
    images, used, skipped = np.empty((n, size, size, channels or 1), np.uint8), [], []
    for position, (name, opener) in enumerate(pairs):
        try:
            image = decode(opener(), size, share)
        except Exception as error:  # also one of opening: no access, or a damaged or encrypted member of a zip
            reason = (
                error if isinstance(error, Unusable) else f"cannot be read: {error}"
            )
            skipped.append(line(name, reason))
            continue
        if channels is None and image.shape[2] > images.shape[3]:
            images = np.repeat(images, 3, axis=3)  # the first one in colour
        images[len(used)] = to_channels(image, images.shape[3])
        used.append(position)
        if len(used) == n:
            break
    return images[: len(used)], np.array(used, int), skipped


def to_channels(images, channels):
    """uint8 (..., 1 or 3) -> uint8 (..., channels). Grey is Pillow's, ITU-R 601 luma."""
    if images.shape[-1] == channels:
        return images
    if channels == 3:
        return np.repeat(images, 3, axis=-1)
    grey = Image.fromarray(images.reshape(-1, images.shape[-2], 3)).convert(
        "L"
    )  # all in one tall picture
    return np.array(grey).reshape(*images.shape[:-1], 1)


def to_size(images, size):
    """uint8 (n, h, w, c) -> (n, *size, c) as pictures are: centre square, Lanczos. Of that size: unchanged."""
    if images.shape[1:3] == size:
        return images
    out = np.empty((len(images), *size, images.shape[3]), np.uint8)
    for small, image in zip(out, images):
        small[:] = _square(
            Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image), size[0]
        )
    return out
