"""A pytest plugin that holds every notebook to its budget of time and memory while nbval runs it.

`pytest --nbval-lax notebooks -p tests.tools.budget`: after a notebook's last cell, its kernel's peak memory
and the time that its cells took are compared with what a Binder session of two CPU cores allows.
"""

import os
import time

import pytest

from data.tools.notebooks import peak_mb

MEMORY_MB, THEORY_MB = 1800, 1200  # Binder gives 2 GB
THEORY = {"00", "01", "02", "03", "04"}
APPLICATIONS = {"12", "13", "14", "15"}
IMAGES, IMAGES_S = (
    {"05", "06", "07", "08", "10", "11"},
    960,
)  # 2.5 minutes each, or 4 where all stay below 16
# Two cores of an older machine take up to three times as long as those that the times in data/results/notebooks.json
# were measured on. There every notebook is held to its budget without any slack, so that none grows too long unseen.
SLACK = float(os.environ.get("COURSE_TIME_SLACK", "3"))


def seconds_for(name):
    """The time that a notebook may take on two CPU cores."""
    number = name[:2]
    if name == "09_faces":
        return 11 * 60
    if number in THEORY:
        return 60
    if number in IMAGES:
        return 240
    return 120 if number in APPLICATIONS else 150


def memory_for(name):
    """The peak memory in MB that a notebook's kernel may take."""
    return THEORY_MB if name[:2] in THEORY else MEMORY_MB


spent = {}


def _is_cell(item):
    return type(item).__name__ == "IPyNbCell"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Add up the time of a notebook's cells."""
    start = time.perf_counter()
    try:
        return (yield)
    finally:
        if _is_cell(item):
            spent[item.path] = spent.get(item.path, 0) + time.perf_counter() - start


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """After the last cell: over budget is an error that says by how much, once the kernel is gone."""
    last = _is_cell(item) and (nextitem is None or nextitem.path != item.path)
    memory = peak_mb(item.parent.kernel.km.provisioner.pid) if last else 0
    yield
    if not last:
        return
    name, took = item.path.stem, spent[item.path]
    allowed, enough = seconds_for(name), memory_for(name)
    found = {
        "name": name,
        "seconds": took,
        "seconds_allowed": allowed,
        "mb": memory,
        "mb_allowed": enough,
    }
    item.user_properties.append(("notebook", found))  # for the table at the end
    if memory > enough:
        pytest.fail(
            f"{name} needed {memory:.0f} MB and may need {enough}", pytrace=False
        )
    if took > allowed * SLACK:
        pytest.fail(
            f"{name} took {took:.0f} s and may take {allowed} (times {SLACK} on a busy "
            "machine; COURSE_TIME_SLACK changes the factor)",
            pytrace=False,
        )
