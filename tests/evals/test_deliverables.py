"""Every checker says yes to what is there, and no, with the reason, to what only looks like it."""

from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import get_args

import psycopg
import pytest
from pydantic import TypeAdapter

from evals import expectations as ex
from evals.deliverables import Exam, Verdict, check, recommended
from evals.scratch_database import unrunnable
from evals.units import prose_words, units
from kb.postgres import Cluster
from kb.vocabulary import Vocabulary
from service.answer import advice as parts
from service.answer.advice import Advice, AdviceSection, BlockUnion, Claim

READ: TypeAdapter[ex.Expectation] = TypeAdapter(ex.Expectation)
JUDGED = parts.Judged(section="patterns/queue#problem")
ERD = "erDiagram\n  SHOP ||--o{ SHOP_ORDER : takes\n"


def say(text: str, support: parts.Support = JUDGED) -> Claim:
    return Claim(text=text, support=support, citations=(1,))


def prose(*texts: str) -> parts.Paragraph:
    return parts.Paragraph(claims=tuple(map(say, texts)))


def items(*texts: str) -> parts.ListBlock:
    return parts.ListBlock(claims=tuple(map(say, texts)))


def table(header: str, *rows: str) -> parts.Table:
    cells = tuple(tuple(cell.strip() for cell in row.split("|")) for row in rows)
    return parts.Table(
        header=tuple(h.strip() for h in header.split("|")), rows=cells, claims=tuple(say(row) for row in rows)
    )


def sql(text: str, dialect: str = "postgresql") -> parts.Code:
    return parts.Code(language="sql", dialect=dialect, status="parsed", claims=(say(text),))


def drawn(text: str) -> parts.Diagram:
    return parts.Diagram(claims=(say(text),))


def section(*blocks: BlockUnion, kind: str = "schema", title: str = "Schema") -> AdviceSection:
    return AdviceSection.model_validate({"kind": kind, "title": title, "blocks": blocks})


def answer(*sections: AdviceSection, summary: tuple[Claim, ...] = (), **more: object) -> Advice:
    understood = parts.Understanding(intents=(), facts=(), assumptions=(), not_taken_into_account=())
    told = {
        "id": "1", "question": "How?", "understanding": understood, "clarifying_questions": (), "summary": summary,
        "sections": sections, "citations": (), "alternatives": (), "edition": "e", "composer": "c",
        "confidence": parts.Confidence(level="high", reason="it is"),
    }  # fmt: skip
    return Advice.model_validate({**told, **more})


def lead(*texts: str) -> Advice:
    return answer(summary=tuple(map(say, texts)))


def understanding(**more: object) -> parts.Understanding:
    empty = {"intents": (), "facts": (), "assumptions": (), "not_taken_into_account": ()}
    return parts.Understanding.model_validate({**empty, **more})


def fact(attribute: str, value: str) -> parts.UnderstoodFact:
    return parts.UnderstoodFact(attribute=attribute, value=value, phrase=value, origin="stated")


def phase(title: str, *texts: str) -> AdviceSection:
    return section(prose(*texts), kind="migration", title=title)


def question(id: str, text: str) -> parts.ClarifyingQuestion:
    return parts.ClarifyingQuestion(id=id, text=text, why="it decides", options=(), default="one", changes={})


CALCULATED = parts.Computed(formula="rows", inputs={"rate": "5/s"}, result="432,000")
TOTAL = say("432,000 rows a day", CALCULATED)
CONNECTED = parts.Connective(name="recommend_only")
SHOP = sql("CREATE TABLE shop (id bigint PRIMARY KEY); CREATE TABLE shop_order (id bigint);")
GONE = parts.NotTaken(text="event sourcing", reason="no entry covers it")
INDEXES = (
    "CREATE INDEX a ON t (x); -- serves Q1",
    "CREATE UNIQUE INDEX b ON t (y);",
    "ALTER TABLE t ADD EXCLUDE USING gist (z WITH &&);",
)

# Of each kind: what is expected, an answer that has it, one that does not, and what the refusal says.
CHECKED: tuple[tuple[Mapping[str, object], Advice, Advice, str], ...] = (
    ({"kind": "decision", "one_of": ["PostgreSQL"], "rejects": ["MongoDB"]},
     lead("Use Postgres for this."),
     lead("MongoDB first, then PostgreSQL."), "recommends mongodb before postgresql"),
    ({"kind": "decision", "one_of": ["PostgreSQL"]},
     lead("Use PostgreSQL rather than MongoDB."),
     lead("Use MongoDB, not PostgreSQL."), "recommends mongodb, not PostgreSQL"),
    ({"kind": "decision", "one_of": ["Redis"]},
     lead("Redis holds the counters."),
     lead("It depends. Redis cannot do it."), "recommends nothing"),
    ({"kind": "ddl", "tables": [["shop"], ["order*", "shop_order"]]},
     answer(section(SHOP)),
     answer(section(sql("CREATE TABLE shop (id bigint);"))), "lacks a table for order*"),
    ({"kind": "ddl", "tables": []}, answer(section(SHOP)), answer(section(sql("SELECT 1", "mysql"))), "shows no SQL"),
    ({"kind": "indexes", "at_least": 3},
     answer(section(*map(sql, INDEXES))),
     answer(section(sql(INDEXES[0]))), "1 index definitions"),
    ({"kind": "indexes", "at_least": 2},
     answer(section(table("index | serves", "a (x) | Q1", "b (y) | Q2"), kind="indexes")),
     answer(section(table("index | columns", "a | x", "b | y"), kind="indexes")), "0 rows that say what they serve"),
    ({"kind": "comparison", "options": 2, "criteria": 3},
     answer(section(table("criterion | A | B", "cost | 1 | 2", "speed | 2 | 1", "size | 3 | 3"))),
     answer(section(table("criterion | A", "cost | 1", "speed | 2", "size | 3"))), "no table of 2 options by 3 criteria among 1"),
    ({"kind": "comparison", "options": 2, "criteria": 3},
     answer(section(table("option | cost | speed | size", "A | 1 | 2 | 3", "B | 2 | 1 | 3"))),
     answer(section(prose("A is better than B in cost, speed and size."))), "among 0"),
    ({"kind": "phases", "at_least": 2},
     answer(phase("Phase 1: copy", "Roll back by dropping."), phase("Plan: 2. Switch", "After this, no rollback.")),
     answer(phase("Phase 1: copy", "Roll back by dropping."), phase("Phase 2: switch", "Switch.")), "no way back in 'Phase 2: switch'"),
    ({"kind": "phases", "at_least": 2},
     answer(phase("Step 1", "Undo it."), phase("Stage 2", "Revert it.")),
     answer(phase("Phase 1", "Undo it."), phase("Phases", "Abort if so.")), "1 phases"),
    ({"kind": "computed"},
     answer(section(parts.Calculation(title="Rows", claims=(TOTAL,)))),
     answer(section(parts.Table(header=("rows",), rows=(("432,000",),), claims=(TOTAL,)))), "0 computed"),
    ({"kind": "diagram", "entities": [["shop"], ["order", "shop_order"]]},
     answer(section(drawn(ERD))),
     answer(section(drawn("erDiagram\n  SHOP ||--o{ ITEM : has\n"))), "lacks order"),
    ({"kind": "diagram"}, answer(section(drawn(ERD))), answer(section(drawn("erDiagramm\n  A"))), "does not parse"),
    ({"kind": "diagram"}, answer(section(drawn(ERD))), answer(section(drawn("erDiagram\n"))), "lacks entities"),
    ({"kind": "diagram"}, answer(section(drawn(ERD))), answer(section(prose(ERD))), "no diagram"),
    ({"kind": "no_diagram"}, answer(section(prose(ERD))), answer(section(drawn(ERD))), "nobody asked for"),
    ({"kind": "caching"},
     answer(section(prose("The key is tenant:product.", "It expires after 60 seconds.", "Delete it on a write."), kind="caching")),
     answer(section(prose("Cache it under the key tenant:product."), kind="caching")), "says nothing of its lifetime, invalidation"),
    ({"kind": "monitoring", "at_least": 2},
     answer(section(items("Lag above 10 s", "Any deadlock"), kind="monitoring")),
     answer(section(items("Lag above 10 s", "Watch the load"), prose("Lag over 9 s"), kind="monitoring")), "1 metrics"),
    ({"kind": "rejected"},
     answer(section(prose("Take B-trees rather than hashes."))),
     answer(section(prose("Take B-trees."))), "0 alternatives, 0 turned down"),
    ({"kind": "rejected"},
     answer(alternatives=(parts.Alternative(name="MySQL", claims=(say("no exclusion constraints"),)),)),
     answer(section(table("option | for | against", "A | cheap and known to all | slow"), kind="tradeoffs")), "0 alternatives"),
    ({"kind": "code", "languages": ["sql", "python"]},
     answer(section(SHOP)),
     answer(section(prose("SELECT 1"))), "no language"),
    ({"kind": "sections", "kinds": ["schema", "indexes"]},
     answer(section(SHOP), section(prose("So."), kind="indexes")),
     answer(section(SHOP), section(kind="indexes")), "lacks indexes"),
    ({"kind": "lead", "says": ["exclusion constraint*"]},
     lead("An exclusion constraint forbids it."),
     answer(section(prose("An exclusion constraint forbids it."))), "says none of it"),
    ({"kind": "asks"}, answer(clarifying_questions=(question("rate", "How many?"),)), answer(), "0 questions"),
    ({"kind": "asks", "about": ["write rate"]},
     answer(clarifying_questions=(question("rate", "What is the write rate?"),)),
     answer(clarifying_questions=(question("money", "What may it cost?"),)), "1 questions: money"),
    ({"kind": "length", "most": 4},
     answer(section(prose("Four words of prose."), SHOP)),
     answer(section(prose("Five words of prose now."))), "5 words"),
    ({"kind": "recommends_only"},
     answer(summary=(say("This service recommends and plans.", CONNECTED),)),
     lead("This service recommends and plans."), "does not say"),
    ({"kind": "understood", "facts": {"db.size": "1 TB", "db.engine": "PostgreSQL"}},
     answer(understanding=understanding(facts=(fact("db.size", "1 TB"), fact("db.engine", "mysql, postgresql")))),
     answer(understanding=understanding(facts=(fact("db.size", "2 TB"),))), "db.size as 2 TB; db.engine as nothing"),
    ({"kind": "accounted", "texts": ["bees", "Honey"]},
     answer(section(prose("Bees first.")), understanding=understanding(not_taken_into_account=(parts.NotTaken(text="honey", reason="no fact"),))),
     answer(section(prose("Bees first."))), "lost: Honey"),
    ({"kind": "gap", "names": ["event sourcing"]},
     answer(understanding=understanding(not_taken_into_account=(GONE,))),
     lead("Event sourcing keeps all that happened."), "does not name the gap"),
    ({"kind": "judged"},
     answer(section(prose("So we think."))),
     answer(section(parts.Paragraph(claims=(TOTAL,)))), "0 claims"),
)  # fmt: skip


def verdict(
    expected: Mapping[str, object], advice: Advice, vocabulary: Vocabulary, cluster: Cluster | None = None
) -> Verdict:
    return check(READ.validate_python(expected), Exam(advice, vocabulary, cluster))


@pytest.mark.parametrize(("expected", "good", "bad", "reason"), CHECKED)
def test_a_checker_tells_what_is_there_from_what_is_not(
    expected: Mapping[str, object], good: Advice, bad: Advice, reason: str, vocabulary: Vocabulary
) -> None:
    assert verdict(expected, good, vocabulary).met
    refused = verdict(expected, bad, vocabulary)
    assert not refused.met
    assert reason in refused.reason


def kinds() -> Iterator[str]:
    for model in get_args(get_args(ex.Expectation)[0]):
        yield from get_args(model.model_fields["kind"].annotation)


def test_every_kind_of_expectation_is_checked_here() -> None:
    assert set(kinds()) == {str(expected["kind"]) for expected, *_ in CHECKED}


def test_an_empty_answer_brings_nothing(vocabulary: Vocabulary) -> None:
    met = {str(expected["kind"]) for expected, *_ in CHECKED if verdict(expected, answer(), vocabulary).met}
    assert met == {"no_diagram", "length"}


def test_technologies_are_recommended_in_the_order_of_the_summary(vocabulary: Vocabulary) -> None:
    advice = lead("Redis caches what PostgreSQL holds, without MongoDB.", "ClickHouse reports; Redis again.")
    assert recommended(advice, vocabulary) == ("redis", "postgresql", "clickhouse")


def test_sql_that_runs_on_a_real_server_is_met_and_its_tables_are_those_of_the_server(
    vocabulary: Vocabulary, postgres: Cluster
) -> None:
    expected = {"kind": "ddl", "tables": [["shop"], ["shop_order"]]}
    assert verdict(expected, answer(section(SHOP)), vocabulary, postgres).met
    commented = answer(section(sql("-- CREATE TABLE shop_order (id int);\nCREATE TABLE shop (id int);")))
    assert "lacks a table for shop_order" in verdict(expected, commented, vocabulary, postgres).reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("CREATE TABLE shop (id bigint PRIMARY KEY,, name text);", 'syntax error at or near ","'),
        ("CREATE TABLE shop (id bigint REFERENCES nowhere (id));", 'relation "nowhere" does not exist'),
        ("CREATE TABLE shop (id bigints);", 'type "bigints" does not exist'),
    ],
)
def test_sql_that_does_not_run_is_not_met_whatever_a_parser_thinks(
    text: str, reason: str, vocabulary: Vocabulary, postgres: Cluster
) -> None:
    refused = verdict({"kind": "ddl", "tables": [["shop"]]}, answer(section(sql(text))), vocabulary, postgres)
    assert not refused.met
    assert refused.reason.startswith("does not run: CREATE TABLE shop")
    assert reason in refused.reason


def test_statements_run_in_the_order_of_their_dependencies_and_nothing_else_runs(postgres: Cluster) -> None:
    blocks = (
        "CREATE INDEX late ON shop (name); DROP TABLE shop; CREATE TABLE line (shop_id int REFERENCES shop (id));",
        "CREATE TABLE shop (id int PRIMARY KEY, name text); INSERT INTO shop VALUES (1);",
        "CREATE TABLE shop (id int PRIMARY KEY); CREATE TYPE mood AS ENUM ('a'); CREATE TYPE mood AS ENUM ('a');",
    )
    assert unrunnable(postgres, blocks) == ((), frozenset({"shop", "line"}))


def test_what_never_runs_is_told_with_its_reason(postgres: Cluster) -> None:
    failures, tables = unrunnable(postgres, ("CREATE TABLE a (b int);\nCREATE INDEX i\n  ON a (c);",))
    assert failures == ('CREATE INDEX i ON a (c): column "c" does not exist',)
    assert tables == {"a"}


def test_a_server_that_is_gone_is_no_verdict(tmp_path: Path, vocabulary: Vocabulary) -> None:
    with pytest.raises(psycopg.OperationalError):
        verdict({"kind": "ddl", "tables": []}, answer(section(SHOP)), vocabulary, Cluster(tmp_path, count()))


def test_claims_are_read_with_their_headings_and_tables_row_by_row() -> None:
    advice = answer(
        section(prose("See [the *guide*](x.md) for `now()`."), table("a | b", "1 | 2 | 3"), sql("SELECT *_a_;"), title="T"),
        summary=(say("First."),),
        alternatives=(parts.Alternative(name="MySQL", claims=(say("Lost."),)),),
    )  # fmt: skip
    assert [(unit.heading, unit.block, unit.text) for unit in units(advice)] == [
        ("", "summary", "First."),
        ("T", "paragraph", "See the guide for now()."),
        ("T", "table", "a: 1; b: 2; 3"),
        ("T", "code", "SELECT *_a_;"),
        ("MySQL", "alternative", "Lost."),
    ]
    assert prose_words(advice) == 6
