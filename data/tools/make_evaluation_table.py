"""Run notebook 08 with five seeds and keep the numbers that it notes: python data/tools/make_evaluation_table.py [SEED ...]

The notebook runs one more before the reader and lays it beside data/results/evaluation.json, which this writes. The
cells are the notebook's own, run as they stand there up to the fault desk, assertions and all. It takes about a quarter
of an hour; with seeds named only those are run again, and the other rows stay.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from data.tools.seeds import make_table  # noqa: E402

if __name__ == "__main__":
    make_table(
        "data/tools/make_evaluation_table.py",
        ROOT / "notebooks" / "08_evaluation.py",
        ROOT / "data" / "results" / "evaluation.json",
    )
