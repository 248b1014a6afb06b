"""Chores of those who maintain the course: `python -m data.tools.cli CHORE`.

sync                 bring every .ipynb in step with its .py, and write badges, set-up cells and measurements
execute NAME ...     run notebooks, keep their outputs and what they cost in time and memory
measure NAME ...     run notebooks, keep only what they cost
                     (`all` is every notebook; several run two at a time, one thread each)
address OWNER/NAME   publish under this address, written wherever it is needed; "" takes it back
pins                 write binder/requirements.txt from the versions installed here
"""

import re
import subprocess
import sys

from data.tools import environment, notebooks, templates


def pins():
    """Exact versions for Binder: everything installed here, with TensorFlow's smaller build for CPUs."""
    freeze = subprocess.run(
        [sys.executable, "-m", "pip", "freeze", "--exclude-editable"],
        capture_output=True,
        text=True,
        check=True,
        env=environment.pip_environment(sys.executable),
    ).stdout
    lines = [
        line
        for line in freeze.splitlines()
        if re.fullmatch(r"[A-Za-z0-9._-]+==\S+", line)
    ]
    lines = [
        re.sub(r"^tensorflow==", "tensorflow-cpu==", line)
        for line in lines
        if not line.startswith("ganlib")
    ]
    python = ".".join(map(str, sys.version_info[:2]))
    head = [
        "# Exactly the versions that the course was tested with, for Binder (Python "
        + python
        + ", 2 GB, no GPU).",
        "# Written by  python -m data.tools.cli pins  from an environment made by  make test.",
    ]
    (templates.ROOT / "binder" / "requirements.txt").write_text(
        "\n".join([*head, *sorted(lines, key=str.lower), "-e ."]) + "\n",
        encoding="utf-8",
    )
    (templates.ROOT / "binder" / "runtime.txt").write_text(
        f"python-{python}\n", encoding="utf-8"
    )


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
