"""Queries that aggregate or repeat: sums over multiplied rows, subqueries per row, distinct over a product, union that sorts."""

from collections.abc import Iterable

from sqlglot import exp

from kb.schema import Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.statement import aliases, place_of, shown
from service.analysis.review.subject import Subject

_JOINS = "patterns/join-strategies"


def multiplied_sum(subject: Subject) -> Iterable[Hit]:
    """Two children of one parent joined in one aggregate."""
    for query in subject.artefacts.queries:
        for select in query.tree.find_all(exp.Select):
            joins = select.args.get("joins") or ()
            sums = [a for a in select.find_all(exp.Sum, exp.Count, exp.Avg) if not isinstance(a.this, exp.Distinct | exp.Star)]  # fmt: skip
            if len(joins) < 2 or not sums:
                continue
            known = aliases(subject, select)
            parents = _by_conditions(select)
            for name, table in known.items():
                for key in table.keys_of("foreign"):
                    if any(other.name == key.target and alias != name for alias, other in known.items()):
                        parents.setdefault(key.target, []).append(table.name)
            for parent, children in parents.items():
                if len(set(children)) >= 2:
                    yield Hit(
                        f"{shown(query)}: {', '.join(a.sql() for a in sums)} over {' and '.join(dict.fromkeys(children))}",
                        place_of(query),
                        f"{' and '.join(dict.fromkeys(children))} are both joined to {parent} and then summed, so rows multiply (fan-out) and the sums are too large; aggregate each child in a subquery first",
                        "three lines and two payments of an order make six rows, and each amount counts twice or three times",
                    )


def _by_conditions(select: exp.Select) -> dict[str, list[str]]:
    """Children by their parent, told by ON child.parent_id = parent.id alone, where the schema is not given."""
    found: dict[str, list[str]] = {}
    for join in select.args.get("joins") or ():
        name = join.this.alias_or_name.lower() if isinstance(join.this, exp.Table) else ""
        for node in (join.args.get("on") or exp.true()).find_all(exp.EQ):
            sides = [side for side in (node.this, node.expression) if isinstance(side, exp.Column)]
            own = next((s for s in sides if s.table.lower() == name), None)
            other = next((s for s in sides if s.table.lower() != name), None)
            if own is None or other is None or own.name.lower() == "id" or not own.name.lower().endswith("id"):
                continue
            if other.name.lower() in ("id", own.name.lower()):
                found.setdefault(other.table.lower(), []).append(join.this.name)
    return found


def repeated_sum(subject: Subject) -> Iterable[Hit]:
    """A sum over a column of the parent while its children are joined: each row counts once per child."""
    for query in subject.artefacts.queries:
        for select in query.tree.find_all(exp.Select):
            known = aliases(subject, select)
            joined = [j.this.alias_or_name.lower() for j in select.args.get("joins") or () if isinstance(j.this, exp.Table)]  # fmt: skip
            for total in select.find_all(exp.Sum, exp.Avg):
                columns = list(total.find_all(exp.Column))
                own = {c.table.lower() for c in columns if c.table}
                if len(own) != 1 or isinstance(total.this, exp.Distinct):
                    continue
                parent = known.get(next(iter(own)))
                child = next((known[name] for name in joined if name in known and name not in own and parent is not None and _child_of(known[name], parent.name)), None)  # fmt: skip
                if parent is None or child is None or len(joined) > 1:
                    continue
                yield Hit(
                    f"{shown(query)}: {total.sql()} over {child.name}",
                    place_of(query),
                    f"{total.sql()} adds a column of {parent.name} once for every joined row of {child.name} (fan-out), so the sum is too large; aggregate {child.name} in a subquery first, or ask with EXISTS",
                    "a row with three children counts three times",
                )


def _child_of(table: Table, parent: str) -> bool:
    """Whether it points at the parent by columns that are not unique in it."""
    keys = [key for key in table.keys_of("foreign") if key.target == parent]
    unique = [set(key.columns) for key in table.keys_of("primary", "unique")]
    return any(not any(columns <= set(key.columns) for columns in unique) for key in keys)


def subquery_per_row(subject: Subject) -> Iterable[Hit]:
    for query in subject.artefacts.queries:
        if not isinstance(query.tree, exp.Select):
            continue
        inner = [e for e in query.tree.expressions if isinstance(e.unalias(), exp.Subquery)]
        limited = query.tree.args.get("limit") is not None
        if inner and not limited:
            yield Hit(
                shown(query),
                place_of(query, inner[0].find(exp.Table)),
                f"{len(inner)} correlated subquer{'y runs' if len(inner) == 1 else 'ies run'} once per row of the result (row by row); join an aggregate, or use a lateral join",
                "fine for twenty rows, minutes for a million",
                severity="medium" if len(inner) > 1 else "low",
            )


def distinct_after_join(subject: Subject) -> Iterable[Hit]:
    for query in subject.artefacts.queries:
        for select in query.tree.find_all(exp.Select):
            joins = select.args.get("joins") or ()
            named = {c.table.lower() for e in select.expressions for c in e.find_all(exp.Column) if c.table}
            others = [j.this.alias_or_name.lower() for j in joins if isinstance(j.this, exp.Table)]
            if select.args.get("distinct") and others and named and not named & set(others):
                yield Hit(
                    shown(query),
                    place_of(query),
                    "DISTINCT removes the duplicates that the join made; ask whether a row exists with EXISTS instead",
                    "all pairs are built and sorted only to be thrown away",
                    severity="medium",
                )


def newest_of_each(subject: Subject) -> Iterable[Hit]:
    """DISTINCT ON over a whole table, for its newest row per something."""
    for query in subject.artefacts.queries:
        for select in query.tree.find_all(exp.Select):
            distinct = select.args.get("distinct")
            if distinct is None or distinct.args.get("on") is None or select.args.get("where") is not None:
                continue
            yield Hit(
                f"{shown(query)}: DISTINCT ON",
                place_of(query),
                "DISTINCT ON reads every row of the table to keep the newest of each; ask once per parent with a lateral join and LIMIT 1 over the index, or keep the current state in a table of its own that each insert upserts",
                "the time grows with the history and not with the number of things that are shown",
            )


def union_sorts(subject: Subject) -> Iterable[Hit]:
    for query in subject.artefacts.queries:
        node = query.tree.find(exp.Union)
        if node is not None and node.args.get("distinct") is not False and not node.find_ancestor(exp.CTE):
            yield Hit(
                shown(query),
                place_of(query),
                "UNION sorts or hashes all rows to remove duplicates; write UNION ALL where the parts cannot overlap",
                "the result is held in memory or on disk before the first row is sent",
                severity="low",
            )


AGGREGATE = (
    Rule("multiplied-sum", "query", "high", f"{_JOINS}#two-children-multiply", multiplied_sum),
    Rule("repeated-sum", "query", "high", f"{_JOINS}#two-children-multiply", repeated_sum),
    Rule("subquery-per-row", "query", "medium", f"{_JOINS}#correlated-subqueries", subquery_per_row),
    Rule("distinct-after-join", "query", "medium", f"{_JOINS}#ask-whether-with-exists", distinct_after_join),
    Rule("newest-of-each", "query", "medium", f"{_JOINS}#correlated-subqueries", newest_of_each),
    Rule("union-sorts", "query", "low", f"{_JOINS}#ask-whether-with-exists", union_sorts),
)  # fmt: skip
