"""How many synthetic faces a second the renderer draws: python data/tools/benchmarks/render_speed.py

Target: 2,000 faces a second at 64 pixels on two cores. The best of five runs counts: machines are noisy.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from ganlib.faces import render, sample_factors  # noqa: E402


def main():
    factors = sample_factors(2000, seed=1)
    render({name: column[:40] for name, column in factors.items()})  # warm up
    print(f"{os.cpu_count()} cores")
    for size, n in ((32, 2000), (64, 2000), (128, 500)):
        table, rates = {name: column[:n] for name, column in factors.items()}, []
        for _ in range(5):
            start = time.perf_counter()
            render(table, size)
            rates.append(n / (time.perf_counter() - start))
        goal = "   target 2,000" if size == 64 else ""
        print(
            f"{size:4} pixels: {max(rates):6,.0f} faces/s (median {sorted(rates)[2]:,.0f}){goal}"
        )


if __name__ == "__main__":
    main()
