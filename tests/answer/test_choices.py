"""Choices in answers: a shortlist where nobody is named, a verdict among those who are."""

from kb.kinds import Technology
from service.advisor import Advisor
from service.answer.advice import Advice, Table
from service.question.request import AskRequest

OPEN = "Which database should we take for writes in several regions with strong consistency?"
SENSORS = "Which store for 300k sensors that report every 10 seconds?"


def ask(advisor: Advisor, question: str, **more: object) -> Advice:
    return advisor.advise(AskRequest.model_validate({"question": question, **more}))


def scores(advice: Advice) -> list[Table]:
    blocks = [block for section in advice.sections for block in section.blocks]
    return [b for b in blocks if b.kind == "table" and b.header[0] == "Criterion"]


def test_an_open_choice_is_led_by_who_to_take_and_by_how_much(advisor: Advisor) -> None:
    advice = ask(advisor, SENSORS)
    first = advice.summary[0]
    assert first.text.startswith("Take ")
    assert "of 5" in first.text
    assert first.support.kind == "computed"
    assert first.citations
    assert first.text.removeprefix("Take ").startswith(first.support.result)


def test_the_reasons_are_quoted_from_the_profile_of_the_winner(advisor: Advisor) -> None:
    advice = ask(advisor, SENSORS)
    assert advice.summary[0].support.kind == "computed"
    winner = advice.summary[0].support.result
    assert [f" of {winner}: " in claim.text for claim in advice.summary[1:3]] == [True, True]


def test_the_winner_speaks_and_those_who_lost_do_not(advisor: Advisor) -> None:
    advice = ask(advisor, SENSORS)
    assert advice.summary[0].support.kind == "computed"
    winner = advice.summary[0].support.result
    titles = [section.title for section in advice.sections]
    assert f"{winner}: At a glance" in titles
    others = scores(advice)[0].header[4:]
    assert others
    assert not [title for title in titles if title.startswith(others)]


def test_devices_that_report_at_an_interval_are_taken_for_time_series(advisor: Advisor) -> None:
    question = "Which store for 40k gauges that report every 20 s?"
    assert "time-series" in ask(advisor, question).summary[0].text


def test_a_demand_decides_before_scores_do(advisor: Advisor) -> None:
    table = scores(ask(advisor, OPEN))[0]
    for name in table.header[2:]:
        assert multi_region_writes(advisor, name) == "consensus", name


def multi_region_writes(advisor: Advisor, title: str) -> object:
    profiles = [entry.meta for entry in advisor.kb.entries.values() if isinstance(entry.meta, Technology)]
    return next(meta.facts["multi_region_writes"].value for meta in profiles if meta.title == title)


def test_who_loses_to_a_constraint_is_named_with_the_reason(advisor: Advisor) -> None:
    advice = ask(advisor, "DynamoDB or PostgreSQL on premises for a shop?")
    assert "DynamoDB does not meet your own hardware" in advice.summary[0].text
    assert advice.summary[1].text.startswith("PostgreSQL rather than")


def test_the_table_has_a_row_for_every_criterion_that_weighs(advisor: Advisor) -> None:
    weights = dict.fromkeys(advisor.vocabulary.criteria, 0) | {"scale_out": 10, "integrity": 5}
    table = scores(ask(advisor, "Choose between PostgreSQL and MongoDB", weights=weights))[0]
    titles = [advisor.vocabulary.criteria[name].title for name in ("integrity", "scale_out")]
    assert {row[0] for row in table.rows if row[0] in titles} == set(titles)
    assert all(row[1] != "0" for row in table.rows)


def test_what_would_turn_the_choice_is_said(advisor: Advisor) -> None:
    advice = ask(advisor, "Choose between PostgreSQL and MongoDB for a shop")
    claims = [claim.text for section in advice.sections for block in section.blocks for claim in block.claims]
    assert any("leads on" in text and "the choice turns" in text for text in claims)


def test_names_compared_by_the_advisor_are_answered_as_a_question_is(advisor: Advisor) -> None:
    advice = advisor.advise(advisor.comparison(("postgres", "mongo"), "a ledger"))
    assert advice.question == "Which is the better choice for a ledger: PostgreSQL or MongoDB?"
    assert set(scores(advice)[0].header[2:]) == {"PostgreSQL", "MongoDB"}


def test_a_choice_of_something_else_than_a_store_gets_no_shortlist(advisor: Advisor) -> None:
    advice = ask(advisor, "Should a composite index start with the tenant column?")
    assert not scores(advice)
    assert not advice.summary[0].text.startswith("Take ")


SLICED = "PostgreSQL or MongoDB for 400k events/s where analysts slice by any dimension, on a real-time dashboard?"


def test_who_is_built_for_the_load_is_mentioned_beside_two_who_are_not(advisor: Advisor) -> None:
    told = " ".join(claim.text for claim in ask(advisor, SLICED).summary)
    assert "Neither is built first of all for such a load" in told
    assert "MongoDB is what is left" in told


def test_two_who_serve_the_load_get_no_third_beside_them(advisor: Advisor) -> None:
    told = " ".join(claim.text for claim in ask(advisor, "PostgreSQL or MySQL for payroll?").summary)
    assert "Neither" not in told


def test_an_open_end_opens_the_choice_and_shows_the_named_all_the_same(advisor: Advisor) -> None:
    advice = ask(advisor, SLICED.replace("MongoDB", "MongoDB, or something else,"))
    assert advice.summary[0].text.startswith("Take ClickHouse")
    assert "MongoDB" in scores(advice)[0].header


def test_a_design_is_for_another_case_where_its_own_rule_says_so(advisor: Advisor) -> None:
    question = "Store for 600k IoT readings/s, only the latest value of each meter is looked up, by key"
    advice = ask(advisor, question)
    assert advice.summary[0].text.startswith("Keep one item per source")
    assert not [section for section in advice.sections if "columns" in section.title.lower()]


def test_who_asks_whether_a_handful_of_people_need_more_is_told_no(advisor: Advisor) -> None:
    summary = ask(advisor, "Do we need Redis and sharding for a rowing club with 300 members?").summary
    assert summary[0].text.startswith("No: 300 members")


def test_who_asks_the_same_for_millions_is_not(advisor: Advisor) -> None:
    summary = ask(advisor, "Do we need Redis and sharding for 30 million users?").summary
    assert not summary[0].text.startswith("No:")
