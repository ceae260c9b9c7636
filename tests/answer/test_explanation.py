"""The explanation of an answer, for a person who maintains entries."""

from service.advisor import Advisor
from service.answer.explanation import Explanation
from service.question.request import AskRequest


def explained(advisor: Advisor, question: str) -> dict[str, tuple[str, ...]]:
    return dict(advisor.explain(AskRequest(question=question)).blocks)


def test_what_was_found_is_listed_with_what_became_of_it(advisor: Advisor) -> None:
    blocks = explained(advisor, "In which order do the columns of a composite index go for 400 tenants?")
    assert "tenants = 400 tenants (stated)" in blocks["Understood"]
    assert blocks["Scope"][0].startswith("answered: relevance 0.")
    assert any("patterns/composite-index-ordering: chosen" in line for line in blocks["Entries found"])
    assert any(": shown, by" in line for line in blocks["Sections found"])
    assert any("left out" in line for line in blocks["Sections found"])


def test_parts_loose_numbers_and_rules_are_told(advisor: Advisor) -> None:
    blocks = explained(advisor, "Is a shared schema fine for 42 widgets and 400 tenants? Which index do they need?")
    assert any(line.startswith("no role: 42") for line in blocks["Understood"])
    assert "part: Which index do they need?" in blocks["Understood"]
    assert any("from tenants" in line or "from " in line for line in blocks["Rules that hold"])


def test_technologies_that_were_ruled_out_are_told_with_the_reason(advisor: Advisor) -> None:
    (line,) = explained(advisor, "DynamoDB or PostgreSQL on premises for a shop?")["Technologies ruled out"]
    assert line.startswith("technologies/amazon-dynamodb: your own hardware") or "dynamodb" in line


def test_of_a_declined_question_only_the_scope_is_told(advisor: Advisor) -> None:
    blocks = explained(advisor, "What should I cook tonight?")
    assert list(blocks) == ["Understood", "Scope"]
    assert blocks["Understood"][0].startswith("intents: ")
    assert blocks["Scope"][0].startswith("declined")
    assert "under the threshold" in blocks["Scope"][0]


def test_headings_without_lines_are_left_out_of_the_text() -> None:
    assert Explanation((("One", ("a", "b")), ("Two", ()))).text == "One\n  a\n  b"
