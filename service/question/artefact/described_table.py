r"""Tables as a client describes them, `\d orders` of psql and DESCRIBE of MySQL, written as the statement that makes them."""

import re
from collections.abc import Iterator

_TITLE = re.compile(r'^\s*(?:Partitioned table|Unlogged table|Table) "(?P<name>[\w.]+)"\s*$')
_HEADER = re.compile(r"^\s*Column\s*\|\s*Type\s*\|")
_DRAWN = re.compile(r"^[-+ ]*-[-+ ]*$")
_KEY = re.compile(r'^\s+"(?P<name>[^"]+)" (?P<what>PRIMARY KEY|UNIQUE CONSTRAINT|UNIQUE)?,?\s*(?P<method>\w+) (?P<rest>\(.+)$')  # fmt: skip
_NAMED = re.compile(r'^\s+"(?P<name>[^"]+)" (?P<body>(?:FOREIGN KEY|CHECK)\s*\(.+)$')
_PART = re.compile(r"^(?:Indexes|Foreign-key constraints|Check constraints|Referenced by|Triggers|Partition key|Partitions|Number of partitions|Policies|Publications|Access method|Inherits|Tablespace|Replica Identity)\b.*$")  # fmt: skip
_FIELD = re.compile(r"^\|\s*Field\s*\|\s*Type\s*\|\s*Null\s*\|\s*Key\s*\|")
_ROW = re.compile(r"^\|(?P<cells>(?:[^|]*\|){6})\s*$")
_RULE = re.compile(r"^\+[-+]+\+\s*$")
_COUNT = re.compile(r"^\d+ rows? in set\b.*$")
_ASKED = re.compile(r"^\W*(?:\w+>\s*)?(?:desc(?:ribe)?|show (?:full )?columns (?:from|in))\s+`?(?P<name>\w+)`?\s*;?\s*$", re.IGNORECASE)  # fmt: skip


def described_tables(text: str) -> Iterator[tuple[int, int, str]]:
    """The characters of each description, and the statement; its lines are those of the description, one for one."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    at = 0
    while at < len(lines):
        read = _postgresql(lines, at) or _mysql(lines, at)
        if read is None:
            at += 1
            continue
        end, statement = read
        yield starts[at], starts[end - 1] + len(lines[end - 1].rstrip("\n")), statement
        at = end


def _postgresql(lines: list[str], at: int) -> tuple[int, str] | None:
    title = _TITLE.match(lines[at])
    if title is None or at + 1 >= len(lines) or not _HEADER.match(lines[at + 1]):
        return None
    name = ".".join(_written(each) for each in title["name"].split("."))
    made, after, end, part = [f"CREATE TABLE {name} (", ""], "", at + 2, ""
    for line in lines[at + 2 :]:
        cells = [cell.strip() for cell in line.split("|")]
        if _DRAWN.match(line.strip("\n")) and line.strip():
            made.append("")
        elif not part and len(cells) >= 4 and cells[0]:
            made.append(
                _column(_written(cells[0]), cells[1], "not null" in cells[2:], cells[4] if len(cells) > 4 else "")
            )
        elif found := _PART.match(line):
            part = found.group()
            made.append("")
        elif part and line.startswith((" ", "\t")) and line.strip():
            element, index = ("", "") if part.startswith("Referenced") else _element(line, name)
            made.append(element)
            after += index
        else:
            break
        end += 1
    return end, _closed(made, after)


def _element(line: str, table: str) -> tuple[str, str]:
    """A constraint as a line of the statement, or an index as a statement behind it."""
    if named := _NAMED.match(line):
        return f", CONSTRAINT {named['name']} {named['body'].replace(' NOT VALID', '')}", ""
    key = _KEY.match(line)
    if key is None:
        return "", ""
    if key["what"] in ("PRIMARY KEY", "UNIQUE CONSTRAINT"):
        return f", CONSTRAINT {key['name']} {key['what'].removesuffix(' CONSTRAINT')} {key['rest']}", ""
    unique = "UNIQUE " if key["what"] else ""
    return "", f" CREATE {unique}INDEX {key['name']} ON {table} USING {key['method']} {key['rest']};"


def _mysql(lines: list[str], at: int) -> tuple[int, str] | None:
    """DESCRIBE has the name of its table only in the command above it."""
    asked = _ASKED.match(lines[at])
    if not asked and not _RULE.match(lines[at]):
        return None
    head = next((n for n in range(at, min(at + 3, len(lines))) if _FIELD.match(lines[n])), None)
    if head is None:
        return None
    rows = [line.rstrip() for line in lines[head + 1 :]]
    count = next((n for n, line in enumerate(rows) if not _ROW.match(line) and not _RULE.match(line)), len(rows))
    end = head + 1 + count + (1 if count < len(rows) and _COUNT.match(rows[count]) else 0)
    fields = [[cell.strip() for cell in row["cells"].split("|")] if (row := _ROW.match(line)) else [] for line in rows[:count]]  # fmt: skip
    keys = ", ".join(cells[0] for cells in fields if cells and cells[3] == "PRI")
    made = [f"CREATE TABLE {asked['name'] if asked else 'described'} (", *("" for _ in range(at, head))]
    made += [_field(*cells[:6]) if cells else "" for cells in fields]
    # The dialect is told by a word, where no type tells it.
    return end, _closed(made, " -- mysql", f", PRIMARY KEY ({keys})" if keys else "")


def _field(name: str, kind: str, null: str, _key: str, default: str, extra: str) -> str:
    given = "" if default == "NULL" or not re.fullmatch(r"[\w.-]+", default) else default
    plain = re.fullmatch(r"-?[\d.]+|CURRENT_TIMESTAMP", given, re.IGNORECASE) is not None
    counted = " AUTO_INCREMENT" if "auto_increment" in extra else ""
    return _column(name, kind + counted, null == "NO", given if plain or not given else f"'{given}'")


def _written(name: str) -> str:
    """psql prints names bare that have to be quoted."""
    return name if re.fullmatch(r"[a-z_][a-z0-9_$]*", name) else f'"{name}"'


def _column(name: str, kind: str, required: bool, default: str) -> str:
    identity = default.upper() if default.startswith("generated ") else ""
    default = re.sub(r"::[\w ]+(?:\(\d+\))?$", "", default)
    given = f" DEFAULT {default}" if default and not identity else f" {identity}" if identity else ""
    return f", {name} {kind}{' NOT NULL' if required else ''}{given}"


def _closed(made: list[str], after: str, closing: str = "") -> str:
    first = next((n for n, line in enumerate(made) if line.startswith(", ")), None)
    if first is not None:
        made[first] = made[first][2:]
    return "\n".join(made) + f"{closing});{after}"
