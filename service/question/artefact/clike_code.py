"""Traits of C# and TypeScript code around a database: loops that load, values changed in memory, checks before writes."""

import re
from collections.abc import Iterator, Mapping

from service.question.artefact.client_calls import client_traits, raw_traits
from service.question.artefact.lines import Line, lines_of
from service.question.artefact.model import Scope, Trait
from service.question.artefact.transactions import clike_transactions

_CLASS = re.compile(r"\bclass\s+(\w+)")
_METHOD = re.compile(r"^(?:(?:public|private|protected|internal|static|async|override|export|virtual)\s+)+(?:function\s+)?(?:[\w<>\[\],?. ]+\s+)?(\w+)\s*(?:<\w+>)?\s*\([^;]*$|^(?:export\s+)?(?:async\s+)?function\s+(\w+)\s*\(|^(?:async\s+)?(\w+)\s*\([^;=]*\)\s*(?::\s*[\w<>\[\]| ]+)?\s*\{$|^export\s+default\s+(?:async\s+)?function\s+(\w+)\s*\(|^(?:export\s+)?const\s+(\w+)\s*=\s*(?:async\s*)?\(|^(?:export\s+)?const\s+(\w+)\s*=\s*new\s+DataSource")  # fmt: skip
_KEYWORDS = frozenset({"if", "for", "foreach", "while", "switch", "catch", "return", "using", "constructor", "lock"})
_LOOP = re.compile(r"\bfor(?:each)?\s*\(\s*(?:var|const|let|\w+)\s+(\w+)\s+(?:in|of)\s+(.+)$")
_BY_KEY = re.compile(
    r"\b(?:prisma\.)?(\w+)\.(?:findUnique\w*|findFirst\w*|findOne\w*|update|delete)\(\s*\{\s*where:\s*\{\s*id(?::\s*\w+)?\s*\}"
)
_SCOPED = re.compile(
    r"where:\s*\{\s*id(?::\s*\w+)?,\s*(\w+)(?::\s*(?:session|user|req|request|ctx|context|auth)\b|\s*[,}])"
)
_EACH = re.compile(r"\.(?:map|forEach|flatMap)\(\s*async\s*\(?\s*\{?\s*(\w+)")
_ASKS = re.compile(
    r"await\s+(?:this\.)?[\w.]+\.(?:find\w*|First\w*|Single\w*|query|count|Count\w*|Any\w*|aggregate|Where|Load\w*)\("
)
_WRITES_ROW = re.compile(r"await\s+((?:this\.)?[\w.]+)\.(save|create|insert|update|upsert|SaveChangesAsync)\(")
_CHANGED = re.compile(
    r"\b(\w+)\.(\w+)\s*(?:[-+]=|\+\+|--)|\b(\w+)\.(\w+)\s*=\s*\3\.\4\s*[-+]|\b(?P<field>\w+):\s*(?P<row>\w+)[!?]?\.(?P=field)\s*[-+]"
)
_SAVED = re.compile(r"SaveChanges|\.save\(|\.update\(|\.flush\(")
_ASKED = re.compile(r"\.(?:Any|AnyAsync|FirstOrDefault\w*|SingleOrDefault\w*|Find\w*|findOne\w*|findUnique|findFirst|findBy\w*|count|Count\w*|exist\w*)\(")  # fmt: skip
_READ = re.compile(
    r"\b(?:var|const|let)\s+(\w+)\s*=\s*(?:await\s+)?[\w.<>()]*\.(?:First\w*|Single\w*|Find\w*|find\w*)\("
)
_ADDED = re.compile(r"\.(?:Add|AddAsync|create|save|insert)\(")
_GUARDED = re.compile(r"SERIALIZABLE|Serializable|pessimistic|FOR UPDATE|UPDLOCK|IsRowVersion|\[Timestamp\]|ConcurrencyCheck|IsConcurrencyToken|VersionColumn")  # fmt: skip


def scopes_of(text: str) -> tuple[Scope, ...]:
    """Methods and functions by the line that opens them; each reaches to the next."""
    found: list[tuple[int, str]] = []
    owner = ""
    for line in lines_of(text):
        if match := _CLASS.search(line.text):
            owner = match.group(1)
            found.append((line.start, ""))
        elif match := _METHOD.match(line.text):
            name = next((group for group in match.groups() if group), "")
            if name and name not in _KEYWORDS:
                found.append((line.start, f"{owner}.{name}" if owner else name))
    ends = [start for start, _ in found[1:]] + ([len(text)] if found else [])
    return tuple(Scope(name, start, end) for (start, name), end in zip(found, ends, strict=True) if name)


def clike_traits(text: str, members: Mapping[str, str]) -> tuple[Trait, ...]:
    """`members` are the models by the name of a property of theirs, so that a change is said of its model."""
    found: list[Trait] = [*raw_traits(text)]
    for scope in scopes_of(text):
        lines = [Line(line.text, line.start + scope.start) for line in lines_of(text[scope.start : scope.end])]
        body = "\n".join(line.text for line in lines)
        found += _loops(lines)
        found += _by_key_alone(text, scope)
        found += clike_transactions(lines)
        found += client_traits(text[scope.start : scope.end], lines)
        if not _GUARDED.search(text):
            found += _changes(lines, body, members)
            found += _checks(lines, scope.name)
            found += _decides(lines, body, members)
    return tuple(found)


def _by_key_alone(text: str, scope: Scope) -> Iterator[Trait]:
    """A row got by the key that was sent, where other places of the same text name its owner beside the key."""
    scoped = _SCOPED.search(text)
    for line in lines_of(text[scope.start : scope.end]) if scoped else ():
        match = _BY_KEY.search(line.text)
        if match and scoped:
            place = Line(line.text, line.start + scope.start).place
            yield Trait("unscoped_lookup", scope.name, place, f"{match.group(1)} ({scoped.group(1)})")


def _loops(lines: list[Line]) -> Iterator[Trait]:
    for position, line in enumerate(lines):
        match, each = _LOOP.search(line.text), _EACH.search(line.text)
        if match is None and each is None:
            continue
        row, over = match.groups() if match else ((each[1], "") if each else ("", ""))
        inside = [*([line] if each else []), *_block(lines[position:])]
        queried = re.search(r"\b(?:db|context|_context|_db|ctx|repo\w*|\w*Repository|prisma)\b\.|\.ToList|await", over)
        included = ".Include(" in over or "relations" in over
        for other in inside:
            deep = re.search(rf"\b{row}\.([A-Za-z]\w*)\.([A-Za-z]\w*)\b(?!\s*\()", other.text)
            asks = _ASKS.search(other.text)
            if written := _WRITES_ROW.search(other.text):
                yield Trait("row_by_row_save", written.group(1), other.place, written.group(2))
                break
            if (deep and queried and not included) or (asks and row in other.text):
                if deep:
                    yield Trait("lazy_loop", f"{row}.{deep.group(1)}", other.place, deep.group(1))
                elif asks:
                    yield Trait("query_loop", asks.group().removeprefix("await").strip(" ("), other.place)
                break


def _block(lines: list[Line]) -> list[Line]:
    """The lines that the first one opens, at most a dozen; the next line alone where it opens none."""
    depth, found = 0, list[Line]()
    for number, line in enumerate(lines[:13]):
        depth += line.text.count("{") - line.text.count("}")
        if number:
            found.append(line)
            if depth <= 0:
                break
    return found


def _changes(lines: list[Line], body: str, members: Mapping[str, str]) -> Iterator[Trait]:
    if not _SAVED.search(body):
        return
    for line in lines:
        match = _CHANGED.search(line.text)
        name = (match.group(2) or match.group(4) or match["field"]) if match else ""
        owner = (match.group(1) or match.group(3) or match["row"]) if match else ""
        if name and owner != "this":
            yield Trait("read_modify_write", f"{members.get(name, owner)}.{name}", line.place)


def _decides(lines: list[Line], body: str, members: Mapping[str, str]) -> Iterator[Trait]:
    """A row is read, a property of it is tested, and then the same property is set and saved."""
    read = {m.group(1) for line in lines if (m := _READ.search(line.text))} if _SAVED.search(body) else set()
    tested: dict[tuple[str, str], Line] = {}
    for line in lines:
        written = re.search(r"\bdata:\s*\{\s*(\w+)\s*:", line.text)
        told = next((key for key in tested if written and key[1] == written[1]), None)
        if told is not None:
            yield Trait("read_modify_write", f"{members.get(told[1], told[0])}.{told[1]}", tested.pop(told).place)
        set_ = re.match(r"(\w+)!?\.(\w+)\s*=[^=]", line.text)
        if set_ and (found := tested.pop((set_.group(1), set_.group(2)), None)):
            yield Trait(
                "read_modify_write", f"{members.get(set_.group(2), set_.group(1))}.{set_.group(2)}", found.place
            )
        elif re.match(r"(?:else\s+)?if\s*\(", line.text):
            tested |= {
                (m.group(1), m.group(2)): line
                for m in re.finditer(r"\b(\w+)[!?]?\.(\w+)", line.text)
                if m.group(1) in read
            }


def _checks(lines: list[Line], scope: str) -> Iterator[Trait]:
    asked = next((line for line in lines if _ASKED.search(line.text)), None)
    tested = any(re.match(r"if\s*\(", line.text) for line in lines)
    added = next((line for line in lines if _ADDED.search(line.text) and asked and line.start > asked.start), None)
    if asked and tested and added:
        yield Trait("check_then_act", scope, asked.place, "insert")
