"""The scorer of reviews: what finds a planted flaw, what is a false alarm, and that the bar is held."""

from evals.review import Case, Flaw, finds, load_review_cases, report, score
from service.analysis.review.finding import Finding


def finding(say: str, object: str = "orders.total") -> Finding:
    return Finding("r", "types", "high", object, "a.sql", 2, "", say, "sums drift", "", "s")


def test_a_finding_finds_a_flaw_by_its_object_and_a_word_of_every_group() -> None:
    flaw = Flaw(family="types", object="orders.total", says=(("float*",), ("numeric", "minor-unit*")))
    assert finds(finding("floating point; use minor units"), flaw)
    assert not finds(finding("floating point"), flaw)
    assert not finds(finding("floating point; use numeric", "orders.tax"), flaw)
    assert not finds(finding("afloat, numerical"), flaw)


def test_an_alarm_is_a_finding_of_medium_severity_or_more_on_a_clean_schema() -> None:
    clean = Case(
        id="c",
        dialect="postgresql",
        clean=True,
        artefact="CREATE TABLE t (id bigint PRIMARY KEY, price float NOT NULL)",
    )
    assert [alarm.rule for alarm in score(clean).alarms] == ["float-money"]
    assert "1.00 each" in report([score(clean)], details=True)


def test_what_is_missed_is_listed() -> None:
    flaw = Flaw(family="keys", object="t", says=(("nothing like it",),))
    case = Case(id="c", dialect="postgresql", clean=False, artefact="CREATE TABLE t (a int)", flaws=(flaw,))
    assert score(case).missed == (flaw,)
    assert "missed c keys t" in report([score(case)], details=True)


def test_our_cases_hold_the_bar() -> None:
    scored = [score(case) for case in load_review_cases()]
    planted = sum(len(each.case.flaws) for each in scored)
    clean = [each for each in scored if each.case.clean]
    assert (planted, len(clean)) == (315, 24)
    assert sum(len(each.found) for each in scored) / planted >= 0.85
    assert sum(len(each.alarms) for each in clean) / len(clean) < 1
