"""Traits of Python code around a database: loops that query, checks before writes, sessions that outlive a request, SQL in strings."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.question.artefact.model import Scope, Trait
from service.question.artefact.python_source import Source, dotted

_SQL = re.compile(
    r"^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|MERGE)\b.*\b(?:FROM|INTO|SET|AS)\b", re.IGNORECASE | re.DOTALL
)
# Methods of values, which load nothing.
_PLAIN = frozenset({"isoformat", "strftime", "lower", "upper", "strip", "append", "hex", "split", "date", "format", "replace", "items", "keys", "get"})  # fmt: skip
_EAGER = ("select_related", "prefetch_related", "joinedload", "selectinload", "subqueryload", "values", "values_list", "contains_eager", "raiseload")  # fmt: skip
_QUERYING = ("all", "filter", "exclude", "query", "scalars", "execute", "order_by", "select")
_FETCHING = ("get", "filter", "filter_by", "query", "execute", "scalar", "scalars", "first", "one")
# The loop goes over rows that came from elsewhere, where they may have been loaded with all that is needed.
UNSEEN = "unseen"
_SESSIONS = ("Session", "scoped_session", "SessionLocal", "sessionmaker")
_WRITING = ("create", "add", "save", "insert", "bulk_create")
_CHECKING = ("exists", "first", "one_or_none", "count", "scalar_one_or_none", "get_or_none", "scalar", "get")


@dataclass(frozen=True)
class _Loop:
    """A loop or a comprehension."""

    target: ast.expr
    iter: ast.expr
    body: tuple[ast.AST, ...]


def scopes_in(source: Source) -> tuple[Scope, ...]:
    """The functions of the module by name, methods with their class before them."""
    found = []
    for owner in source.nodes:
        prefix = f"{owner.name}." if isinstance(owner, ast.ClassDef) else ""
        # A lambda's body is no list of statements.
        inside = (
            owner.body if isinstance(owner, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) else ()
        )
        for node in inside:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first, last = source.place(node), source.line_end(node.end_lineno or node.lineno)
                found.append(Scope(f"{prefix}{node.name}", first.start, last))
    return tuple(sorted(set(found), key=lambda s: s.start))


def code_traits(source: Source) -> tuple[Trait, ...]:
    """What is noticed in functions and at the top of the module, in the order of the text."""
    found = [*_top(source)]
    for node in source.nodes:
        if isinstance(node, ast.For | ast.AsyncFor):
            found += _loop(source, _Loop(node.target, node.iter, tuple(node.body)))
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            first = node.generators[0]
            parts = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
            found += _loop(source, _Loop(first.target, first.iter, parts))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found += _function(source, node)
        elif isinstance(node, ast.JoinedStr | ast.BinOp) and _formats_sql(node):
            found.append(Trait("formatted_sql", "SQL", source.place(node)))
    # What a loop loads is found by its call and by its attribute; the latter knows the model and comes last.
    unique = {(t.kind, t.name.rpartition(".")[2] if t.kind == "lazy_loop" else t.name, t.place.start): t for t in found}
    return tuple(sorted(unique.values(), key=lambda t: t.place.start))


def embedded_sql(source: Source) -> Iterator[tuple[str, int]]:
    """The string constants that are statements, each with the place of its first character in the text."""
    inner = {id(value) for node in source.nodes if isinstance(node, ast.JoinedStr) for value in node.values}
    # A string that is a statement by itself is a docstring: "Insert a row into the cache."
    inner |= {id(node.value) for node in source.nodes if isinstance(node, ast.Expr)}
    for node in source.nodes:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in inner:
            continue
        if _SQL.match(node.value):
            place = source.place(node)
            start = source.text.find(node.value.strip()[:20], place.start)
            yield node.value.strip(), start if start >= 0 else place.start


def _top(source: Source) -> Iterator[Trait]:
    for node in source.nodes:
        if isinstance(node, ast.Call) and dotted(node.func) == "create_all" and "metadata" in ast.unparse(node.func):
            yield Trait("create_all", ast.unparse(node.func), source.place(node))
        elif isinstance(node, ast.Call) and dotted(node.func) == "len" and node.args and re.fullmatch(r"\w+\.objects\.all\(\)", ast.unparse(node.args[0])):  # fmt: skip
            yield Trait("unbounded_load", ast.unparse(node), source.place(node))
        elif isinstance(node, ast.ListComp | ast.GeneratorExp) and node.generators[0].ifs:
            yield from _sifted(source, node.generators[0])
    for node in source.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            name = ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ast.unparse(node.target)
            made = node.value
            # `Session = sessionmaker(…)` is a factory; `session = Session()` is one session for everybody.
            opens = dotted(made.func) in ("Session", "SessionLocal", "AsyncSession") or (
                isinstance(made.func, ast.Call) and dotted(made.func.func) == "sessionmaker"
            )
            if opens and "sess" in name.lower():
                yield Trait("shared_session", name, source.place(node), dotted(made.func))


def _sifted(source: Source, part: ast.comprehension) -> Iterator[Trait]:
    """All rows of a model, of which Python keeps some."""
    texts = [ast.unparse(part.iter), *_given(source, part.iter)]
    row = ast.unparse(part.target)
    if any(re.fullmatch(r"(?:list\()?\w+\.objects\.all\(\)\)?", text) for text in texts) and any(
        f"{row}." in ast.unparse(test) for test in part.ifs
    ):
        yield Trait("unbounded_load", next(t for t in texts if "objects.all" in t), source.place(part.iter))


def _loop(source: Source, loop: _Loop) -> Iterator[Trait]:
    names = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
    over = ast.unparse(loop.iter)
    for node in (each for statement in loop.body for each in ast.walk(statement)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called, owner = node.func.attr, ast.unparse(node.func.value)
            mine = any(re.search(rf"\b{name}\b", ast.unparse(node)) for name in names)
            made = called == "create" and owner.endswith(".objects") and mine
            if made or (called in ("save", "commit", "flush") and (owner in names or called != "save")):
                yield Trait("row_by_row_save", owner, source.place(node), called)
            elif (
                called in _FETCHING
                and mine
                and (".objects" in owner or "session" in owner.lower() or "db." in f"{owner}.")
            ):
                yield Trait("query_loop", owner, source.place(node), called)
            elif called in ("all", "count", "first", "filter") and any(owner.startswith(f"{n}.") for n in names):
                loaded = any(word in over for word in ("prefetch_related", "selectinload", "joinedload"))
                if not loaded:
                    told = called if _queries(loop.iter, source) else UNSEEN
                    yield Trait("lazy_loop", owner, source.place(node), told)
    if _queries(loop.iter, source) and not any(word in over for word in _EAGER):
        yield from _deep(source, loop, names)


def _deep(source: Source, loop: _Loop, names: set[str]) -> Iterator[Trait]:
    """`row.customer.name` and a loop over `row.lines`: what stands behind the row's attribute is loaded for each row."""
    for node in (each for statement in loop.body for each in ast.walk(statement)):
        found: ast.expr | None = None
        if isinstance(node, ast.Attribute) and not node.attr.startswith("_") and node.attr not in _PLAIN:
            found = node.value
        elif isinstance(node, ast.For | ast.comprehension):
            found = node.iter
        elif isinstance(node, ast.Call) and dotted(node.func) in ("len", "list", "sorted", "set", "any") and node.args:
            # A column may be a list, too, but nobody counts one by the row.
            found = node.args[0]
        if isinstance(found, ast.Attribute) and isinstance(found.value, ast.Name) and found.value.id in names:
            yield Trait("lazy_loop", f"{_row(source, loop)}.{found.attr}", source.place(found), found.attr)


def _row(source: Source, loop: _Loop) -> str:
    """The model that the loop's rows are of, else the name of its variable."""
    texts = [ast.unparse(loop.iter), *_given(source, loop.iter)]
    for text in texts:
        if match := re.search(r"(\w+)\.objects|query\((\w+)|select\((\w+)", text):
            return next(group for group in match.groups() if group)
    return ast.unparse(loop.target)


def _given(source: Source, node: ast.expr) -> list[str]:
    """What a name was assigned, as text."""
    return source.given.get(node.id, []) if isinstance(node, ast.Name) else []


def _queries(node: ast.expr, source: Source) -> bool:
    """Whether what is looped over is a query, or a name that was assigned one."""
    text = ast.unparse(node)
    given = _given(source, node)
    if given:
        return any(_is_query(value) and not any(word in value for word in _EAGER) for value in given)
    return _is_query(text)


def _is_query(text: str) -> bool:
    return bool(re.search(r"\.objects\b|\bsession\b|\bquery\(|\bselect\(", text, re.IGNORECASE)) and any(
        f".{word}(" in text or f"{word}(" in text for word in _QUERYING
    )


def _function(source: Source, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Trait]:
    text = ast.unparse(function)
    locked = re.search(r"for_update|FOR UPDATE|SERIALIZABLE|F\(|advisory", text) is not None
    if not locked:
        yield from _read_modify_write(source, function)
        yield from _check_then_act(source, function)


def _read_modify_write(source: Source, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Trait]:
    """`row.stock -= 1` followed by save or commit."""
    text = ast.unparse(function)
    if not re.search(r"\.(?:save|commit|flush)\(", text) and "begin()" not in text:
        return
    for node in ast.walk(function):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Attribute):
            if ast.unparse(node.target).split(".")[0] not in ("self", "cls"):
                yield Trait("read_modify_write", ast.unparse(node.target), source.place(node))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            target = ast.unparse(node.targets[0])
            if isinstance(node.value, ast.BinOp) and target in ast.unparse(node.value):
                yield Trait("read_modify_write", target, source.place(node))
        elif isinstance(node, ast.If) and (name := _decided(node, function)):
            yield Trait("read_modify_write", name, source.place(node))
        elif isinstance(node, ast.Call) and dotted(node.func) == "setattr" and "getattr" in ast.unparse(node):
            yield Trait("read_modify_write", ast.unparse(node.args[0]), source.place(node))


def _decided(node: ast.If, function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """An attribute of a row that was read here, tested and then set."""
    read = {
        t.id
        for each in ast.walk(function)
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call | ast.Await) and re.search(r"\.(?:get|first|one|one_or_none|scalar|scalar_one|scalar_one_or_none|get_or_404)\(|get_object_or_404\(", ast.unparse(each.value))
        for t in each.targets
        if isinstance(t, ast.Name)
    }  # fmt: skip
    tested = {
        ast.unparse(n)
        for n in ast.walk(node.test)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id in read
    }
    later = [n for n in ast.walk(function) if isinstance(n, ast.Assign) and n.lineno > node.lineno]
    return next((name for each in later for t in each.targets if (name := ast.unparse(t)) in tested), "")


def _check_then_act(source: Source, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Trait]:
    """An `if` on whether a row is there, then the insert of one."""
    asked = {
        t.id
        for each in ast.walk(function)
        if isinstance(each, ast.Assign) and _asks(each.value)
        for t in each.targets
        if isinstance(t, ast.Name)
    }
    calls = [c for c in ast.walk(function) if isinstance(c, ast.Call) and isinstance(c.func, ast.Attribute)]
    # What saves itself is no row that was looked for before.
    writes = [
        c
        for c in calls
        if isinstance(c.func, ast.Attribute)
        and c.func.attr in _WRITING
        and ast.unparse(c.func.value) not in ("super()", "self")
    ]
    for node in ast.walk(function) if writes else ():
        if isinstance(node, ast.If):
            named = {n.id for n in ast.walk(node.test) if isinstance(n, ast.Name)}
            after = next((c for c in writes if c.lineno > node.lineno), None)
            if after is not None and (named & asked or _asks(node.test)):
                yield Trait("check_then_act", _model_of(function), source.place(node), dotted(after.func))


def _asks(node: ast.expr) -> bool:
    calls = [c for c in ast.walk(node) if isinstance(c, ast.Call) and isinstance(c.func, ast.Attribute)]
    asked = any(c.func.attr in _CHECKING for c in calls if isinstance(c.func, ast.Attribute))
    return asked and bool(re.search(r"\.objects\b|session|query\(|select\(|\bdb\b", ast.unparse(node), re.IGNORECASE))


def _model_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    text = ast.unparse(function)
    match = re.search(r"(\w+)\.objects|query\((\w+)|select\((\w+)|(?:add|insert)\((\w+)", text)
    return next((group for group in match.groups() if group), function.name) if match else function.name


def _formats_sql(node: ast.expr) -> bool:
    """An f-string, a `%` or a `+` that puts values into a statement."""
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
        return bool(_SQL.match(text)) and "{}" in text
    left = node.left if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add) else None
    while isinstance(left, ast.BinOp):
        left = left.left
    return isinstance(left, ast.Constant) and isinstance(left.value, str) and bool(_SQL.match(left.value))
