"""The machine that something was measured on, and the memory that a process took."""

import os
import platform
import re
import subprocess
from pathlib import Path


def machine():
    """("cpu" or "gpu", what it is in words such as `2 CPU cores`, details)."""
    details = (
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
    try:
        gpu = subprocess.run(
            ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=30,
        ).stdout.splitlines()
    except (OSError, subprocess.TimeoutExpired):
        gpu = []
    if gpu:
        return "gpu", f"a GPU ({gpu[0].strip()})", details
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count()
    return "cpu", f"{cores} CPU cores", details


def peak_mb(pid):
    """The most memory in MB that a process has held since it started.

    Where the system does not count that, what it holds now.
    """
    status = Path(f"/proc/{pid}/status")
    if status.is_file():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1]) * 1024 / 1e6
    import psutil

    info = psutil.Process(pid).memory_info()
    return getattr(info, "peak_wset", info.rss) / 1e6
