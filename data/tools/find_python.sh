#!/bin/sh
# Prints the path of a Python that can build the course's environment: 3.10 up to 3.$1 (13 when not given),
# 64 bit, with venv and ensurepip. Each candidate is run, because a name on PATH may be a shim that only fails.
# Prints nothing to standard output and says what to install when there is none. PYTHON=... overrides the search.
newest=${1:-13}

suits() {  # 0: usable, 3: right version but without venv, anything else: not usable
    "$1" -c "
import sys
if not ((3, 10) <= sys.version_info[:2] <= (3, $newest) and sys.maxsize > 2**32): sys.exit(2)
try: import venv, ensurepip
except ImportError: sys.exit(3)" >/dev/null 2>&1
}

seen=""
bare=""
try() {
    [ -n "$1" ] || return 0
    suits "$1"
    case $? in
        0) "$1" -c 'import sys; print(sys.executable)'; exit 0 ;;
        3) [ -n "$bare" ] || bare=$1 ;;
        *) version=$("$1" --version 2>/dev/null) && seen="$seen$1 is $version. " ;;
    esac
    return 0
}

if [ -n "$PYTHON" ]; then
    try "$PYTHON"
else
    try python3
    minor=$newest
    while [ "$minor" -ge 10 ]; do
        try "python3.$minor"
        for found in "$HOME"/.pyenv/versions/3.$minor.*/bin/python3 "/opt/homebrew/bin/python3.$minor" \
                     "/usr/local/bin/python3.$minor" "/usr/bin/python3.$minor"; do
            [ -x "$found" ] && try "$found"
        done
        minor=$((minor - 1))
    done
    try python
fi

{
    if [ -n "$bare" ]; then
        package=$("$bare" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
        echo "$bare has no venv or ensurepip module, which the course's environment needs. On Debian or Ubuntu:"
        echo "    sudo apt install $package"
    else
        none="No Python was found."
        [ -n "$PYTHON" ] && none="PYTHON=$PYTHON does not run."
        echo "The course needs Python 3.10 to 3.$newest (64 bit). ${seen:-$none}"
        echo "    Debian or Ubuntu:  sudo apt install python3 python3-venv"
        echo "    macOS:             brew install python@3.12"
        echo "    anywhere:          make lab PYTHON=/path/to/python3.12"
    fi
} >&2
exit 1
