"""Draw the README's picture, data/results/faces.png, from the shipped generators: python data/tools/make_picture.py"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from ganlib import faces, models, plots  # noqa: E402

COLUMNS, ROWS, SEED = 4, 4, 4


def generated(name):
    """Pictures of a shipped generator from fixed noise: the first ones, not the best ones."""
    generator, _ = models.load_generator(ROOT / "data" / f"{name}_generator.npz")
    return generator.sample(COLUMNS * ROWS, seed=SEED)


def main():
    real, _ = faces.make_faces(COLUMNS * ROWS, size=64, seed=SEED)
    panels = [
        (real, "Rendered portraits", plots.REAL),
        (generated("faces"), "Generated: from portraits", plots.FAKE),
        (generated("lfw"), "Generated: from photographs", plots.FAKE),
    ]
    figure = plots.image_sheets(
        [
            dict(images=images, columns=COLUMNS, title=title, colour=colour)
            for images, title, colour in panels
        ],
        scale=1,
    )
    out = ROOT / "data" / "results" / "faces.png"
    out.parent.mkdir(exist_ok=True)
    figure.savefig(out)
    print(f"wrote {out.relative_to(ROOT)}, {out.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
