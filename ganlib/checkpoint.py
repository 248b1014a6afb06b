"""Arrays on disk, safely: a file is either whole or not there, and reading it runs no code.

One format for checkpoints and shipped networks: NumPy's `.npz`, a zip of plain arrays (each with its checksum),
read with `allow_pickle=False`. A text entry `about` (JSON) says what the arrays are.
"""

import glob
import json
import os
import pathlib
import uuid

import numpy as np


class CheckpointError(ValueError):
    """A file that is not a checkpoint, is damaged, or belongs to other networks."""


def write_whole(path, write):
    """Make a file by `write(file)`, open for bytes; returns the path.

    It is written beside the old one, forced to disk, and only then takes its name, so
    a file is either whole or not there. Any number of threads and processes may do so.
    Raises OSError, also where there is no such folder.
    """
    path = pathlib.Path(path)
    # Opened with "x": nobody else writes to it, and it has the usual permissions.
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.part")
    try:
        with open(temporary, "xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def save(path, arrays, about=None, compress=False):
    """Write a dict of arrays to `path`; return the path.

    The new file is written beside the old one, forced to disk, and only then takes its name: whoever is stopped
    half-way (power cut, `kill -9`, full disk) still has the old file whole. Raises OSError, with that said.
    """
    path, temporary = pathlib.Path(path), None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob(
            f".{glob.escape(path.name)}.*.part"
        ):  # of processes that died while writing
            old.unlink(missing_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        with open(temporary, "wb") as file:
            (np.savez_compressed if compress else np.savez)(
                file, about=np.array(json.dumps(about or {})), **arrays
            )
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        kept = (
            f"the previous {path.name} is untouched"
            if path.exists()
            else "nothing was written"
        )
        raise OSError(
            error.errno,
            f"could not save {path}: {error.strerror or error}; {kept}. Free some space, or "
            "give another path, and run the cell again",
        ) from None
    finally:
        if temporary and os.path.exists(temporary):
            os.remove(temporary)
    return path


def load(path):
    """Read a file written by `save`: (dict of arrays, about).

    Raises FileNotFoundError, or CheckpointError where the file is no such file, holds pickles, or is damaged.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path}; expected one written by ganlib (.npz)"
        )
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return arrays, dict(json.loads(str(arrays.pop("about"))))
    except Exception as error:  # a damaged zip raises almost anything
        raise CheckpointError(
            f"{path} cannot be used ({error}); expected a .npz file written by ganlib. "
            "If it was copied, copy it again; if not, delete it and start anew"
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
