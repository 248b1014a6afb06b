"""How good are ten minutes on real faces? python data/tools/benchmarks/real_faces.py [--minutes 10] [--recipes]

Trains from scratch on the photographs of lfw64.zip (all but 4,000, which no recipe sees), draws 2,000
pictures and compares them with 2,000 held-out ones by the sliced Wasserstein distance of `ganlib.metrics`.
What two disjoint sets of 2,000 held-out pictures score, in the same run, is the unit. Needed: at most three
times that. The minutes are wall-clock and include building and compiling; importing libraries and drawing the
samples do not count.

--recipes also runs the published recipes that people would otherwise use, for as many minutes each, and
prints one table; one of them needs PyTorch, which the course itself does not.
"""

import importlib.util
import tempfile
from pathlib import Path

import common
import recipes

from ganlib.metrics import sliced_wasserstein

NEED, HELD_OUT = 3.0, recipes.SAMPLES
PUBLISHED = {
    "DCGAN, Keras example": recipes.keras_dcgan,
    "DCGAN, PyTorch example": recipes.pytorch_dcgan,
}


def main():
    parser = common.options(__doc__)
    parser.add_argument(
        "--minutes", type=float, default=10.0, help="for each recipe (default 10)"
    )
    parser.add_argument(
        "--recipes", action="store_true", help="run the published recipes as well"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--out",
        type=Path,
        help="folder for sheets of 64 samples (default: a temporary one)",
    )
    parser.add_argument(
        "--json", type=Path, help="write the table here (data/results/real_faces.json)"
    )
    args = parser.parse_args()
    out = args.out or Path(tempfile.mkdtemp(prefix="real_faces_"))
    pictures = common.real_pictures()
    first, second, train = (
        pictures[:HELD_OUT],
        pictures[HELD_OUT : 2 * HELD_OUT],
        pictures[2 * HELD_OUT :],
    )
    unit = sliced_wasserstein(first, second)
    print(
        f"{len(train):,} pictures to train on; real against real: {unit:.2f}",
        flush=True,
    )
    chosen = {"ours": recipes.ours, **(PUBLISHED if args.recipes else {})}
    if args.recipes and not importlib.util.find_spec("torch"):
        print(
            "skipped: the PyTorch example, since PyTorch is not here: pip install torch"
        )
        del chosen["DCGAN, PyTorch example"]
    rows = []
    for name, recipe in chosen.items():
        print(f"{name}: {args.minutes:g} minutes ...", flush=True)
        result = common.in_fresh_process(recipe, train, 60 * args.minutes, args.seed)
        samples = result.pop("samples")
        levels = sliced_wasserstein(first, samples, per_level=True)
        distance = sum(levels) / len(levels)
        rows.append(
            {
                "recipe": name,
                **result,
                "distance": round(distance, 2),
                "levels": [round(level, 2) for level in levels],
                "ratio": round(distance / unit, 2),
            }
        )
        common.write_sheet(
            out / f"{name.lower().replace(', ', '_').replace(' ', '_')}.png",
            samples[:64],
        )
    titles = f"{'seconds':>8}{'images seen':>13}{'images/s':>10}{'peak MB':>9}{'distance':>10}{'ratio':>8}"
    print(f"\n{'recipe':24}{titles}")
    for row in rows:
        counts = f"{row['seconds']:8.1f}{row['images_seen']:13,}{row['images_per_second']:10.1f}"
        print(
            f"{row['recipe']:24}{counts}{row['peak_mb']:9,}{row['distance']:10.2f}{row['ratio']:8.2f}"
        )
    print(f"{'real against real':24}{'':40}{unit:10.2f}{1:8.2f}\n")
    if args.json:
        command = f"python data/tools/benchmarks/real_faces.py --minutes {args.minutes:g} --seed {args.seed}"
        common.write_json(
            args.json,
            made_with=command + " --recipes" * args.recipes,
            minutes=args.minutes,
            real_against_real=round(unit, 2),
            need=NEED,
            settings=recipes.REAL,
            recipes=rows,
        )
    verdicts = common.Verdicts()
    verdicts.check(
        "distance of our pictures, in distances real against real",
        rows[0]["ratio"],
        most=NEED,
    )
    verdicts.check(
        "seconds used", rows[0]["seconds"], most=60 * args.minutes, form=".1f"
    )
    verdicts.exit()


if __name__ == "__main__":
    main()
