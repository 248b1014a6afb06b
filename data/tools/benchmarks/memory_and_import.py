"""What do importing and training cost? python data/tools/benchmarks/memory_and_import.py

- `import ganlib` over `import tensorflow`, wall-clock medians of fresh processes that take turns;
  needed: at most 1.2. `import ganlib` alone loads no module of it, so the same is asked of all its modules.
- The peak memory of the kernel that runs notebooks/09_faces.ipynb, as data/results/notebooks.json has it
  (measured by `make execute NOTEBOOK=09_faces`), and that of a process that trains as the notebook does
  for some steps, with what each phase adds. Needed: at most 1,800 MB, since Binder gives 2 GB.
"""

import json
import statistics
import subprocess
import sys
import time

import common
import recipes

NEED_IMPORT, NEED_MB = 1.2, 1800
EVERY_MODULE = "import ganlib; [getattr(ganlib, name) for name in ganlib.__all__]"
STATEMENTS = {
    "import tensorflow": "import tensorflow",
    "import ganlib": "import ganlib",
    "import ganlib, every module": EVERY_MODULE,
    "python alone": "pass",
}


def seconds_for(statement):
    """Wall-clock seconds of a fresh Python that executes this."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", statement],
        cwd=common.ROOT,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - start


def imports(rounds, verdicts):
    times = {name: [] for name in STATEMENTS}
    for number in range(
        -1, rounds
    ):  # a first round brings the files into the system's cache
        for name, statement in STATEMENTS.items():
            took = seconds_for(statement)
            times[name] += [took] * (number >= 0)
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, value in medians.items():
        print(f"{name:28}{value:7.2f} s")
    for name in ("import ganlib", "import ganlib, every module"):
        verdicts.check(
            f"{name}, over import tensorflow",
            medians[name] / medians["import tensorflow"],
            most=NEED_IMPORT,
        )


def train(steps, on):
    """Train as notebook 09 does for a few steps -> [(what, peak MB so far), ...]."""
    from ganlib.data import load_data
    from ganlib.training import gan_adam

    seen, settings = [("libraries imported", common.own_peak_mb())], recipes.OURS[on]
    images = (
        common.real_pictures()
        if on == "real"
        else load_data("faces", n=10_000, split="train").images
    )
    seen.append((f"{len(images):,} pictures loaded", common.own_peak_mb()))
    gan = recipes.build(
        images.shape[1:],
        settings,
        [gan_adam(settings["rate"], steps) for _ in range(2)],
    )
    seen.append(("networks built", common.own_peak_mb()))
    gan.fit(images, steps=10, batch_size=settings["batch_size"])
    seen.append(("10 steps, compiled", common.own_peak_mb()))
    gan.fit(images, steps=steps, batch_size=settings["batch_size"])
    seen.append((f"{steps} steps", common.own_peak_mb()))
    gan.sample(64)
    seen.append(("64 samples drawn", common.own_peak_mb()))
    return seen


def memory(args, verdicts):
    path = common.ROOT / "data" / "results" / "notebooks.json"
    table = (
        json.loads(path.read_text(encoding="utf-8"))["notebooks"]
        if path.is_file()
        else {}
    )
    if entry := table.get("09_faces", {}).get("cpu"):
        verdicts.check(
            f"peak MB of the notebook's kernel, measured on {entry['date']}",
            entry["peak_mb"],
            most=NEED_MB,
            form=",.0f",
        )
    else:
        print("09_faces has not been measured yet: make execute NOTEBOOK=09_faces")
    seen = common.in_fresh_process(train, args.steps, args.on)
    for what, peak in seen:
        print(f"{peak:8,.0f} MB  {what}")
    verdicts.check(
        "peak MB of a process that trains so", seen[-1][1], most=NEED_MB, form=",.0f"
    )


def main():
    parser = common.options(__doc__)
    parser.add_argument(
        "--rounds",
        type=int,
        default=7,
        help="of imports (default 7); 0 leaves them out",
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=200,
        help="of training (default 200); 0 leaves it out",
    )
    parser.add_argument(
        "--on", default="faces", choices=list(recipes.OURS), help="(default faces)"
    )
    args = parser.parse_args()
    verdicts = common.Verdicts()
    if args.rounds:
        imports(args.rounds, verdicts)
    if args.steps:
        memory(args, verdicts)
    verdicts.exit()


if __name__ == "__main__":
    main()
