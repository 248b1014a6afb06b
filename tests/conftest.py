"""What all tests share: the folder of real pictures, a quiet plotting backend, and the set for the oldest
versions.
"""

import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parents[1]
# These look at files, not at what TensorFlow computes, so they need no second run with the oldest versions. Of those
# in a browser only the ones that say so have it: the rest press menus and windows that every JupyterLab draws anew. And
# the functions of the image notebooks are built of the same parts as those of the others, and take minutes.
SAME_EVERYWHERE = (
    "test_repository",
    "test_imports",
    "test_notebooks",
    "test_chores",
    "test_environment",
    "test_notebook_05",
    "test_notebook_06",
    "test_notebook_07",
    "test_notebook_08",
    "test_notebook_10",
    "test_notebook_11",
)


def pytest_configure(config):
    """Draw without a screen. Set here and not as MPLBACKEND, which the notebooks' kernels would inherit."""
    import matplotlib

    matplotlib.use("agg")


def pytest_collection_modifyitems(items):
    """Mark as `oldest` every test of ganlib itself."""
    for item in items:
        stem = item.path.stem
        if (
            item.path.parent == ROOT / "tests"
            and stem not in SAME_EVERYWHERE
            and "browser" not in stem
        ):
            item.add_marker("oldest")


@pytest.fixture(scope="session")
def real_data():
    """The folder with lfw64.zip (GAN_COURSE_DATA, or ../shared/data); a test that asks for it skips
    without.
    """
    folder = Path(os.environ.get("GAN_COURSE_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "lfw64.zip").is_file():
        pytest.skip(
            "no real pictures here: GAN_COURSE_DATA names no folder with lfw64.zip"
        )
    return folder
