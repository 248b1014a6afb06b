"""What a notebook defines, by name: its functions and constants without the rest of its cells.

Tests and the scripts that make tables use a notebook's own functions. `load(path, "train")` runs the statement that
defines `train`, and before it the statements that define what `train` uses, in the order of the notebook. Nothing
else of the notebook runs: no training, no picture.
"""

import ast
import builtins
import linecache
import symtable
import sys
import types
from pathlib import Path

from data.tools import notebooks

IMPORTS = (ast.Import, ast.ImportFrom)


def _defined(statement):
    """The names that a top-level statement gives a value to."""
    if isinstance(statement, IMPORTS):
        aliases = statement.names
        return {(name.asname or name.name).split(".")[0] for name in aliases}
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        stored = (n for n in ast.walk(statement) if isinstance(n, ast.Name))
        return {name.id for name in stored if isinstance(name.ctx, ast.Store)}
    return set()


def _used(source):
    """The names that a statement takes from the notebook, in its functions, too."""
    tables, names = [symtable.symtable(source, "notebook", "exec")], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (top or symbol.is_global()):
                names.add(symbol.get_name())
    return names - set(dir(builtins))


def _statements(path):
    """[(number of the cell, source, names defined)] of every top-level statement."""
    found = []
    for number, cell in enumerate(notebooks.code(path)):
        for statement in ast.parse(cell).body:
            lines = cell.splitlines()[statement.lineno - 1 : statement.end_lineno]
            if getattr(statement, "decorator_list", None):
                first = statement.decorator_list[0].lineno
                lines = cell.splitlines()[first - 1 : statement.end_lineno]
            found.append((number, "\n".join(lines), _defined(statement)))
    return found


def names_of(source):
    """The names that the top-level statements of a cell give a value to."""
    return set().union(*(_defined(statement) for statement in ast.parse(source).body))


def cell(path, name):
    """The source of the last code cell that defines `name`. Raises LookupError where none does."""
    for number, _, defined in reversed(_statements(path)):
        if name in defined:
            return notebooks.code(path)[number]
    raise LookupError(f"no code cell of {Path(path).name} defines {name!r}")


def run(source, names, where):
    """Run source in the dict `names`; TensorFlow can read it again to compile its loops."""
    lines = source.splitlines(keepends=True)
    linecache.cache[where] = (len(source), None, lines, where)
    exec(compile(source, where, "exec"), names)


def load(path, *wanted, **given):
    """{name: value} of the wanted names and of all that they use; `given` stands in for what the notebook defines.

    Where a name is defined several times, its last definition counts. Raises LookupError for a name that neither the
    notebook nor `given` defines.
    """
    path, statements = Path(path), _statements(path)
    place = {}
    for index, (_, _, defined) in enumerate(statements):
        place.update(dict.fromkeys(defined, index))
    needed, queue = set(), list(wanted)
    while queue:
        name = queue.pop()
        if name in given:
            continue
        if name not in place:
            raise LookupError(f"no code cell of {path.name} defines {name!r}")
        if place[name] not in needed:
            needed.add(place[name])
            used = _used(statements[place[name]][1])
            queue += [other for other in used if other in place]
    # TensorFlow looks up the module of a function whose loops it compiles, so there is one.
    module = types.ModuleType(f"{path.stem} {len(sys.modules)}")
    sys.modules[module.__name__] = module
    names = module.__dict__
    names.update(given)
    for index in sorted(needed):
        run(statements[index][1], names, f"<{path.stem}, statement {index}>")
        names.update({name: given[name] for name in statements[index][2] & set(given)})
    return names
