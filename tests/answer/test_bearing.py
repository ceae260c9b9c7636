"""Which design bears a question: the one that most of what is near stands in."""

from collections.abc import Sequence

import pytest

from kb.entry import KnowledgeBase
from kb.vocabulary import load_vocabulary
from service.answer.bearing import bearing
from service.answer.fit import Fit, fit_all, names_move
from service.question.question import Question, understand
from service.question.request import AskRequest
from service.retrieval.hits import EntryHit, Hit, Retrieved

BOOKING, HOTEL = "designs/healthcare-appointments", "designs/hotel-reservations"
FITS: dict[str, Fit] = {BOOKING: "near", HOTEL: "subject"}
OTHER_WORDS = "Doctors offer slots, nobody may take the one of somebody else"


def asked(text: str) -> Question:
    return understand(AskRequest(question=text), load_vocabulary())


def found(entries: Sequence[str], dense: float = 0.5) -> Retrieved:
    hits = tuple(Hit(f"{entry}#s{n}", entry, 0.5, dense, 0.0, "section", "") for n, entry in enumerate(entries))
    return Retrieved(hits, tuple(EntryHit(entry, 0.5) for entry in dict.fromkeys(entries)), (), (), 0.5, True)


def borne(kb: KnowledgeBase, text: str, entries: Sequence[str], fits: dict[str, Fit] | None = None) -> str | None:
    entry = bearing(kb, asked(text), found(entries), fits or FITS)
    return entry.id if entry else None


@pytest.mark.parametrize(("sections", "expected"), [(7, BOOKING), (6, None)])
def test_a_case_in_other_words_is_borne_by_the_design_that_most_of_it_stands_in(
    sections: int, expected: str | None, real_kb: KnowledgeBase
) -> None:
    near = [BOOKING] * sections + ["patterns/cache-aside"] * (12 - sections)
    assert borne(real_kb, OTHER_WORDS, near) == expected


def test_a_word_for_the_whole_needs_fewer_sections(real_kb: KnowledgeBase) -> None:
    near = [BOOKING] * 4 + ["patterns/cache-aside"] * 8
    assert borne(real_kb, "Design a schema for slots of doctors", near) == BOOKING
    assert borne(real_kb, "Design a schema for slots of doctors", near[1:]) is None


def test_of_two_designs_the_one_with_more_sections_bears(real_kb: KnowledgeBase) -> None:
    assert borne(real_kb, OTHER_WORDS, [HOTEL] * 4 + [BOOKING] * 8) == BOOKING


@pytest.mark.parametrize(
    "text",
    [
        "Which database for slots of doctors?",
        "Oracle or PostgreSQL for slots of doctors?",
        "Is this right? CREATE TABLE slot (id int, doctor int);",
    ],
)
def test_a_choice_of_a_store_or_pasted_text_is_not_borne(text: str, real_kb: KnowledgeBase) -> None:
    assert borne(real_kb, text, [BOOKING] * 12) is None


def test_another_ones_move_and_what_is_no_design_bear_nothing(real_kb: KnowledgeBase) -> None:
    assert borne(real_kb, OTHER_WORDS, [BOOKING] * 12, {BOOKING: "foreign"}) is None
    assert borne(real_kb, OTHER_WORDS, ["patterns/cache-aside"] * 12) is None
    assert borne(real_kb, OTHER_WORDS, []) is None


UPGRADE, CLOUD = "playbooks/postgresql-major-upgrade", "playbooks/on-premises-to-cloud"
ATLAS, TABLES = "playbooks/mongodb-to-atlas", "playbooks/document-to-relational"


@pytest.mark.parametrize(
    ("text", "playbook"),
    [
        ("PostgreSQL 12 to 17 for a chain of bakeries, 900 GB", UPGRADE),
        ("We must upgrade our Postgres clusters to 18 this winter", UPGRADE),
        ("Bring the on-premises MySQL of a ski resort to RDS", CLOUD),
        (
            "account_id goes from int to bigint on a live table of 600M rows",
            "playbooks/online-schema-change-large-table",
        ),
        ("Split the shared database of our monolith into services", "playbooks/monolith-to-database-per-service"),
        ("orders.id goes from int to UUID and nine tables reference it", "playbooks/change-key-type"),
        ("self-hosted MongoDB 4.4 to Atlas, 800 GB", ATLAS),
    ],
)
def test_a_playbook_whose_move_is_named_bears_wherever_it_is_found(
    text: str, playbook: str, real_kb: KnowledgeBase
) -> None:
    near = ["technologies/postgresql"] * 11 + [playbook]
    question = asked(text)
    fits = fit_all(real_kb, question, found(near), "")
    assert fits[playbook] == "near"
    entry = bearing(real_kb, question, found(near), fits)
    assert entry is not None
    assert entry.id == playbook


def test_a_move_of_other_engines_is_of_the_same_kind_only(real_kb: KnowledgeBase) -> None:
    question = asked("Move 1 TB of SQL Server from our own data center to Azure SQL Database")
    assert fit_all(real_kb, question, found([CLOUD]), "")[CLOUD] == "shape"


def test_a_playbook_that_shares_one_end_is_not_meant_where_another_makes_the_move(real_kb: KnowledgeBase) -> None:
    fits = fit_all(real_kb, asked("Move from MongoDB to PostgreSQL, 400 GB"), found([ATLAS, TABLES], 0.7), "")
    assert (fits[ATLAS], fits[TABLES]) == ("subject", "near")


def test_a_playbook_near_in_words_is_meant_where_none_makes_the_move(real_kb: KnowledgeBase) -> None:
    fits = fit_all(real_kb, asked("Move from MongoDB to Couchbase, 400 GB"), found([ATLAS], 0.7), "")
    assert fits[ATLAS] == "near"


def test_a_question_on_a_detail_names_no_move(real_kb: KnowledgeBase) -> None:
    for text in (
        "pg_upgrade complains about checksums",
        "What is new in PostgreSQL 18?",
        "Is int or bigint better for an id?",
    ):
        assert not any(names_move(entry, asked(text)) for entry in real_kb.entries.values())


def test_a_move_that_is_named_bears_the_answer_though_nothing_of_it_was_found(real_kb: KnowledgeBase) -> None:
    text = "Split our shared schema along bounded contexts, please"
    retrieved = found(["patterns/cache-aside"] * 12)
    fits = fit_all(real_kb, asked(text), retrieved, "")
    assert fits["playbooks/monolith-to-database-per-service"] == "near"
    bearer = bearing(real_kb, asked(text), retrieved, fits)
    assert bearer is not None
    assert bearer.id == "playbooks/monolith-to-database-per-service"
