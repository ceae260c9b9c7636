"""Rules over facts: chained, in any order, the stronger on one target."""

from typing import Any

from kb.entry import Entry, KnowledgeBase, Rule
from kb.fact import Fact, FactSet
from kb.kinds import Reference
from kb.quantity import Quantity, Unit
from service.analysis.conclusions import conclude, undecided


def rule(name: str, when: dict[str, Any], **more: Any) -> Rule:
    given = {
        "id": name,
        "if": name,
        "into": "scaling",
        "explained": "text",
        "source": "judgement",
        "say": [f"Do {name}"],
        "when": when,
    }
    return Rule.model_validate(given | more)


def base(*rules: Rule) -> KnowledgeBase:
    meta = Reference(
        title="Rules",
        summary="Rules that tests are made of, nothing that anybody should follow.",
        sources={},
        guidance=rules,
    )
    return KnowledgeBase(
        {"references/rules": Entry("references/rules", "references", "rules.md", meta, ())}, "0" * 64, {}
    )


def facts(**values: tuple[float, Unit]) -> FactSet:
    return FactSet(
        tuple(Fact(name.replace("__", "."), Quantity(value, unit)) for name, (value, unit) in values.items())
    )


def fired(kb: KnowledgeBase, known: FactSet) -> list[str]:
    return [conclusion.rule.id for conclusion in conclude(kb, known).fired]


def test_a_rule_fires_where_its_condition_holds() -> None:
    kb = base(rule("many", {"tenants": ">= 100"}), rule("few", {"tenants": "< 100"}))
    assert fired(kb, facts(tenants=(400, "count"))) == ["many"]


def test_what_is_derived_feeds_the_next_rule_whatever_their_order() -> None:
    derive = rule(
        "volume", {"workload.writes_per_s": "known"}, derive={"volume.rows": "rows(workload.writes_per_s, 1 d)"}
    )
    use = rule("large", {"volume.rows": ">= 1M"})
    known = facts(workload__writes_per_s=(100, "rate"))
    assert set(fired(base(derive, use), known)) == set(fired(base(use, derive), known)) == {"volume", "large"}


def test_what_an_effect_requires_is_a_fact_for_what_follows() -> None:
    first = rule("shard", {"tenants": ">= 100"}, effect={"require": {"partitioning": "by_tenant"}})
    second = rule("scatter", {"chosen.partitioning": "by_tenant"})
    assert fired(base(second, first), facts(tenants=(400, "count"))) == ["scatter", "shard"]


def test_what_an_estimate_gives_is_a_fact_for_rules() -> None:
    known = facts(workload__writes_per_s=(100, "rate"), workload__retention=(86400, "duration"))
    assert fired(base(rule("large", {"volume.rows": ">= 1M"})), known) == ["large"]


def test_a_rule_that_tests_for_absence_waits_for_what_else_it_tests() -> None:
    kb = base(rule("alone", {"tenants": ">= 100", "team.size": "unknown"}))
    assert fired(kb, FactSet()) == []
    assert fired(kb, facts(tenants=(400, "count"))) == ["alone"]
    assert fired(kb, facts(tenants=(400, "count"), team__size=(3, "count"))) == []


def test_rules_that_test_for_absence_run_last() -> None:
    derive = rule(
        "volume", {"workload.writes_per_s": "known"}, derive={"volume.rows": "rows(workload.writes_per_s, 1 d)"}
    )
    absent = rule("unknown-volume", {"volume.rows": "unknown"})
    nested = rule("not-known", {"volume.rows": {"not": "known"}})
    listed = rule("any-unknown", {"volume.rows": {"any": ["unknown", "> 5"]}})
    assert fired(base(absent, nested, derive), facts(workload__writes_per_s=(100, "rate"))) == ["volume"]
    assert fired(base(listed), FactSet()) == ["any-unknown"]


def test_exclude_beats_prefer_on_one_target_and_equals_are_both_kept() -> None:
    prefer = rule("prefer", {"tenants": "known"}, effect={"prefer": "technologies/x"})
    exclude = rule("exclude", {"tenants": "known"}, effect={"exclude": "technologies/x"})
    avoid = rule("avoid", {"tenants": "known"}, effect={"avoid": "technologies/x"})
    known = facts(tenants=(4, "count"))
    assert fired(base(prefer, exclude), known) == ["exclude"]
    assert fired(base(prefer, avoid), known) == ["prefer", "avoid"]


def test_the_narrower_condition_wins_among_equals_of_opposite_sign() -> None:
    wide = rule("wide", {"tenants": "known"}, effect={"prefer": "technologies/x"})
    narrow = rule("narrow", {"tenants": "known", "regions": "known"}, effect={"avoid": "technologies/x"})
    assert fired(base(wide, narrow), facts(tenants=(4, "count"), regions=(2, "count"))) == ["narrow"]


def test_what_nothing_decides_is_undecided_and_what_is_contradicted_is_neither() -> None:
    kb = base(rule("open", {"regions": ">= 2"}), rule("false", {"tenants": ">= 100"}))
    conclusions = conclude(kb, facts(tenants=(4, "count")))
    assert conclusions.fired == ()
    assert undecided(kb, conclusions, kb.entries) == (("references/rules", "open"),)


def test_a_cycle_of_derivations_ends() -> None:
    one = rule("one", {"volume.bytes": "known"}, derive={"volume.rows": "rows(workload.writes_per_s, 1 d)"})
    two = rule("two", {"workload.writes_per_s": "known"}, derive={"volume.bytes": "stored_bytes(volume.rows, 10 B)"})
    assert conclude(base(one, two), facts(workload__writes_per_s=(1, "rate"))).fired
