"""Chores of those who maintain the course: `python -m data.tools.cli CHORE`.

sync                 bring every .ipynb in step with its .py, and write badges, set-up cells and measurements
execute NAME ...     run notebooks, keep their outputs and what they cost in time and memory
measure NAME ...     run notebooks, keep only what they cost
                     (`all` is every notebook; several run two at a time, one thread each)
address OWNER/NAME   publish under this address, written wherever it is needed; "" takes it back
pins                 write binder/requirements.txt from the versions installed here
"""

import os
import re
import subprocess
import sys

from data.tools import environment, notebooks, templates
from data.tools.files import write_text


def pins(root=templates.ROOT):
    """Exact versions for Binder: everything installed here, with TensorFlow's smaller build for CPUs."""
    # No setting of pip may list another folder, or leave packages out.
    freeze = subprocess.run(
        [sys.executable, "-m", "pip", "--isolated", "freeze", "--exclude-editable"],
        capture_output=True,
        text=True,
        check=True,
        env={**environment.own_environment(), "PIP_CONFIG_FILE": os.devnull},
    ).stdout
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)$", freeze, re.M)
    versions = {name: version for name, version in pinned if name != "ganlib"}
    if "tensorflow" not in versions:
        raise ValueError(
            f"{sys.executable} has no tensorflow; run this in an environment made by "
            "make test"
        )
    versions["tensorflow-cpu"] = versions.pop("tensorflow")
    lines = sorted((f"{name}=={versions[name]}" for name in versions), key=str.lower)
    python = ".".join(map(str, sys.version_info[:2]))
    head = [
        "# Exactly the versions that the course was tested with, for Binder (Python "
        f"{python}, 2 GB, no GPU).",
        "# Written by  python -m data.tools.cli pins  from an environment made by  "
        "make test.",
    ]
    folder = root / "binder"
    write_text(folder / "requirements.txt", "\n".join([*head, *lines, "-e ."]) + "\n")
    write_text(folder / "runtime.txt", f"python-{python}\n")


def main(arguments):
    """Do one chore; returns the exit status."""
    chore, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    try:
        if chore == "sync" and not rest:
            for path in notebooks.sync_all():
                print(f"wrote {path.relative_to(templates.ROOT)}")
        elif chore in ("execute", "measure") and rest:
            names = [name.removesuffix(".ipynb") for name in rest]
            if names == ["all"]:
                names = [path.stem for path in notebooks.sources()]
            found = notebooks.execute(names, keep_outputs=chore == "execute")
            return 1 if any(found.values()) else 0
        elif chore == "address" and len(rest) == 1:
            name = templates.set_address(rest[0])
            notebooks.sync_all()
            print(
                f"the course's address is now https://github.com/{name}"
                if name
                else "the course has no address now"
            )
        elif chore == "pins" and not rest:
            pins()
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except (ValueError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped: what was not finished is not kept", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
