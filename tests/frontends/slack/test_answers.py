"""What an answer looks like as a message: pure, and always within the limits of Block Kit."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from evals.case import Query
from evals.case_files import load_cases
from service.advisor import Advisor
from service.answer.advice import Advice, AdviceSection, Claim, Code, Connective, Paragraph, Table
from service.answer.decision_record import decision_record
from service.frontends.slack import answers, words
from service.frontends.slack.answers import Shown, answered
from service.frontends.slack.blocks import MAX_BLOCKS
from service.frontends.slack.drawings import alt, pictures
from service.frontends.slack.mrkdwn import escape, lines_of, mrkdwn, pieces, plain
from service.question.request import AskRequest, Attachment
from tests.frontends.slack.block_kit import message_fault, mrkdwn_faults, view_fault

URL = "https://db.example.org"
HOSTILE = "<!channel> & <@U1> *bold* `code` ``` <https://evil.example|press>\n\n| a | b |"
# One in so many of the suites that are not asked in full: all of them take minutes.
EVERY = 12


def fault_of(message: Any) -> str | None:
    return message_fault({"text": message.text, "blocks": list(message.blocks)}) or next(
        mrkdwn_faults(message.text), None
    )


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("a **bold** and *leaning* ~~gone~~ `x < y & z`", "a *bold* and _leaning_ ~gone~ `x &lt; y &amp; z`"),
        ("a < b > c & d", "a &lt; b &gt; c &amp; d"),
        ("[Cache](/kb/patterns/cache-aside#memory)", f"<{URL}/kb/patterns/cache-aside#memory|Cache>"),
        ("[`x`](https://example.org/a?b=1&c=2)", "<https://example.org/a?b=1&amp;c=2|`x`>"),
        ("[press](javascript:alert(1))", "[press](javascript:alert(1))"),
        ("[press](mailto:a@b.example)", "press"),
        ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
    ],
)
def test_markdown_becomes_mrkdwn(markdown: str, shown: str) -> None:
    assert mrkdwn(markdown, URL) == shown


def test_a_link_to_our_pages_is_only_its_words_where_nobody_could_follow_it() -> None:
    assert mrkdwn("see [Cache](/kb/patterns/cache-aside)") == "see Cache"
    assert plain("see **[Cache](/kb/x)** and `a|b`\nthere") == "see Cache and a|b there"


def test_texts_are_cut_without_tearing_links_code_or_signs() -> None:
    text = "\n\n".join(f"{n} <https://example.org/{n}|a link> `a b c` &amp; words " * 9 for n in range(30))
    cut = list(pieces(text, 200))
    assert all(len(piece) <= 200 for piece in cut)
    assert [fault for piece in cut for fault in mrkdwn_faults(piece)] == []
    assert "".join("".join(cut).split()) == "".join(text.split())
    assert all(piece.count("`") % 2 == 0 for piece in cut)
    assert list(pieces("&amp;" * 50, 12)) == ["&amp;&amp;"] * 25


def test_code_is_cut_between_lines_and_nothing_of_it_is_lost() -> None:
    text = "\n".join(f"  line {n} <&> ```" for n in range(400)) + "\n\n\n" + "x" * 5_000
    cut = list(lines_of(text, 3_000))
    assert all(len(piece) <= 3_000 for piece in cut)
    assert "\n".join(cut).replace("\n", "") == text.replace("\n", "")
    assert cut[0].endswith("```")


def claim(text: str) -> Claim:
    return Claim(text=text, support=Connective(name="x"))


@pytest.fixture
def advice(small: Any) -> Callable[..., Advice]:
    def build(question: str = "How?", **changed: Any) -> Advice:
        asked: Advice = small.advise(AskRequest(question=question))
        return asked.model_copy(update=changed)

    return build


@pytest.mark.parametrize("text", [HOSTILE, "word " * 4_000, "x" * 20_000, "&<>" * 6_000, "a\n" * 9_000], ids=len)
def test_whatever_was_asked_the_message_is_within_the_limits(text: str, advice: Callable[..., Advice]) -> None:
    for shown in (Shown(), Shown(URL), Shown(URL, True, (text,) * 20)):
        message = answered(advice(text), shown)
        assert fault_of(message) is None
        assert message_fault({"text": message.plainly().text}) is None


def test_the_decision_stands_first_and_sources_are_numbered_links(advice: Callable[..., Advice]) -> None:
    header, decision, *_ = answered(advice("Which index?"), Shown(URL)).blocks
    assert (header["type"], decision["text"]["text"]) == (
        "header",
        f"Which index? <{URL}/kb/patterns/plain#problem|[1†]>",
    )
    said = json.dumps(answered(advice("Which index?"), Shown(URL)).blocks, ensure_ascii=False)
    assert (
        f"1. <{URL}/kb/patterns/plain#problem|Which index?: Problem> — <https://example.org/notes|Which index?>" in said
    )
    assert "† our own judgement" in said


def test_a_long_answer_is_folded_and_leads_to_the_full_one(advice: Callable[..., Advice]) -> None:
    paragraphs = tuple(
        Paragraph(claims=(claim(f"Sentence {n} says it. And then some more of it."),)) for n in range(300)
    )
    sections = (
        AdviceSection(kind="schema", title="Schema", blocks=(Paragraph(claims=(claim("What counts:"),)), *paragraphs)),
        AdviceSection(kind="schema", title="Keys <b>", blocks=paragraphs),
    )
    linked = answered(advice(sections=sections), Shown(URL))
    assert fault_of(linked) is None
    said = json.dumps(linked.blocks)
    assert "Sentence 0 says it. And then some more of it.\\n_Keys &lt;b&gt;_" in said
    assert "Sentence 1" not in said
    assert f"{URL}/answers/1" in said
    assert answers.WHOLE in json.dumps(answered(advice(sections=sections), Shown()).blocks)


def test_code_is_shown_as_it_is_in_blocks_of_its_own(advice: Callable[..., Advice]) -> None:
    text = "SELECT a < b AND c & d; -- ``` <!here>"
    code = Code(language="sql", dialect="postgresql", status="executed", claims=(claim(text),))
    sections = (AdviceSection(kind="code", title="Application code", blocks=(code,)),)
    shown = [b for b in answered(advice(sections=sections), Shown()).blocks if b["type"] == "rich_text"]
    assert [b["elements"][0]["elements"][0]["text"] for b in shown] == [text]


def test_a_narrow_table_is_monospaced_and_a_wide_one_told_row_by_row(advice: Callable[..., Advice]) -> None:
    narrow = Table(
        header=("name", "size"), rows=(("a", "1"), ("bcd", "22")), claims=(claim("a | 1"), claim("bcd | 22"))
    )
    wide = Table(header=("fails", "what happens"), rows=(("Job", "panels stop " * 5),), claims=(claim("x"),))
    sections = (AdviceSection(kind="code", title="Application code", blocks=(narrow, wide)),)
    said = json.dumps(answered(advice(sections=sections), Shown()).blocks)
    assert "name  size\\na     1\\nbcd   22" in said
    assert "*Job* — _what happens_ panels stop" in json.dumps(answered(advice(sections=sections), Shown()).blocks, ensure_ascii=False)  # fmt: skip


def test_a_refusal_has_neither_sources_nor_a_record(advice: Callable[..., Advice]) -> None:
    refused = advice(
        sections=(), citations=(), clarifying_questions=(), summary=(claim("The knowledge base does not cover this."),)
    )
    said = json.dumps(answered(refused, Shown(URL)).blocks)
    assert "does not cover this" in said
    assert answers.RECORD not in said
    assert answers.OPEN not in said


def test_options_are_buttons_that_state_a_fact_and_conditions_are_sentences(advice: Callable[..., Advice]) -> None:
    asked = advice().clarifying_questions[0]
    options = asked.model_copy(update={"id": "consistency", "options": ("strong", "x" * 80)})
    both = advice(clarifying_questions=(options, asked))
    buttons = [e for b in answered(both, Shown()).blocks if b["type"] == "actions" for e in b["elements"]]
    values = {e["text"]["text"]: e["value"] for e in buttons}
    assert {"strong", "Yes: two"} <= set(values)
    strong, two = answers.choice(both, values["strong"]), answers.choice(both, values["Yes: two"])
    assert strong == answers.Choice("How many? strong", {"consistency": "strong"})
    assert two == answers.Choice("Two.", {})
    # Both wait for the same, which is said once.
    assert json.dumps(answered(both, Shown()).blocks).count("It decides.") == 1
    for value in ("", "[]", "{}", '{"question": "a", "option": 9}', '{"question": "z", "option": 0}'):
        assert answers.choice(both, value) is None


def test_a_decision_record_has_context_decision_options_consequences_and_sources(advice: Callable[..., Advice]) -> None:
    record = decision_record(advice("Is *this* right?"), dt.date(2026, 11, 28))
    assert record.startswith("# Is \\*this\\* right?\n\n- Status: proposed\n- Date: 2026-11-28\n")
    headings = [line for line in record.splitlines() if line.startswith("## ")]
    assert headings == [
        "## Context",
        "## Decision",
        "## Options that were not chosen",
        "## Open questions",
        "## Sources",
    ]
    assert "- **Other**: slow. never [1†]" in record
    assert (
        "1. [Is *this* right?: Problem](/kb/patterns/plain#problem) — [Is *this* right?](https://example.org/notes)"
        in record
    )


def test_help_home_and_forms_are_within_the_limits() -> None:
    assert fault_of(words.help_text()) is None
    assert view_fault(words.home(227, "e" * 16, URL)) is None
    assert view_fault(words.feedback_view("a" * 16)) is None
    assert fault_of(words.reason(HOSTILE * 50, "r")) is None


def test_a_diagram_that_cannot_be_drawn_stays_out(advice: Callable[..., Advice]) -> None:
    assert len(list(pictures(advice()))) == 2
    assert alt("flowchart LR\n  a --> b") == "Flow chart."
    assert escape("<&>") == "&lt;&amp;&gt;"


@pytest.mark.slow
def test_the_answer_of_every_eval_case_is_within_the_limits(real: Advisor) -> None:
    faults = []
    for suite, cases in load_cases().items():
        whole = suite in ("interactions", "out_of_scope")
        for case in cases if whole else cases[::EVERY]:
            if isinstance(case, Query):
                asked = AskRequest(question=case.query)
            else:
                files = tuple(Attachment(name=a.name, content=a.content) for a in case.attachments)
                asked = AskRequest(question=case.question, attachments=files, detail=case.detail)
            advice = real.advise(asked)
            for shown in (Shown(URL), Shown("", True)):
                message = answered(advice, shown)
                faults += [(case.id, fault) for fault in (fault_of(message), fault_of(message.plainly())) if fault]
            assert len(message.blocks) <= MAX_BLOCKS
            assert decision_record(advice, dt.date(2026, 11, 28)).startswith("# ")
    assert faults == []
