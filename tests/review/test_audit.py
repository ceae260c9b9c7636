"""Missing audit: said once, of what is overwritten and will be asked about, and never where a trace is kept."""

from collections.abc import Callable

import pytest

from service.analysis.review.finding import Finding
from service.analysis.review.review import Review

Judge = Callable[..., Review]

ACCOUNTS = "CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL);\nCREATE TABLE branches (id bigint PRIMARY KEY, name text NOT NULL);\nCREATE TABLE accounts (id bigint PRIMARY KEY, balance numeric(12,2) NOT NULL{});\n"
PLAIN = ACCOUNTS.format("")


def audit(found: Review) -> list[Finding]:
    return [finding for finding in found.findings if finding.rule == "no-audit"]


def test_a_balance_that_is_overwritten_wants_a_trace(judge: Judge) -> None:
    assert [(f.object, f.severity) for f in audit(judge(PLAIN))] == [("accounts", "low")]


def test_it_is_said_once_with_all_tables_and_urgent_where_one_is_seen_to_change(judge: Judge) -> None:
    text = f"{PLAIN}CREATE TABLE user_permissions (person_id bigint, right_name text, PRIMARY KEY (person_id, right_name));\nUPDATE accounts SET balance = balance + 1 WHERE id = 1;"
    (found,) = audit(judge(text))
    assert found.severity == "medium"
    assert "accounts, user_permissions" in found.say


@pytest.mark.parametrize(
    "text",
    [
        ACCOUNTS.format(", updated_by text NOT NULL"),
        f"{PLAIN}CREATE TABLE account_history (id bigint PRIMARY KEY);",
        f"{PLAIN}CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; CREATE TRIGGER t AFTER UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION note();",
        f"{PLAIN}REVOKE UPDATE, DELETE ON accounts FROM PUBLIC;",
        PLAIN.replace("balance", "height"),
    ],
)
def test_nothing_is_said_where_a_trace_is_kept_or_nothing_is_overwritten(judge: Judge, text: str) -> None:
    assert audit(judge(text)) == []


@pytest.mark.parametrize("table", ["salaries", "patients", "role_assignments"])
def test_tables_that_are_asked_about_are_known_by_name(judge: Judge, table: str) -> None:
    assert [f.object for f in audit(judge(PLAIN.replace("balance", "level").replace("accounts", table)))] == [table]


def test_a_comment_that_asks_for_a_trace_makes_it_urgent(judge: Judge) -> None:
    text = PLAIN.replace("CREATE TABLE accounts", "-- who changed it must be traceable\nCREATE TABLE accounts")
    assert [f.severity for f in audit(judge(text))] == ["medium"]
