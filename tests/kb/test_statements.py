import pytest

from kb.statements import split_statements

CASES = [
    ("postgresql", "SELECT ';'; /* ; */ SELECT $$ a;b $$;\n\nSELECT \"a;b\"", ["SELECT ';'", "SELECT $$ a;b $$", 'SELECT "a;b"']),
    ("postgresql", "BEGIN; SELECT 1; COMMIT", ["BEGIN", "SELECT 1", "COMMIT"]),
    ("postgresql", "DO $x$ BEGIN NULL; END $x$; SELECT 1", ["DO $x$ BEGIN NULL; END $x$", "SELECT 1"]),
    ("postgresql", "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END; SELECT 2", ["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END", "SELECT 2"]),
    ("sqlite", "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END; SELECT 1;", ["CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END", "SELECT 1"]),
    ("mysql", "DELIMITER //\nCREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END IF; END //\nDELIMITER ;\nSELECT 'a\\';b'; SELECT 2", ["CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END IF; END", "SELECT 'a\\';b'", "SELECT 2"]),
    ("mysql", "CREATE PROCEDURE p() BEGIN CASE a WHEN 1 THEN SELECT 1; END CASE; END; SELECT 2 # the end", ["CREATE PROCEDURE p() BEGIN CASE a WHEN 1 THEN SELECT 1; END CASE; END", "SELECT 2 # the end"]),
    ("sqlserver", "CREATE TABLE a (b int)\nGO\nSELECT 1; SELECT 2\ngo", ["CREATE TABLE a (b int)", "SELECT 1", "SELECT 2"]),
    ("postgresql", "-- nothing\n;;/* at all */", []),
    ("postgresql", "SELECT 'open", ["SELECT 'open"]),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "sql", "texts"), CASES)
def test_a_text_is_cut_where_statements_end(dialect: str, sql: str, texts: list[str]) -> None:
    found = split_statements(sql, dialect)
    assert [each.text for each in found] == texts
    assert all(sql[each.start : each.end] == each.text for each in found)


def test_a_statement_knows_its_line_and_its_verb() -> None:
    first, second = split_statements("-- why\nSELECT 1;\n\n/* what */ insert into a values (1)")
    assert (first.line, first.verb, second.line, second.verb) == (2, "SELECT", 4, "INSERT")


def test_a_statement_without_a_word_has_no_verb() -> None:
    assert split_statements("()")[0].verb == ""


def test_each_of_many_statements_knows_its_line() -> None:
    found = split_statements("SELECT 1;\n\n" * 3000, "sqlite")
    assert [each.line for each in found[:3]] == [1, 3, 5]
    assert found[-1].line == 5999


def test_a_routine_that_never_ends_is_one_statement() -> None:
    text = "CREATE PROCEDURE p() " + "BEGIN " * 5000
    assert [each.text for each in split_statements(f"SELECT 1; {text}", "mysql")] == ["SELECT 1", text.rstrip()]
