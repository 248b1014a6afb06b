"""JSON files that several processes may write: whole, one after the other."""

import contextlib
import datetime
import hashlib
import json
import os
import tempfile
import time
from pathlib import Path

from data.tools.machine import machine
from ganlib.checkpoint import write_whole

if os.name == "nt":
    import msvcrt

    def _lock(file):
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(file):
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _lock(file):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file):
        fcntl.flock(file, fcntl.LOCK_UN)


@contextlib.contextmanager
def locked(path):
    """Be the only process that changes the file at `path`; waits for any other.

    The lock is a file in the system's folder for temporary files, and is gone with the
    process that holds it, however that ends.
    """
    name = hashlib.sha1(str(Path(path).resolve()).encode()).hexdigest()[:16]
    lock = Path(tempfile.gettempdir(), f"course-{name}.lock")
    with open(lock, "a+b") as file:
        while True:
            try:
                _lock(file)
                break
            except OSError:  # another process has it
                time.sleep(0.05)
        try:
            yield
        finally:
            _unlock(file)


def read_json(path, empty):
    """What a JSON file holds; `empty` where there is none."""
    path = Path(path)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else empty


def write_text(path, text):
    """Write a text file whole, or leave the old one as it was; the same on any system."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)


def write_json(path, **facts):
    """Write facts with the date and the machine, as `data/results/` keeps them."""
    _, on, details = machine()
    today = datetime.date.today().isoformat()
    facts = {**facts, "on": on, "machine": details, "date": today}
    write_text(path, json.dumps(facts, indent=1) + "\n")
    print(f"written: {path}", flush=True)


def update_json(path, change):
    """Replace the facts in a file by `change(facts)`, while no other process does so.

    change: takes what the file holds ({} where there is none) and returns all facts but
    date and machine.
    """
    with locked(path):
        write_json(path, **change(read_json(path, {})))


def add_row(path, group, row, key, order, **facts):
    """Put one row into the list `group` of a table that other processes may fill too.

    It takes the place of the row with the same `key` and "seed". order: the values of
    `key` in the order in which they stand; rows with any other value go.
    """

    def added(old):
        rows = [
            other
            for other in old.get(group, [])
            if other[key] in order
            and (other[key], other["seed"]) != (row[key], row["seed"])
        ]
        rows.append(row)
        rows.sort(key=lambda row: (order.index(row[key]), row["seed"]))
        return {**old, **facts, group: rows}

    update_json(path, added)
