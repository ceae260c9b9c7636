from service.advisor import Advisor
from service.answer.advice import Advice, Code
from service.question.request import AskRequest


def ask(advisor: Advisor, question: str) -> Advice:
    return advisor.advise(AskRequest(question=question))


def own(advice: Advice) -> list[Code]:
    return [
        block
        for section in advice.sections
        if section.title.startswith("In your words: the index")
        for block in section.blocks
        if isinstance(block, Code)
    ]


def test_the_index_of_a_query_told_in_words_leads_and_stands_as_a_statement(advisor: Advisor) -> None:
    advice = ask(advisor, "Our orders table is filtered by status and customer_id, newest first. Which index?")
    assert "`orders (status, customer_id, created_at DESC)`" in advice.summary[0].text
    (code,) = own(advice)
    assert "ON orders (status, customer_id, created_at DESC);" in code.claims[0].text
    assert code.claims[0].citations
    assert advice.sections[0].title.startswith("In your words: the index")


def test_a_collection_gets_the_index_of_its_own_engine(advisor: Advisor) -> None:
    (code,) = own(ask(advisor, "MongoDB collection of visits, find by member, sorted by duration. Which index?"))
    assert (code.language, code.dialect) == ("javascript", "mongodb")
    assert code.claims[0].text == "db.visits.createIndex({ member: 1, duration: 1 });"


def test_an_index_over_time_of_rows_that_are_only_added_is_brin_in_postgresql_and_a_b_tree_elsewhere(
    advisor: Advisor,
) -> None:
    question = "Which indexes does an append-only audit table need, asked by object id or by day?"
    assert "USING brin (day)" in own(ask(advisor, question))[0].claims[0].text
    (code,) = own(ask(advisor, f"We run MySQL. {question}"))
    assert code.dialect == "mysql"
    assert "brin" not in code.claims[0].text


def test_an_engine_that_keeps_its_indexes_otherwise_gets_no_statement(advisor: Advisor) -> None:
    assert own(ask(advisor, "Cassandra table of visits, find by member, sorted by duration. Which index?")) == []


def test_a_word_of_the_language_is_quoted_in_the_statement(advisor: Advisor) -> None:
    (code,) = own(ask(advisor, "Which index for our table of moves, filtered by user and order, newest first?"))
    assert '("user", "order", created_at DESC)' in code.claims[0].text
