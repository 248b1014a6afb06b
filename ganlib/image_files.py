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
from contextlib import contextmanager, suppress
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
# Pixels of one decoded picture: 200 MB in colour. The largest pictures of most cameras have 50 or 64 million.
MAX_PIXELS = 2**26
MAX_FILE = 100 * 2**20  # bytes of one picture's file
MAX_ARRAY = 4 * 2**30  # bytes of all pictures together
# Unpacked over packed size: pictures are packed already, so a zip gains little.
MAX_RATIO = 100
MIN_BOMB = 32 * 2**20  # bytes that may always be unpacked


class UnreadableImage(Exception):
    """Why one file cannot be used; the text goes into its line."""


def printable(text):
    """`text` on one line: a file's name may hold line breaks, or bytes that are no text."""
    return "".join(c if c.isprintable() else "?" for c in text)


def skip_line(name, reason):
    """The line for a skipped file."""
    return printable(f"{name}: {reason}")


@contextmanager
def listing(path):
    """List the pictures of a folder or zip without decoding any; a context manager, since it holds a zip open.

    It gives ([(name, function that opens it)] by name, as `read` wants them, one line for each file left out).
    Raises ValueError for a folder that may not be read, and for a zip that is refused.
    """
    if path.is_dir():
        yield _sorted_pictures(*_list_folder(path))
        return
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{path} is no zip that can be read ({error}); expected a .zip of pictures: zip "
            "them again, or give the folder"
        ) from None
    except OSError as error:
        raise ValueError(f"{path} may not be read ({error})") from None
    with archive:
        yield _sorted_pictures(*_list_zip(path, archive))


def _sorted_pictures(names, opener, skipped):
    """Divide names into pictures and others."""
    used = []
    for name in sorted(names):
        if any(part[0] == "." or part in SYSTEM for part in name.split("/")):
            skipped.append(skip_line(name, "hidden, or the system's"))
        elif not name.lower().endswith(ENDINGS):
            skipped.append(skip_line(name, "no picture, by its ending"))
        else:
            used.append((name, partial(opener, name)))
    return used, skipped


def classes(names):
    """Sub-folders as classes -> (int label of each name, class names), or (None, None) without."""
    folders, labels = np.unique(
        [PurePosixPath(name).parent.name for name in names], return_inverse=True
    )
    if len(folders) < 2 or "" in folders:
        return None, None
    return labels, tuple(printable(folder) for folder in folders.tolist())


def _list_folder(root):
    if not os.access(root, os.R_OK | os.X_OK):
        raise ValueError(
            f"{root} may not be read: give yourself the right to, or copy it"
        )
    names, skipped = [], []
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        # os.path asks without raising: what lies in a folder without x permission cannot be asked.
        if not os.path.isdir(path):
            names.append(name)
        elif os.path.islink(path) or not os.access(path, os.R_OK | os.X_OK):
            reason = "folder not entered: a link, or not to be read"
            skipped.append(skip_line(name, reason))

    def opener(name):
        # This also keeps out pipes, which would be waited for: their size is 0.
        check_bytes((root / name).stat().st_size)
        return root / name

    return names, opener, skipped


def _list_zip(path, archive):
    members, skipped = {}, []
    for name, info in _member_names(archive):
        name = name.replace("\\", "/")  # of programs that write Windows' separators
        parts = [part for part in name.split("/") if part not in ("", ".")]
        absolute = name.startswith("/") or re.match("[A-Za-z]:/", name)
        if absolute or ".." in parts:
            raise ValueError(
                skip_line(path, f"zip refused: its member {name!r} climbs out of it")
            )
        if not parts or name.endswith("/"):  # a folder
            continue
        name = "/".join(parts)
        if name in members:
            skipped.append(skip_line(name, "twice in the zip; the last one is used"))
        members[name] = info
    members = _without_top_folder(members, path.stem)
    check_unpacked(path, archive, members.values())

    def opener(name):
        info = members[name]
        check_bytes(info.file_size)
        check_method(info)
        with archive.open(info) as file:
            # It gives no more than was declared, and checks the CRC.
            return io.BytesIO(file.read(info.file_size))

    return list(members), opener, skipped


def _member_names(archive):
    """(name, its ZipInfo) of every member, the name read in the encoding that it was written in.

    A zip says of each name whether it is UTF-8. Where it does not, zipfile takes the old code page 437; but macOS
    writes UTF-8 there, and Japanese Windows Shift-JIS, in which the second byte of a letter may be a backslash.
    """
    infos = archive.infolist()
    names = [info.orig_filename.split("\0")[0] for info in infos]
    unmarked = [i for i, info in enumerate(infos) if not info.flag_bits & 0x800]
    raw = [names[i].encode("cp437") for i in unmarked]
    encodings = ["utf-8"]
    if any(re.search(rb"[\x81-\x9f\xe0-\xfc]\\", name) for name in raw):
        encodings.append("cp932")
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            decoded = [name.decode(encoding) for name in raw]
            for i, name in zip(unmarked, decoded):
                names[i] = name
            break
    return list(zip(names, infos))


def _without_top_folder(members, stem):
    """Names as in the folder that was packed, where that folder itself lies in the zip."""
    tops = {
        name.partition("/")[0]
        for name in members
        if not any(part in SYSTEM for part in name.split("/"))
    }
    top = tops.pop() if len(tops) == 1 else ""
    if not (top and (top == stem or top[0] == ".")) or top in members:
        return members
    return {name.removeprefix(f"{top}/"): info for name, info in members.items()}


def check_unpacked(path, archive, members):
    """ValueError for a zip whose `members` would grow far beyond its own size."""
    size = path.stat().st_size
    total = sum(info.file_size for info in members)
    overlap = sum(info.compress_size for info in archive.infolist()) > size
    if overlap or total > max(MIN_BOMB, MAX_RATIO * size):
        raise ValueError(
            f"{path}: zip refused as a bomb: its {size:,} bytes would grow to {total:,}"
        )


def check_method(info):
    """UnreadableImage for a member of a zip packed by a method whose output cannot be bounded."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableImage(
            "packed by a method whose output cannot be bounded: zip it again"
        )


def check_bytes(size):
    """UnreadableImage for an empty file, or one over MAX_FILE."""
    if not 0 < size <= MAX_FILE:
        large = f"too large: {size / 2**20:,.0f} MB, limit {MAX_FILE / 2**20:.0f} MB"
        raise UnreadableImage(large if size else "empty file")


def decode(file, size, crop=1.0):
    """One picture (a path or binary file) -> uint8 (size, size, 1 if it is all grey, else 3).

    First frame, upright by its EXIF orientation, transparent parts over white, centre square (`crop` of the
    shorter side), resized by Lanczos. Raises UnreadableImage with the reason.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, of large pictures and odd EXIF
            Image.init()
            with Image.open(
                file, formats=[kind for kind in FORMATS if kind in Image.OPEN]
            ) as picture:
                return _crop_and_resize(picture, size, crop)
    except UnidentifiedImageError:
        raise UnreadableImage(
            "no picture, or of a format that is not read here: export it as JPEG or PNG"
        ) from None
    except Exception as error:  # decoders raise anything at all on a damaged file
        kinds = {UnreadableImage: "", Image.DecompressionBombError: "too large: "}
        raise UnreadableImage(
            kinds.get(type(error), "damaged: ") + (str(error) or type(error).__name__)
        ) from None


def _crop_and_resize(picture, size, crop=1.0):
    zoom = max(1.0, min(picture.size) * crop / (2 * size))
    # A JPEG decodes at 1/2 to 1/8 of its size; other formats ignore this.
    picture.draft(None, tuple(int(side / zoom) for side in picture.size))
    if picture.width * picture.height > MAX_PIXELS:
        raise UnreadableImage(
            f"too large: {picture.width:,} x {picture.height:,} pixels, limit {MAX_PIXELS:,}: "
            "save it smaller, or as a JPEG, which is read at a fraction of its size"
        )
    if picture.mode[0] in "IF":
        raise UnreadableImage(
            "more than 8 bits a pixel: export it as an ordinary JPEG or PNG"
        )
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA"):
        picture = picture.convert("RGBA")
    elif picture.mode not in ("L", "RGB"):
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    side = max(1, round(min(picture.size) * crop))
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    box = (left, top, left + side, top + side)
    picture = picture.resize(
        (size, size), Image.Resampling.LANCZOS, box, reducing_gap=3.0
    )
    with suppress(Exception):  # a damaged EXIF block in a good picture
        # Now that it is small; its centre stays where it is.
        picture = ImageOps.exif_transpose(picture)
    if picture.mode == "RGBA":
        picture = Image.alpha_composite(
            Image.new("RGBA", picture.size, "white"), picture
        ).convert("RGB")
    array = np.array(picture).reshape(size, size, -1)
    return array[..., :1] if (array == array[..., :1]).all() else array


def check_memory(n, shape):
    """ValueError if n pictures of shape (height, width, channels) would not fit in MAX_ARRAY bytes."""
    each = math.prod(shape)
    if n * each <= MAX_ARRAY:
        return
    fitting = MAX_ARRAY // each
    mend = f"n={fitting} or a smaller size" if fitting else "a smaller size"
    tenths = (
        n * each * 10 + 2**29
    ) // 2**30  # in whole numbers: n may be too large for a float
    raise ValueError(
        f"{n:,} pictures of {shape[0]} x {shape[1]} pixels need {tenths // 10:,}.{tenths % 10} "
        f"GB, limit {MAX_ARRAY / 2**30:.0f} GB: type {mend}"
    )


def read(pairs, n, size, channels=None, crop=1.0):
    """Decode (name, function that opens it) pairs until n are usable.

    -> (uint8 (at most n, size, size, channels), positions in `pairs` of those used, lines of those skipped).
    channels None: 1 if every picture used is grey, else 3.
    """
    check_memory(n, (size, size, channels or 3))
    images, used, skipped = np.empty((n, size, size, channels or 1), np.uint8), [], []
    for position, (name, opener) in enumerate(pairs):
        try:
            image = decode(opener(), size, crop)
        except UnreadableImage as error:
            skipped.append(skip_line(name, error))
            continue
        except Exception as error:
            # Of opening it: no access, or a damaged or encrypted member of a zip.
            skipped.append(skip_line(name, f"cannot be read: {error}"))
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
    tall = Image.fromarray(images.reshape(-1, images.shape[-2], 3))  # all in one
    return np.array(tall.convert("L")).reshape(*images.shape[:-1], 1)


def to_size(images, size):
    """uint8 (n, h, w, c) -> (n, *size, c) as pictures are: centre square, Lanczos. Of that size: unchanged."""
    if images.shape[1:3] == size:
        return images
    out = np.empty((len(images), *size, images.shape[3]), np.uint8)
    for small, image in zip(out, images):
        picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        try:
            small[:] = _crop_and_resize(picture, size[0])
        except UnreadableImage as error:
            raise ValueError(f"the pictures are {error}") from None
    return out
