"""Needs that stand beside the things of a design: each that nothing else meets brings in the section that says how."""

import pytest

from kb.vocabulary import NeedTerm, load_vocabulary
from service.advisor import Advisor
from service.answer.needed import needs, with_needs
from service.answer.selection import Chosen, Selection
from service.question.needs import tells_a_case
from service.question.question import understand
from service.question.request import AskRequest, Turn

VOCABULARY = load_vocabulary()
CONFLICTS = "patterns/conflict-resolution"
OFFLINE = VOCABULARY.needs["offline"]
OVERLAP = VOCABULARY.needs["no_overlap"]
FLORIST = "We sell flowers to hotels: hotels, deliveries, bouquets and prices. Design the tables please."


def stated(text: str) -> list[str]:
    return [need.name for need in needs(VOCABULARY, text)]


def cited(advisor: Advisor, question: str, *before: str) -> set[str]:
    history = tuple(Turn(role="user", content=text) for text in before)
    return {citation.entry for citation in advisor.advise(AskRequest(question=question, history=history)).citations}


@pytest.mark.parametrize("need", VOCABULARY.needs.values(), ids=lambda need: need.name)
def test_every_section_that_meets_a_need_is_written(need: NeedTerm, advisor: Advisor) -> None:
    assert need.sections
    assert [name for name in need.sections if advisor.kb.section(name) is None] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the inspectors have no reception in the cellars", ["offline"]),
        ("tills sell while the line is down and merge in the evening", ["offline"]),
        ("we may take the site offline for two hours", []),
        ("it does not have to work offline", []),
        ("never lend the same costume twice", ["no_overlap"]),
        ("an organist must not play two masses at the same time", ["no_overlap"]),
        ("each parish sees only its own", ["tenants"]),
        ("which tariff was valid on a given date", ["as_of"]),
        ("keep the old prices", ["as_of"]),
        ("we must know who changed a value and when", ["audit"]),
        ("the dean has to approve it", ["approval"]),
        ("names in 3 languages", ["languages"]),
        ("no translations of the texts are wanted", []),
        ("find benches within 300 metres of a point", ["geo"]),
        ("full-text search over the letters", ["search"]),
        ("with photos of each item", ["files"]),
        ("offices in three time zones", ["zones"]),
        ("fees in EUR and CHF", ["money"]),
        ("a limit per tenant", ["quota"]),
        ("a waiting list for each course", ["waiting_list"]),
        ("two entries may be the same person", ["same_person"]),
        ("soft delete everywhere", ["soft_delete"]),
        ("records are kept for 10 years", ["retention"]),
    ],
)
def test_a_need_is_known_by_the_words_it_is_stated_with(text: str, expected: list[str]) -> None:
    assert stated(text) == expected


def test_what_matters_most_to_the_tables_comes_first() -> None:
    assert stated("photos, time zones, and it works offline") == ["offline", "files", "zones"]


def test_a_need_that_nothing_meets_brings_in_its_sections(advisor: Advisor) -> None:
    grown = with_needs(advisor.kb, [OFFLINE], Selection((), None))
    assert [f"{c.entry.id}#{s.anchor}" for c in grown.chosen for s in c.sections] == list(OFFLINE.sections)


def test_so_many_needs_are_met_and_no_more(advisor: Advisor) -> None:
    grown = with_needs(advisor.kb, VOCABULARY.needs.values(), Selection((), None))
    shown = {s.id for c in grown.chosen for s in c.sections}
    met = [name for name, need in VOCABULARY.needs.items() if shown & set(need.sections)]
    assert met == [*VOCABULARY.needs][:3]


def test_what_is_shown_anyway_meets_a_need(advisor: Advisor) -> None:
    section = advisor.kb.section(OFFLINE.sections[1])
    assert section is not None
    before = Selection((Chosen(advisor.kb.entries[CONFLICTS], 0.5, "subject", (section,)),), None)
    assert with_needs(advisor.kb, [OFFLINE], before) == before


def test_a_constraint_of_the_askers_own_schema_meets_a_need(advisor: Advisor) -> None:
    before = Selection((), None)
    assert with_needs(advisor.kb, [OVERLAP], before, "EXCLUDE USING gist (room_id WITH =)") == before
    assert with_needs(advisor.kb, [OVERLAP], before, "CREATE TABLE room ()") != before


def test_a_worked_design_of_the_case_that_speaks_of_a_need_meets_it(advisor: Advisor) -> None:
    entry = advisor.kb.entries["designs/healthcare-appointments"]
    near = Chosen(entry, 0.9, "near", entry.sections)
    assert with_needs(advisor.kb, [OVERLAP], Selection((near,), near)) == Selection((near,), near)
    shape = Chosen(entry, 0.9, "shape", entry.sections)
    assert len(with_needs(advisor.kb, [OVERLAP], Selection((shape,), shape)).chosen) > 1


def test_a_design_of_an_unknown_domain_says_how_its_devices_merge(advisor: Advisor) -> None:
    question = "Schema for game wardens: reserves, animals, sightings, traps and patrols. Wardens have no coverage and synchronise in the evening."
    assert {CONFLICTS, "tradeoffs/cap-pacelc"} <= cited(advisor, question)
    assert CONFLICTS not in cited(advisor, question.partition(". Wardens")[0])


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("Now the drivers have no signal in the valleys and sync when they are back.", "tradeoffs/cap-pacelc"),
        ("What if an auditor asks how the stock looked on 31 March?", "patterns/effective-dating"),
        ("Same, but for 40 shops in one database, each seeing only its own.", "patterns/tenant-shared-schema"),
    ],
)
def test_who_goes_on_about_a_design_with_a_need_is_told_how_it_is_met(
    question: str, entry: str, advisor: Advisor
) -> None:
    advice = advisor.advise(AskRequest(question=question, history=(Turn(role="user", content=FLORIST),)))
    assert advice.summary[0].citations
    first = {citation.number: citation.entry for citation in advice.citations}[advice.summary[0].citations[0]]
    assert first == entry


def test_a_need_does_not_lead_where_no_design_was_spoken_of(advisor: Advisor) -> None:
    before = "Why does VACUUM not finish on our biggest table?"
    assert CONFLICTS not in cited(advisor, "And what happens to a query that has no connection any more?", before)


@pytest.mark.parametrize(
    "text",
    [
        "We rent tents: depots, tents, reservations, deliveries, damage reports. Never rent the same tent twice.",
        "Toy library: families, toys, loans, donations, repairs. Helpers have no network and sync in the evening.",
    ],
)
def test_who_lists_a_domain_with_a_need_and_asks_nothing_wants_it_designed(text: str, advisor: Advisor) -> None:
    assert tells_a_case(understand(AskRequest(question=text), VOCABULARY))
    assert "design" in advisor.asked(AskRequest(question=text)).question.intent_ids


@pytest.mark.parametrize(
    "text",
    [
        "Our replica is slow and sync breaks in the evening: locks, queries, connections, indexes, sessions.",
        "Families, toys, loans, donations and repairs.",
    ],
)
def test_a_complaint_or_a_bare_list_wants_no_design(text: str, advisor: Advisor) -> None:
    assert "design" not in advisor.asked(AskRequest(question=text)).question.intent_ids
