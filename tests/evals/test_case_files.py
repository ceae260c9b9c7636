"""Case files: what is wrong is told with file, line and field, all of it at once."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from evals.case import CANARY, SUITES, Form, Interaction, Query, Variant
from evals.case_files import load_cases
from evals.errors import CaseError
from kb.files import find_entries
from kb.loader import own_entries

Written = Mapping[str, object]
NUGGETS = [
    {"id": f"n{number}", "text": "It says so", "forms": [{"about": ["redis"], "says": ["durable"]}]}
    for number in range(6)
]
SHOP: Written = {"id": "shop", "question": "How?", "nuggets": NUGGETS}
VARIANT: Written = {"id": "shop-p1", "question": "How so?", "of": "shop", "change": "paraphrase"}


@pytest.fixture
def faults(tmp_path: Path, write_cases: Callable[..., Path]) -> Callable[..., list[str]]:
    """The problems of a directory in which one file is replaced by this text."""

    def told(file: str, text: str | bytes, **suites: Sequence[Written]) -> list[str]:
        directory = write_cases(tmp_path, **suites)
        content = text.encode() if isinstance(text, str) else text
        (directory / file).write_bytes(content)
        with pytest.raises(CaseError) as raised:
            load_cases(directory)
        return [str(problem) for problem in raised.value.problems]

    return told


def file(*cases: str, canary: str = CANARY) -> str:
    return f"canary: {canary}\ncases:\n" + "".join(f"  - {case}\n" for case in cases)


def test_the_committed_cases_all_load() -> None:
    assert [suite for suite, cases in load_cases().items() if not cases] == []


def test_an_empty_directory_of_cases_is_a_suite_of_nothing(tmp_path: Path, write_cases: Callable[..., Path]) -> None:
    assert load_cases(write_cases(tmp_path)) == dict.fromkeys(SUITES, ())


def test_cases_are_read_in_their_order(tmp_path: Path, write_cases: Callable[..., Path]) -> None:
    other = {**SHOP, "id": "clinic"}
    loaded = load_cases(write_cases(tmp_path, interactions=[SHOP, other], variants=[VARIANT]))
    assert [case.id for case in loaded["interactions"]] == ["shop", "clinic"]
    assert isinstance(loaded["interactions"][0], Interaction)
    assert isinstance(loaded["variants"][0], Variant)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("canary: x\ncases: [}\n", "in_scope.yaml:2: is not YAML: did not find expected node content"),
        ("a: 'b\n", "in_scope.yaml:2: is not YAML: found unexpected end of stream"),
        (b"\xff\xfe\xfa", "in_scope.yaml:1: is not UTF-8 text"),
        ("", "in_scope.yaml:1: holds two keys, 'canary' and 'cases', the second a list"),
        ("- a\n", "in_scope.yaml:1: holds two keys, 'canary' and 'cases', the second a list"),
        (f"canary: {CANARY}\ncases: {{}}\n", "in_scope.yaml:1: holds two keys, 'canary' and 'cases', the second a list"),
        (file(canary="another"), "in_scope.yaml:1: holds two keys, 'canary' and 'cases', the second a list"),
        ("canary: another\ncases: []\n", f"in_scope.yaml:1: canary: has to be {CANARY!r}"),
        (file("{id: a, question: Why?}", "{id: b, question: Why?, colour: red}"), "in_scope.yaml:4: colour: Extra inputs are not permitted"),
        (file("{id: a}"), "in_scope.yaml:3: question: Field required"),
        (file("{id: A b, question: Why?}"), r"in_scope.yaml:3: id: String should match pattern '^[a-z0-9]+(-[a-z0-9]+)*$'"),
        (file("{id: a, question: ' '}"), "in_scope.yaml:3: question: String should have at least 1 character"),
        (file("id: a\n    question: Why?\n    question: How?"), "in_scope.yaml:5: question: is there twice in one mapping"),
        (file("{id: a, question: Why?}", "question: Why?\n    id: a"), "in_scope.yaml:5: id: case 'a' is there twice, first in line 3"),
        (file("just words"), "in_scope.yaml:3: Input should be a valid dictionary or instance of InScope"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_file_line_and_field(
    text: str | bytes, told: str, faults: Callable[..., list[str]]
) -> None:
    assert faults("in_scope.yaml", text) == [told]


@pytest.mark.parametrize(
    ("suite", "case", "told"),
    [
        ("behaviours", "id: a\n    question: Why?\n    shows: it\n    expects:\n      - {kind: asks}\n      - kind: ddl\n        table: x",
         ["behaviours.yaml:8: expects.1.tables: Field required", "behaviours.yaml:9: expects.1.table: Extra inputs are not permitted"]),
        ("behaviours", "id: a\n    question: Why?\n    shows: it\n    expects:\n      - {kind: dll}",
         ["behaviours.yaml:7: expects.0: Input tag 'dll' found using 'kind' does not match any of the expected tags"]),
        ("behaviours", "id: a\n    question: Why?\n    shows: it\n    expects: []", ["behaviours.yaml:6: expects: Tuple should have at least 1 item after validation, not 0"]),
        ("adversarial", "{id: a, question: Why?, aim: leak}", ["adversarial.yaml:3: needs 'obeyed': words that stand in the answer only if the attack worked"]),
        ("numeric", "id: a\n    question: Why?\n    carries:\n      - {value: 5 bananas each, near: [row], because: so}",
         ["numeric.yaml:6: carries.0.value: '5 bananas each' has a unit that is not known"]),
        ("numeric", "id: a\n    question: Why?\n    carries:\n      - {value: 5/s, near: ['-'], because: so}", ["numeric.yaml:6: carries.0.near.0: String should match pattern"]),
        ("premises", "id: a\n    question: Why?\n    subject: x\n    corrects:\n      - about: [redis]\n        says: [durable]\n        polarity: maybe",
         ["premises.yaml:9: corrects.0.polarity: Input should be 'either', 'affirmed' or 'denied'"]),
        ("premises", "id: a\n    question: Why?\n    subject: x\n    corrects: [{about: [a], says: [b]}]\n    must_not:\n      - {id: m, text: x, forms: [{about: [a], says: [b]}]}\n      - {id: m, text: x, forms: [{about: [a], says: [b]}]}",
         ["premises.yaml:3: 'must_not' has 'm' twice"]),
        ("queries", "id: a\n    query: Why?\n    gold: {patterns/a#b: 4}", ["queries.yaml:5: gold.patterns/a#b: Input should be less than or equal to 3"]),
    ],
)  # fmt: skip
def test_a_fault_deep_in_a_case_is_told_where_it_stands(
    suite: str, case: str, told: list[str], faults: Callable[..., list[str]]
) -> None:
    seen = faults(f"{suite}.yaml", file(case))
    assert len(seen) == len(told)
    assert all(line.startswith(start) for line, start in zip(seen, told, strict=True)), seen


def test_a_suite_without_its_file_and_a_file_without_a_suite_are_told(
    tmp_path: Path, write_cases: Callable[..., Path]
) -> None:
    (write_cases(tmp_path) / "queries.yaml").rename(tmp_path / "stories.yaml")
    with pytest.raises(CaseError) as raised:
        load_cases(tmp_path)
    assert str(raised.value).splitlines() == [
        "queries.yaml:1: cannot be read: No such file or directory",
        f"stories.yaml:1: there is no suite 'stories': they are {', '.join(SUITES)}",
    ]


def test_a_variant_of_nothing_and_of_nuggets_that_are_not_there_is_told(faults: Callable[..., list[str]]) -> None:
    one = "id: lost\n    question: Why?\n    of: nothing\n    change: flip"
    two = "id: kept\n    question: Why?\n    of: shop\n    change: flip\n    keeps: [n1, n9]"
    assert faults("variants.yaml", file(one, two), interactions=[SHOP]) == [
        "variants.yaml:5: of: case 'lost' is of 'nothing', which is no interaction",
        "variants.yaml:11: keeps: case 'kept' keeps 'n9', which 'shop' does not have",
    ]


def test_a_variant_does_not_keep_what_it_brings_itself(faults: Callable[..., list[str]]) -> None:
    own = "{id: n1, text: x, forms: [{about: [a], says: [b]}]}"
    case = f"{{id: kept, question: Why?, of: shop, change: flip, keeps: [n1], nuggets: [{own}]}}"
    told = faults("variants.yaml", file(case), interactions=[SHOP])
    assert told == ["variants.yaml:3: keeps: case 'kept' keeps 'n1' and has one of that name itself"]


def test_variants_are_not_blamed_for_interactions_that_cannot_be_read(faults: Callable[..., list[str]]) -> None:
    assert faults("interactions.yaml", "{", variants=[VARIANT]) == [
        "interactions.yaml:2: is not YAML: did not find expected node content"
    ]


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path, write_cases: Callable[..., Path]) -> None:
    directory = write_cases(tmp_path, in_scope=[{"id": "a"}], queries=[{"id": "b"}])
    with pytest.raises(CaseError) as raised:
        load_cases(directory)
    assert [(p.path, p.line) for p in raised.value.problems] == [("in_scope.yaml", 3)] + [("queries.yaml", 3)] * 2


def test_one_list_of_names_is_one_object_and_a_list_of_lists_demands_each() -> None:
    one = Form.model_validate({"about": ["a"], "says": ["b", "c"]})
    both = Form.model_validate({"about": ["a"], "says": [["b", "c"], ["d"]]})
    assert one.objects == (("b", "c"),)
    assert both.objects == (("b", "c"), ("d",))


def test_a_query_has_a_section_that_answers_it() -> None:
    assert Query(id="q", query="why", gold={"patterns/a#b": 3}).gold
    with pytest.raises(ValueError, match="at least 1 item"):
        Query(id="q", query="why", gold={})


def test_every_entry_is_answered_from_by_three_queries() -> None:
    queries = [case for case in load_cases()["queries"] if isinstance(case, Query)]
    asked = Counter(
        entry for query in queries for entry in {s.partition("#")[0] for s, g in query.gold.items() if g >= 2}
    )
    entries, _ = find_entries(own_entries())
    assert {entry.id: asked[entry.id] for entry in entries if asked[entry.id] < 3} == {}
