"""What all tests share: which run where, a quiet plotting backend, real pictures."""

import json
import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parents[1]
# An old version of TensorFlow, Keras, Pillow or Matplotlib breaks a call, not the 28th
# wrong argument of it: with the oldest versions every test function of these files runs
# once, with its first parameters.
OF_VERSIONS = {
    "test_checkpoint",
    "test_classifiers",
    "test_dashboard",
    "test_data",
    "test_desk",
    "test_image_files",
    "test_labs",
    "test_losses",
    "test_metrics",
    "test_models",
    "test_plots",
    "test_shipped",
    "test_steps",
    "test_training",
}


def pytest_addoption(parser):
    """`--oldest`: only what an old version can break."""
    parser.addoption("--oldest", action="store_true", help=pytest_addoption.__doc__)


def pytest_configure(config):
    """Draw without a screen. Not by MPLBACKEND, which the notebooks' kernels would inherit."""
    import matplotlib

    matplotlib.use("agg")


def pytest_ignore_collect(collection_path, config):
    """With `--oldest` the other files are not even read."""
    stem = collection_path.stem
    if config.getoption("--oldest") and collection_path.suffix == ".py":
        return (stem.startswith("test_") and stem not in OF_VERSIONS) or None
    return None


def _is_cell(item):
    return type(item).__name__ == "IPyNbCell"


def _length(path):
    """A guess at the seconds of a file, for the order: notebooks as measured."""
    if path.suffix == ".ipynb":
        measured = json.loads(
            (ROOT / "data" / "results" / "notebooks.json").read_text(encoding="utf-8")
        )["notebooks"]
        return measured.get(path.stem, {}).get("cpu", {}).get("seconds", 60)
    return 50 if "browser" in path.stem else 10


def pytest_collection_modifyitems(config, items):
    """Mark the browser's tests, leave out what `--oldest` does not need, order by length."""
    for item in items:
        if item.path.stem.startswith("test_browser"):
            item.add_marker("browser")
    if config.getoption("--oldest"):
        kept, seen = [], set()
        for item in items:
            function = item.nodeid.split("[")[0]
            first = function not in seen and not item.get_closest_marker("timing")
            if _is_cell(item) or first:
                kept.append(item)
                seen.add(function)
        config.hook.pytest_deselected(items=[i for i in items if i not in set(kept)])
        items[:] = kept
    length = {path: _length(path) for path in {item.path for item in items}}
    items.sort(key=lambda item: (-length[item.path], str(item.path)))  # a stable sort


@pytest.fixture(scope="session")
def real_data():
    """The folder with lfw64.zip: GAN_COURSE_DATA, or ../shared/data; without it, a skip."""
    folder = Path(os.environ.get("GAN_COURSE_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "lfw64.zip").is_file():
        pytest.skip(
            "no real pictures here: GAN_COURSE_DATA names no folder with lfw64.zip"
        )
    return folder
