"""Files that are whole or not there: killed half-way, short of space, damaged, hostile, or of others."""

import errno
import os
import pickle
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ganlib import checkpoint

ROOT = Path(__file__).resolve().parents[1]
OLD = {
    "a/0": np.float32([range(30)] * 20),
    "step": np.int64(7),
    "seed": np.uint32([1, 2]),
}
NEW = {
    "a/0": np.full((20, 30), -1, np.float32),
    "step": np.int64(8),
    "seed": np.uint32([1, 3]),
}
# A process that dies at its own hand: after so many bytes of the file, or just before a call. After signal 9
# nothing of Python runs, so no clean-up can help.
DYING = """
import os, sys
import numpy as np
from ganlib import checkpoint
from tests.killing_file import Dying

path, where = sys.argv[1:]

if where.isdigit():
    checkpoint.open = lambda name, mode: Dying(open(name, mode), int(where))
else:
    setattr(os, where, lambda *arguments: os.kill(os.getpid(), 9))
new = {"a/0": np.full((20, 30), -1, np.float32), "step": np.int64(8), "seed": np.uint32([1, 3])}
checkpoint.save(path, new, {"run": 2})
print("survived")
"""
FULL = """
import resource, sys
import numpy as np
from ganlib import checkpoint

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    checkpoint.save(sys.argv[1], {"a": np.zeros(10_000)})
except OSError as error:
    print(error.errno, error)
"""


def child(code, *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def leftovers(path):
    return sorted(other.name for other in path.parent.iterdir() if other != path)


def assert_holds(path, arrays, about):
    read, read_about = checkpoint.load(path)
    assert read_about == about and set(read) == set(arrays)
    for name, array in arrays.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


@pytest.fixture
def path(tmp_path):
    return checkpoint.save(tmp_path / "run.npz", OLD, {"run": 1})


@pytest.mark.parametrize("compress", [False, True])
def test_round_trip(tmp_path, compress):
    path = tmp_path / "new" / "folder" / "run.npz"
    about = {"run": {"shape": [1, 2], "name": "Zoë"}}
    assert checkpoint.save(str(path), OLD, about, compress=compress) == path
    assert_holds(path, OLD, about)
    assert leftovers(path) == []
    checkpoint.save(path, NEW)
    assert_holds(path, NEW, {})


@pytest.mark.parametrize("where", ["1", "300", "1500", "3300", "fsync", "replace"])
def test_killed_while_writing(path, where):
    before = path.read_bytes()
    answer = child(DYING, path, where)
    assert answer.returncode in (-9, 9) and not answer.stdout, answer.stderr
    assert path.read_bytes() == before
    assert_holds(path, OLD, {"run": 1})
    (torn,) = leftovers(path)
    if where.isdigit():
        assert 0 < (path.parent / torn).stat().st_size <= int(where)
    checkpoint.save(path, NEW, {"run": 2})  # the next one to write here clears up
    assert leftovers(path) == []
    assert_holds(path, NEW, {"run": 2})


def test_killed_while_writing_the_first_time(tmp_path):
    path = tmp_path / "run[1].npz"
    assert child(DYING, path, "1000").returncode in (-9, 9)
    assert not path.exists() and len(leftovers(path)) == 1
    checkpoint.save(path, NEW)
    assert leftovers(path) == []


@pytest.mark.parametrize("room", [0, 100, 5_000])
def test_disk_full(path, room):
    """A limit on the size of files fails as a full disk does: in the middle of a write."""
    pytest.importorskip(
        "resource", reason="this system has no limit on the size of files"
    )
    before = path.read_bytes()
    answer = child(FULL, path, room)
    number, message = answer.stdout.split(" ", 1)
    assert int(number) == errno.EFBIG
    assert (
        f"could not save {path}" in message
        and "the previous run.npz is untouched" in message
    )
    assert "Free some space" in message
    assert path.read_bytes() == before and leftovers(path) == []


def test_disk_full_the_first_time(tmp_path, monkeypatch):
    def full(file, **arrays):
        file.write(b"PK")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint.np, "savez", full)
    with pytest.raises(
        OSError, match="could not save .*run.npz: No space left on device; nothing was"
    ):
        checkpoint.save(tmp_path / "run.npz", OLD)
    assert list(tmp_path.iterdir()) == []


def test_interrupted_while_writing(path, monkeypatch):
    def interrupted(file, **arrays):
        file.write(b"PK")
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint.np, "savez", interrupted)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(path, NEW)
    assert leftovers(path) == []
    assert_holds(path, OLD, {"run": 1})


def test_a_place_that_cannot_be(path):
    for place, reason in (
        (path / "inside_a_file" / "run.npz", "(?i)another path"),
        (path.parent, "folder"),
    ):
        with pytest.raises(OSError, match=reason) as caught:
            checkpoint.save(place, OLD)
        assert "nothing was written" in str(caught.value)
        assert "space" not in str(caught.value)
    assert leftovers(path) == []


def test_home_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert checkpoint.save("~/runs/x.npz", OLD) == tmp_path / "runs" / "x.npz"
    assert_holds("~/runs/x.npz", OLD, {})
    assert [other.name for other in tmp_path.iterdir()] == ["runs"]


SAVING = """
import sys, threading
import numpy as np
from ganlib import checkpoint

path, value = sys.argv[1], float(sys.argv[2])
print("begin", flush=True)
sys.stdin.readline()


def save():
    for _ in range(25):
        checkpoint.save(path, {"a": np.full(20_000, value), "b": np.array(value)})


threads = [threading.Thread(target=save) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("saved")
"""


def test_two_threads_in_each_of_two_processes_save_to_one_path(path):
    """No save fails, no reader ever finds a file that is not whole, and nothing is left."""
    checkpoint.save(path, {"a": np.full(20_000, 1.0), "b": np.array(1.0)})
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", SAVING, str(path), value],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for value in ("1", "2")
    ]
    for writer in writers:
        assert writer.stdout.readline() == "begin\n"
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    while any(writer.poll() is None for writer in writers):
        arrays, _ = checkpoint.load(path)
        assert (arrays["a"] == arrays["b"]).all()
    for writer in writers:
        out, problem = writer.communicate()
        assert out == "saved\n" and not writer.returncode, problem
    assert leftovers(path) == []


def test_what_a_living_process_writes_is_left_alone(path):
    """Only what the dead left, or what is a day old, is removed."""
    temporary, _ = checkpoint._parts(path)
    foreign = path.with_name(f".{path.name}.0badcafe-1-abc.part")
    old = path.with_name(f".{path.name}.123.part")
    for part in (temporary, foreign, old):
        part.touch()
    os.utime(old, (0, 0))
    checkpoint.save(path, NEW)
    assert leftovers(path) == sorted([temporary.name, foreign.name])


@pytest.mark.parametrize(
    "content", [b"bytes", "text: Zoë", lambda file: file.write(b"x")]
)
def test_write_whole_takes_bytes_text_or_a_function(tmp_path, content):
    path = checkpoint.write_whole(tmp_path / "file", content)
    expected = {bytes: content, str: str(content).encode()}.get(type(content), b"x")
    assert path.read_bytes() == expected and leftovers(path) == []


def test_no_file(tmp_path):
    with pytest.raises(
        FileNotFoundError, match="there is no file .*none.npz; expected one written by"
    ):
        checkpoint.load(tmp_path / "none.npz")
    with pytest.raises(FileNotFoundError, match="is a folder"):
        checkpoint.load(tmp_path)


def test_a_missing_file_is_named_with_its_whole_path(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(FileNotFoundError, match=re.escape(str(tmp_path / "here"))):
        checkpoint.load("none.npz")


@pytest.mark.parametrize(
    "number, advice",
    [
        (errno.ENOSPC, "Free some space"),
        (errno.ENOENT, "removed"),
        (errno.ENOTDIR, "file and no folder"),
        (errno.ENAMETOOLONG, "shorter"),
        (errno.EROFS, "may not write"),
        (errno.EIO, "Give another path"),
    ],
)
def test_the_advice_fits_the_reason(path, monkeypatch, number, advice):
    def failing(file, **arrays):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(checkpoint.np, "savez", failing)
    with pytest.raises(OSError, match=advice) as caught:
        checkpoint.save(path, NEW)
    assert caught.value.errno == number
    assert ("Free" in str(caught.value)) == (number == errno.ENOSPC)


def test_an_array_shorter_than_its_header_says(tmp_path):
    """NumPy would ask for 72 terabytes before it reads."""
    path = checkpoint.save(tmp_path / "run.npz", {"a": np.zeros(40)})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    array = members["a.npy"]
    header = array[10:128].replace(b"(40,)", b"(9000000000000,)").rstrip().ljust(117)
    members["a.npy"] = array[:10] + header + b"\n" + array[128:]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(checkpoint.CheckpointError, match="shorter"):
        checkpoint.load(path)


class Trap:
    """Unpickled, it would leave a mark."""

    def __init__(self, mark):
        self.mark = str(mark)

    def __reduce__(self):
        return open, (self.mark, "w")


@pytest.mark.parametrize("kind", ["npz", "npy", "pickle"])
def test_pickles_are_refused_and_never_run(tmp_path, kind):
    path, mark = tmp_path / "evil.npz", tmp_path / "mark"
    with open(path, "wb") as file:
        evil = np.array([Trap(mark)], dtype=object)
        if kind == "npz":
            np.savez(file, about=np.array("{}"), a=evil)
        elif kind == "npy":
            np.save(file, evil, allow_pickle=True)
        else:
            pickle.dump(Trap(mark), file)
    with pytest.raises(
        checkpoint.CheckpointError,
        match="evil.npz cannot be used .*expected a .npz file",
    ) as caught:
        checkpoint.load(path)
    assert "allow_pickle" not in str(caught.value)
    assert not mark.exists()
    with open(path, "rb") as file:  # the trap is a live one
        read = (
            pickle.load(file) if kind == "pickle" else np.load(file, allow_pickle=True)
        )
        if kind == "npz":
            read["a"]
    assert mark.exists()


@pytest.mark.parametrize(
    "name, content",
    [
        ("empty", b""),
        ("text", b"no checkpoint"),
        ("zip", b"PK\x05\x06" + bytes(18)),
        ("half", b"PK\x03\x04"),
    ],
)
def test_other_files_are_refused(tmp_path, name, content):
    path = tmp_path / f"{name}.npz"
    path.write_bytes(content)
    with pytest.raises(
        checkpoint.CheckpointError, match=f"{name}.npz cannot be used"
    ) as caught:
        checkpoint.load(path)
    assert "allow_pickle" not in str(caught.value)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "bomb.npz"
    checkpoint.save(path, {"a": np.zeros(10_000_000)}, compress=True)
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(checkpoint.np, "load", None)  # it would be called
    with pytest.raises(checkpoint.CheckpointError, match="unpacked"):
        checkpoint.load(path)


def test_few_zeros_are_no_bomb(tmp_path):
    path = tmp_path / "zeros.npz"
    checkpoint.save(path, {"a": np.zeros(1_000_000)}, compress=True)
    assert not checkpoint.load(path)[0]["a"].any()


@pytest.mark.parametrize("about", ["no JSON", "3", "null", "[1]", None], ids=str)
def test_arrays_of_others_are_refused(tmp_path, about):
    path = tmp_path / "other.npz"
    np.savez(
        path, a=np.zeros(3), **({} if about is None else {"about": np.array(about)})
    )
    with pytest.raises(checkpoint.CheckpointError, match="cannot be used"):
        checkpoint.load(path)
    np.save(tmp_path / "one.npy", np.zeros(3))
    with pytest.raises(checkpoint.CheckpointError, match="cannot be used"):
        checkpoint.load(tmp_path / "one.npy")


@pytest.mark.parametrize("compress", [False, True])
def test_damage_is_noticed(tmp_path, compress):
    """Every flipped byte and every cut: refused, or arrays as they were (perhaps under other names)."""
    path, arrays = (
        tmp_path / "run.npz",
        {"a": np.float32([[0.5, -3], [7, 2e9]]), "b": np.arange(3)},
    )
    data = checkpoint.save(path, arrays, {"run": 1}, compress=compress).read_bytes()
    known = {array.tobytes() for array in arrays.values()}
    damaged = [data[:i] for i in range(0, len(data), 3)]
    damaged += [
        data[:i] + bytes([data[i] ^ 255]) + data[i + 1 :] for i in range(len(data))
    ]
    refused = 0
    for wrong in damaged:
        path.write_bytes(wrong)
        try:
            read, _ = checkpoint.load(path)
        except checkpoint.CheckpointError as error:
            refused += 1
            assert "run.npz cannot be used" in str(error)
        else:
            assert {array.tobytes() for array in read.values()} <= known
    assert refused > 0.6 * len(damaged)


class Variable:
    def __init__(self, value):
        self.value, self.shape = np.array(value), np.shape(value)

    def assign(self, value):
        self.value = value


def test_restore_assigns_every_variable():
    variables = {name: Variable(np.zeros_like(array)) for name, array in OLD.items()}
    checkpoint.restore(variables, OLD, "run.npz")
    for name, array in OLD.items():
        np.testing.assert_array_equal(variables[name].value, array)


@pytest.mark.parametrize(
    "change, first",
    [
        ({"more": np.zeros(3)}, "more"),
        ({"a/0": None}, "a/0"),
        ({"a/0": np.zeros((20, 31))}, "a/0"),
        ({"step": np.zeros(1)}, "step"),
    ],
    ids=["too many", "too few", "other shape", "other rank"],
)
def test_restore_assigns_all_or_none(change, first):
    variables = {name: Variable(np.zeros_like(array)) for name, array in OLD.items()}
    arrays = {
        name: array for name, array in {**OLD, **change}.items() if array is not None
    }
    with pytest.raises(
        checkpoint.CheckpointError,
        match=f"run.npz was made with other networks.*{first}",
    ):
        checkpoint.restore(variables, arrays, "run.npz")
    assert all(not np.any(variable.value) for variable in variables.values())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_others_may_read_it_as_they_may_read_any_new_file(path):
    ordinary = path.with_name("ordinary")
    ordinary.touch()
    assert path.stat().st_mode == ordinary.stat().st_mode


def test_a_file_is_forced_to_disk_before_it_takes_its_name(path, monkeypatch):
    order = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *a, name=name, real=real: (order.append(name), real(*a))[1]
        )
    checkpoint.save(path, NEW)
    assert order == ["fsync", "replace"]
