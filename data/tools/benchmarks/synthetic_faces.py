"""How good are ten minutes on synthetic faces? python data/tools/benchmarks/synthetic_faces.py [--minutes 10]

Trains from scratch on rendered faces, draws 2,000 and reads their factors:
  - at least 80 % must be read with a confidence that 95 % of real (freshly rendered) faces reach;
  - every hair style, hair colour, kind of glasses and of beard must appear within a factor of two of its true
    share, the one that `ganlib.faces.FACTORS` gives.
The minutes are wall-clock and include building and compiling; rendering the training faces and drawing
samples do not count.
"""

import tempfile
from pathlib import Path

import common
import numpy as np
import recipes

from ganlib.data import load_data

NEED_SHARE, NEED_FACTOR, FRESH = 0.80, 2.0, 2000


def main():
    parser = common.options(__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="(default 10)")
    parser.add_argument(
        "--faces", type=int, default=10_000, help="to train on (default 10,000)"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--out",
        type=Path,
        help="folder for a sheet of samples (default: a temporary one)",
    )
    parser.add_argument(
        "--json", type=Path, help="write them here (data/results/synthetic_faces.json)"
    )
    args = parser.parse_args()
    faces = load_data(
        "faces", n=args.faces, size=64, split="train", seed=args.seed
    ).images
    print(f"{len(faces):,} faces to train on; {args.minutes:g} minutes ...", flush=True)
    result = common.in_fresh_process(
        recipes.ours, faces, 60 * args.minutes, args.seed, recipes.FACES
    )
    samples = result.pop("samples")
    out = args.out or Path(tempfile.mkdtemp(prefix="synthetic_faces_"))
    print(
        f"{result['images_seen']:,} images seen in {result['seconds']:.1f} s, "
        f"{result['images_per_second']:.0f} a second; peak memory {result['peak_mb']:,} MB"
    )
    common.write_sheet(out / "samples.png", samples[:64])

    from ganlib.classifiers import CONFIDENCE_FACTORS, FactorClassifier
    from ganlib.faces import FACTORS

    reader = FactorClassifier.load()
    fresh = load_data("faces", n=FRESH, size=64, split="test", seed=args.seed).images
    level = float(np.percentile(reader.confidence(fresh), 5))
    sure = float(np.mean(reader.confidence(samples) >= level))
    drawn, real, table = reader.predict(samples), reader.predict(fresh), []
    print(
        f"\n{'':14}{'':12}{'true share':>11}{'generated':>11}{'factor':>8}{'(real, as read)':>17}"
    )
    for name in CONFIDENCE_FACTORS:
        for value, share in FACTORS[name].items():
            got = float(np.mean(drawn[name] == value))
            factor = max(got / share, share / got) if got else float("inf")
            table.append(
                {
                    "factor": name,
                    "value": value,
                    "true": share,
                    "generated": round(got, 4),
                    "off_by": round(factor, 3) if got else None,
                }
            )
            read = np.mean(real[name] == value)
            print(
                f"{name:14}{value:12}{share:11.1%}{got:11.1%}{factor:8.2f}{read:17.1%}"
            )
    worst = max(row["off_by"] or float("inf") for row in table)
    print(f"\nreal faces reach a confidence of {level:.3f} at the 5th percentile")
    if args.json:
        command = f"python data/tools/benchmarks/synthetic_faces.py --minutes {args.minutes:g} --seed {args.seed}"
        common.write_json(
            args.json,
            made_with=command,
            minutes=args.minutes,
            settings=recipes.FACES,
            **result,
            confidence_of_real_at_5_percent=round(level, 4),
            share_as_confident=round(sure, 4),
            worst_factor=worst if np.isfinite(worst) else None,
            shares=table,
        )
    verdicts = common.Verdicts()
    verdicts.check(
        "share of generated faces read with that confidence",
        sure,
        least=NEED_SHARE,
        form=".1%",
    )
    verdicts.check(
        "worst factor between a generated and a true share", worst, most=NEED_FACTOR
    )
    verdicts.check(
        "seconds used", result["seconds"], most=60 * args.minutes, form=".1f"
    )
    verdicts.exit()


if __name__ == "__main__":
    main()
