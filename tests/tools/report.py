"""A pytest plugin that writes down what a run of the check took, item by item.

`pytest ... -p tests.tools.report --check-report=FILE`: one line of JSON for each item
with its outcome and seconds, and for each notebook what the budget measured.
`data/tools/check.py` makes its closing table from these files.
"""

import json


def pytest_addoption(parser):
    """The file to write; without it nothing is written."""
    parser.addoption("--check-report", default=None, metavar="FILE")


class Report:
    """Collects the reports of all workers: it lives in the process that steers them."""

    def __init__(self, path):
        self.path, self.items = path, {}

    def pytest_runtest_logreport(self, report):
        """Add one phase (set-up, call, tear-down) of one item."""
        item = self.items.setdefault(
            report.nodeid, {"item": report.nodeid, "seconds": 0.0, "outcome": "passed"}
        )
        item["seconds"] += report.duration
        if report.failed:
            item["outcome"] = "failed" if report.when == "call" else "error"
        elif report.skipped:
            item["outcome"] = "skipped"
        item |= {
            name: value for name, value in report.user_properties if name == "notebook"
        }

    def pytest_collectreport(self, report):
        """A file that cannot even be read is an error, too."""
        if report.failed:
            name = report.nodeid
            self.items[name] = {"item": name, "seconds": 0.0, "outcome": "error"}

    def pytest_sessionfinish(self, session):
        """Write the file whole, whatever the outcome."""
        with open(self.path, "w", encoding="utf-8") as file:
            for item in self.items.values():
                file.write(json.dumps(item) + "\n")


def pytest_configure(config):
    """Only the steering process writes: workers have an input of their own."""
    path = config.getoption("--check-report")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Report(path), "course-report")
