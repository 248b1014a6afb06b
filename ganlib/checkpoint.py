"""Arrays on disk, safely: a file is either whole or not there, and reading it runs no code.

One format for checkpoints and shipped networks: NumPy's `.npz`, a zip of plain arrays (each with its checksum),
read with `allow_pickle=False`. A text entry `about` (JSON) says what the arrays are.
"""

import contextlib
import errno
import glob
import json
import math
import os
import pathlib
import platform
import time
import uuid
import zipfile
import zlib

import numpy as np

DAY = 24 * 3600.0
MAX_BYTES = 4 * 2**30  # of all arrays of a file together
MAX_RATIO = 100  # unpacked to packed: weights do not shrink much
MIN_BOMB = 2**26  # below this even an array of zeros may be read


class CheckpointError(ValueError):
    """A file that is not a checkpoint, is damaged, or belongs to other networks."""


def _parts(path):
    """(a name to write under before `path` takes its own, what others left in its folder)."""
    host = f"{zlib.crc32(platform.node().encode()):08x}"
    mine = f".{path.name}.{host}-{os.getpid()}-{uuid.uuid4().hex[:12]}.part"
    return path.with_name(mine), path.parent.glob(f".{glob.escape(path.name)}.*.part")


def _is_abandoned(part):
    """Whether nobody is writing this file any more: its process here is gone, or it has not changed for a day."""
    host, _, rest = part.name.removesuffix(".part").rpartition(".")[2].partition("-")
    process = rest.partition("-")[0]
    here = host == f"{zlib.crc32(platform.node().encode()):08x}" and process.isdigit()
    if here and os.name != "nt":  # on Windows signal 0 would end the process
        try:
            os.kill(int(process), 0)
        except (ProcessLookupError, OverflowError):
            return True
        except OSError:  # it lives, and is another user's
            pass
    try:
        return time.time() - part.stat().st_mtime > DAY
    except OSError:
        return False


def write_whole(path, write):
    """Make a file of `write`: bytes, text (UTF-8), or a function `write(file)` of a file open for bytes.

    It is written beside the old one, forced to disk, and only then takes its name, so
    a file is either whole or not there. Any number of threads and processes may do so.
    What writers that died left beside it is removed. Returns the path.
    Raises OSError, also where there is no such folder.
    """
    path = pathlib.Path(path).expanduser()
    content = write.encode() if isinstance(write, str) else write
    temporary, others = _parts(path)
    for other in others:
        if _is_abandoned(other):
            with contextlib.suppress(OSError):
                other.unlink()
    try:
        # Opened with "x": nobody else writes to it, and it has the usual permissions.
        with open(temporary, "xb") as file:
            if callable(content):
                content(file)
            else:
                file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        # Below a file there is no such name to remove: the error of open says so.
        with contextlib.suppress(NotADirectoryError):
            temporary.unlink(missing_ok=True)
    return path


def what_to_do(path, error):
    """What to do about an OSError while saving, by its reason."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Free some space, or give another path"
    if path.is_dir():
        return (
            f"It is a folder: give the name of a file in it, such as {path / 'run.npz'}"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "You may not write there: give another path"
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return "A part of this path is a file and no folder: give another path"
    if error.errno == errno.ENOENT:
        return "Its folder was removed meanwhile: make it again, or give another path"
    if error.errno == errno.ENAMETOOLONG:
        return "Give a shorter name"
    return "Give another path"


def save(path, arrays, about=None, compress=False):
    """Write a dict of arrays to `path` (~ is your home folder), whole or not at all; return the path.

    Whoever is stopped half-way (power cut, `kill -9`, full disk) still has the old file whole, and any number of
    threads and processes may save to one path. Raises OSError, with the reason and what to do.
    """
    path = pathlib.Path(path).expanduser()
    text = np.array(json.dumps(about or {}))
    write = np.savez_compressed if compress else np.savez
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, lambda file: write(file, about=text, **arrays))
    except OSError as error:
        kept = (
            f"the previous {path.name} is untouched"
            if path.is_file()
            else "nothing was written"
        )
        raise OSError(
            error.errno,
            f"could not save {path.absolute()}: {error.strerror or error}; {kept}. "
            f"{what_to_do(path, error)}, and run the cell again",
        ) from None
    return path


def _check_header(archive, member):
    """ValueError for an array whose header promises more than its member of the archive holds.

    NumPy makes room for what the header says before it reads anything.
    """
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        else:
            shape, _, dtype = np.lib.format.read_array_header_2_0(file)
    if not dtype.hasobject and math.prod(shape) * dtype.itemsize > member.file_size:
        raise ValueError(f"{member.filename} is shorter than its header says")


def _check_sizes(path):
    """CheckpointError for an archive that would fill the memory: unpacked far larger than the file, or huge."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            _check_header(archive, member)
        total = sum(member.file_size for member in archive.infolist())
    limit = min(MAX_BYTES, max(MIN_BOMB, MAX_RATIO * path.stat().st_size))
    if total > limit:
        raise ValueError(
            f"unpacked it has {total / 2**20:,.0f} MB, more than the {limit / 2**20:,.0f} "
            "MB that a file of its size may have"
        )


def load(path):
    """Read a file written by `save`: (dict of arrays, about). ~ is your home folder.

    Raises FileNotFoundError, or CheckpointError where the file is no such file, holds pickles, is damaged, or
    would unpack to more than 4 GB or a hundred times its size.
    """
    path = pathlib.Path(path).expanduser()
    if path.is_dir():
        raise FileNotFoundError(
            f"{path.absolute()} is a folder; expected a file written by ganlib: "
            f"type the name of one in it, such as {path / 'run.npz'}"
        )
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path.absolute()}; expected one written by ganlib (.npz)"
        )
    try:
        if not zipfile.is_zipfile(path):
            raise ValueError("it is no .npz archive, or only a part of one")
        _check_sizes(path)
        with np.load(path, allow_pickle=False) as file:
            about = dict(json.loads(str(file["about"])))
            arrays = {name: file[name] for name in file.files if name != "about"}
        return arrays, about
    except Exception as error:  # a damaged zip raises almost anything
        reason = "it holds pickles" if "pickle" in str(error) else error
        raise CheckpointError(
            f"{path.absolute()} cannot be used ({reason}); expected a .npz file written by "
            "ganlib. If it was copied, copy it again; if not, delete it and start anew"
        ) from None


def restore(variables, arrays, path):
    """Assign `arrays` to `variables` (both dicts by name), all of them or none.

    Raises CheckpointError where names or shapes differ.
    """
    odd = sorted(set(variables) ^ set(arrays))
    odd += [
        n
        for n in variables
        if n in arrays and tuple(variables[n].shape) != arrays[n].shape
    ]
    if odd:
        raise CheckpointError(
            f"{path} was made with other networks, optimizers or settings: {len(odd)} of "
            f"{len(variables)} arrays differ, the first is {odd[0]!r}. Build the networks as they "
            "were, or give another path to start anew"
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])
