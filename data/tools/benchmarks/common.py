"""What the benchmarks share: real pictures, verdicts against a need, fresh processes, results as JSON."""

import argparse
import multiprocessing
import os
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [
    path
    for path in (str(ROOT), str(ROOT / "data" / "tools" / "benchmarks"))
    if path not in sys.path
]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
from data.tools.files import write_json  # noqa: E402, F401
from data.tools.machine import peak_mb  # noqa: E402

DATA = Path(os.environ.get("GAN_COURSE_DATA", ROOT.parent / "shared" / "data"))


def options(doc):
    """A parser of command lines whose --help is the script's own text."""
    return argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def real_pictures():
    """The photographs of lfw64.zip, shuffled: uint8 (13165, 64, 64, 1). Exits with one line without them."""
    path = DATA / "lfw64.zip"
    if not path.is_file():
        print(
            f"skipped: there is no {path.resolve()}; let GAN_COURSE_DATA name a folder "
            f"that holds {path.name}"
        )
        sys.exit(0)
    from ganlib.data import load_data

    return load_data(path, size=64, channels=1).images


class Verdicts:
    """Prints each figure beside what is needed; `exit` leaves with 1 where one was missed."""

    def __init__(self):
        self.missed = 0

    def check(self, what, measured, *, most=None, least=None, form=".2f"):
        good = (most is None or measured <= most) and (
            least is None or measured >= least
        )
        need = f"at most {most:{form}}" if least is None else f"at least {least:{form}}"
        self.missed += not good
        print(
            f"{'ok    ' if good else 'MISSED'} {what}: need {need}: measured {measured:{form}}",
            flush=True,
        )
        return good

    def exit(self):
        sys.exit(1 if self.missed else 0)


def _end_with_parent():
    """In a worker: go when the parent goes, who may be killed without a chance to say so."""
    threading.Thread(
        target=lambda: (multiprocessing.parent_process().join(), os._exit(1)),
        daemon=True,
    ).start()


def in_fresh_process(function, *args):
    """Call `function(*args)` in a process of its own, so that memory and threads are its own too."""
    with ProcessPoolExecutor(
        1, multiprocessing.get_context("spawn"), initializer=_end_with_parent
    ) as pool:
        return pool.submit(function, *args).result()


def own_peak_mb():
    """The most memory that this process has held so far, in MB."""
    return peak_mb(os.getpid())


def write_sheet(path, images, columns=8, scale=2):
    """Save pictures as one PNG, `scale` screen pixels a pixel."""
    from PIL import Image

    from ganlib.plots import tile

    sheet = tile(images, columns)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(sheet.repeat(scale, 0).repeat(scale, 1)).save(path)
    print(f"written: {path}")
