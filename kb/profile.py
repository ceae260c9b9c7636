"""Checks of what only one kind has: typed facts and scores, shapes, options and cells, the parts of a design, items."""

from collections.abc import Iterator

from kb.calculation import check_block
from kb.ddl import parse_schema
from kb.diagram import diagram_entities
from kb.entry import OWN_WORD, Shape
from kb.errors import Fault, QuantityError
from kb.kinds import Checklist, Design, Pattern, Technology, Tradeoff
from kb.quantity import parse_quantity
from kb.shelf import LoadedEntry, Shelf, statements_of
from kb.vocabulary import FactTerm


def check_related(loaded: LoadedEntry, shelf: Shelf) -> Iterator[Fault]:
    """`related`, `uses`, `hosts` and `store` name entries that exist."""
    meta, front = loaded.entry.meta, loaded.front
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("related", number), each) for number, each in enumerate(meta.related)
    ]
    if isinstance(meta, Technology):
        named += [(("hosts", number), each) for number, each in enumerate(meta.hosts)]
    if isinstance(meta, Design):
        named += [(("uses", number), each) for number, each in enumerate(meta.uses)]
        named.append((("store",), meta.store))
        if not meta.store.startswith("technologies/"):
            yield Fault(front.line("store"), f"'store' is {meta.store!r}: name an entry of technologies/")
    for path, each in named:
        if each == loaded.entry.id:
            yield Fault(front.line(*path), f"{path[0]!r} names the entry itself: remove it")
        elif each not in shelf.kb.entries:
            yield Fault(
                front.line(*path), f"{path[0]!r} names {each!r}, which is no entry: use the id of one that exists"
            )


def check_facts(loaded: LoadedEntry, shelf: Shelf) -> Iterator[Fault]:
    """Typed facts are of the closed vocabulary, and none rests on judgement."""
    meta = loaded.entry.meta
    if not isinstance(meta, Technology):
        return
    for name, fact in meta.facts.items():
        term = shelf.vocabulary.facts.get(name)
        line = loaded.front.line("facts", name)
        if term is None:
            yield Fault(
                line, f"fact {name!r} is not in kb/terms/facts.yaml: use one of {', '.join(shelf.vocabulary.facts)}"
            )
            continue
        wrong = _wrong_value(term, fact.value)
        if wrong:
            yield Fault(line, wrong)
        if fact.source in OWN_WORD:
            yield Fault(line, f"fact {name!r} rests on {fact.source!r}: hard constraints test it, so cite a source")


def _wrong_value(term: FactTerm, value: object) -> str:
    if not term.quantity:
        known = isinstance(value, str) and value in term.values
        return (
            ""
            if known
            else f"fact {term.name!r} is {value!r}: use one of {', '.join(map(repr, term.values))}, in quotes"
        )
    try:
        parse_quantity(str(value), term.quantity)
    except QuantityError as error:
        return f"fact {term.name!r}: {error}"
    return ""


def check_scores(loaded: LoadedEntry, shelf: Shelf) -> Iterator[Fault]:
    """A data store is scored on every criterion; a tool has facts only."""
    meta = loaded.entry.meta
    if not isinstance(meta, Technology) or not (meta.data_models or meta.scores):
        return
    line = loaded.front.line("scores")
    missing = [criterion for criterion in shelf.vocabulary.criteria if criterion not in meta.scores]
    if missing:
        yield Fault(
            line,
            f"scores for {', '.join(missing)} are missing: a data store has all ten (a tool has no 'data_models' and no scores)",
        )
    for criterion, score in meta.scores.items():
        if criterion not in shelf.vocabulary.criteria:
            yield Fault(
                loaded.front.line("scores", criterion),
                f"criterion {criterion!r} is not in kb/terms/criteria.yaml: remove it or mend its spelling",
            )
        for name in score.facts:
            if name not in meta.facts:
                yield Fault(
                    loaded.front.line("scores", criterion),
                    f"the score of {criterion!r} rests on fact {name!r}, which is not given under 'facts'",
                )


def check_shape(loaded: LoadedEntry, shelf: Shelf) -> Iterator[Fault]:
    """The shape is known and all its roles are filled."""
    meta = loaded.entry.meta
    shape: Shape | None = meta.shape if isinstance(meta, Design | Pattern) else None
    if shape is None:
        return
    line = loaded.front.line("shape")
    term = shelf.vocabulary.shapes.get(shape.name)
    if term is None:
        yield Fault(
            line,
            f"shape {shape.name!r} is not in kb/terms/shapes.yaml: use one of {', '.join(shelf.vocabulary.shapes)}",
        )
        return
    for role in shape.roles:
        if role not in term.roles:
            yield Fault(line, f"shape {shape.name!r} has no role {role!r}: its roles are {', '.join(term.roles)}")
    missing = [role for role in term.roles if role not in shape.roles]
    if missing:
        yield Fault(line, f"shape {shape.name!r} leaves the roles {', '.join(missing)} open: say what fills them here")


def check_options(loaded: LoadedEntry, shelf: Shelf) -> Iterator[Fault]:
    """Options that look like entries are entries; cells stand in the grid of options and criteria, once each."""
    meta, front = loaded.entry.meta, loaded.front
    if not isinstance(meta, Tradeoff):
        return
    for number, option in enumerate(meta.options):
        if "/" in option and option not in shelf.kb.entries:
            yield Fault(
                front.line("options", number),
                f"option {option!r} is no entry: use the id of one that exists, or a plain name",
            )
    seen: set[tuple[str, str]] = set()
    for number, cell in enumerate(meta.cells):
        line = front.line("cells", number)
        if cell.option not in meta.options:
            yield Fault(line, f"the cell's option {cell.option!r} is not among 'options': add it or mend its spelling")
        if cell.criterion in shelf.vocabulary.criteria:
            yield Fault(
                line,
                f"the cell repeats the criterion {cell.criterion!r} of the vocabulary: it is generated from the profiles, remove the cell",
            )
        elif cell.criterion not in meta.criteria:
            yield Fault(
                line, f"the cell's criterion {cell.criterion!r} is not among 'criteria': add it or mend its spelling"
            )
        if (cell.option, cell.criterion) in seen:
            yield Fault(line, f"the cell of {cell.option!r} and {cell.criterion!r} stands twice: keep one")
        seen.add((cell.option, cell.criterion))


def check_items(loaded: LoadedEntry, shelf: Shelf) -> Iterator[Fault]:
    """An item says what to check, why and how, with a source; or names the rule that checks it."""
    meta = loaded.entry.meta
    if not isinstance(meta, Checklist):
        return
    seen: set[str] = set()
    for number, item in enumerate(meta.items):
        line = loaded.front.line("items", number)
        if item.rule:
            if not _rule_exists(item.rule, shelf):
                yield Fault(
                    line, f"item names the rule {item.rule!r}, which does not exist: write <kind>/<slug>#<rule id>"
                )
            continue
        missing = [name for name in ("id", "check", "why", "how_to_verify", "source") if not getattr(item, name)]
        if missing:
            yield Fault(
                line,
                f"item {item.id or number + 1!r} lacks {', '.join(map(repr, missing))}: fill them, or name the 'rule' that checks it",
            )
        if item.id and item.id in seen:
            yield Fault(line, f"item id {item.id!r} stands twice: rename one")
        seen.add(item.id)


def _rule_exists(name: str, shelf: Shelf) -> bool:
    entry_id, _, rule_id = name.partition("#")
    entry = shelf.kb.entries.get(entry_id)
    return entry is not None and any(rule.id == rule_id for rule in entry.meta.guidance)


def check_calculations(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """Every `calc` fence is recomputed."""
    for _section, block, _statement in statements_of(loaded):
        if block.fence and block.fence.language == "calc":
            yield from (
                Fault(block.fence.line + problem.line, problem.text) for problem in check_block(block.fence.code)
            )


def check_diagram(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """The entities of an entry's ERD are the tables of its own PostgreSQL."""
    fences = [block.fence for _section, block, _statement in statements_of(loaded) if block.fence]
    diagrams = [
        fence for fence in fences if fence.language == "mermaid" and fence.code.lstrip().startswith("erDiagram")
    ]
    if not diagrams:
        if isinstance(loaded.entry.meta, Design):
            yield Fault(
                loaded.body.title_line,
                "the design has no 'mermaid' fence with an erDiagram: draw the tables of its schema under 'Diagram'",
            )
        return
    created = {
        fence.line: _tables("\n".join(f.code for f in fences if f.engine == "postgresql" and not f.hidden))
        for fence in diagrams
    }
    for fence in diagrams:
        tables, entities = created[fence.line], {entity.lower() for entity in diagram_entities(fence.code)}
        if tables and entities - tables:
            yield Fault(
                fence.line,
                f"the diagram shows {', '.join(sorted(entities - tables))}, which no SQL here creates: draw the tables of the schema",
            )
        if tables - entities:
            yield Fault(fence.line, f"the diagram leaves out {', '.join(sorted(tables - entities))}", warning=True)


def _tables(sql: str) -> set[str]:
    return {table.name.lower() for table in parse_schema(sql, "postgresql").tables if not table.partition_of}
