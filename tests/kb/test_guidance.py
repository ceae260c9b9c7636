from typing import Any

import pytest

from kb.entry import Rule
from kb.errors import FormulaError
from kb.fact import Fact, FactSet, PastedObject, Span, Value
from kb.guidance import contradicted, evaluate, fact_set, offer
from kb.quantity import parse_quantity


def rule(**fields: Any) -> Rule:
    given = {"id": "r", "if": "it is so", "into": "schema", "explained": "pitfalls", "source": "s", "say": ["Do it"]}
    return Rule.model_validate({**given, **fields})


def column(name: str, **attributes: Value) -> PastedObject:
    table, _, own = name.partition(".")
    given: dict[str, Value] = {"table.name": table, "column.name": own}
    return PastedObject("column", name, given | {f"column.{key}": value for key, value in attributes.items()})


FLOATS = rule(
    each="column", when={"column.type": {"any": ["float", "real"]}, "column.meaning": "money"}, say=["Mend {column:names}"]
)  # fmt: skip


def test_a_rule_fires_when_all_its_tests_hold() -> None:
    many = rule(
        when={"tenants": ">= 200", "tenant.isolation_contract": "unknown"}, say=["Keep {tenants:count} tenants"]
    )
    (firing,) = evaluate(many, fact_set({"tenants": 400}))
    assert firing.say == "Keep 400 tenants"
    assert firing.used == ("tenants",)
    assert firing.slots == {"tenants:count": "400"}
    assert evaluate(many, fact_set({"tenants": 100})) == ()
    assert evaluate(many, fact_set({"tenants": 400, "tenant.isolation_contract": True})) == ()
    assert evaluate(many, fact_set({})) == ()


def test_a_rule_of_words_only_never_fires() -> None:
    assert evaluate(rule(), fact_set({"tenants": 400})) == ()
    assert not contradicted(rule(), fact_set({"tenants": 400}))


def test_all_pasted_objects_that_a_rule_holds_for_make_one_firing() -> None:
    objects = (
        column("orders.total", type="float", meaning="money"),
        column("orders.tax", type="numeric", meaning="money"),
        column("orders.fee", type="real", meaning="money"),
    )
    (firing,) = evaluate(FLOATS, FactSet(objects=objects))
    assert firing.say == "Mend orders.total and orders.fee"
    assert [each.name for each in firing.objects] == ["orders.total", "orders.fee"]


def test_a_pasted_object_lacks_what_it_does_not_state() -> None:
    unindexed = rule(each="column", when={"column.references": "known", "column.indexed": False})
    objects = (column("orders.note", indexed=False), column("orders.customer", indexed=False, references="customer"))
    (firing,) = evaluate(unindexed, FactSet(objects=objects))
    assert [each.name for each in firing.objects] == ["orders.customer"]


def test_a_rule_over_objects_may_test_facts_and_the_schema_beside_them() -> None:
    keyed = rule(each="column", when={"column.type": "int", "schema.has_tenant_column": True, "engine": "postgresql"})
    schema = PastedObject("schema", "schema", {"schema.has_tenant_column": True})
    facts = FactSet((Fact("engine", "technologies/postgresql"),), (schema, column("a.b", type="int")))
    assert len(evaluate(keyed, facts)) == 1
    assert evaluate(keyed, FactSet((), (schema, column("a.b", type="int")))) == ()


def test_derivations_chain_and_say_about() -> None:
    volume = rule(
        when={"workload.writes_per_s": "known", "workload.retention": "known", "workload.item_bytes": "known"},
        derive={"volume.rows": "rows(workload.writes_per_s, workload.retention)", "volume.bytes": "stored_bytes(volume.rows, workload.item_bytes)"},
        say=["Plan for {volume.rows:count} rows and about {volume.bytes:bytes}", "Plan"],
    )  # fmt: skip
    facts = fact_set(
        {"workload.writes_per_s": "1M/s", "workload.retention": "90 d", "workload.item_bytes": "100 bytes"}
    )
    (firing,) = evaluate(volume, facts)
    assert firing.say == "Plan for about 7.8T rows and about 780 TB"
    assert [fact.attribute for fact in firing.derived] == ["volume.rows", "volume.bytes"]
    assert {fact.origin for fact in firing.derived} == {"derived"}
    assert [each.formula for each in firing.calculations] == ["rows", "stored_bytes"]
    assert "volume.bytes" in firing.used


def test_what_is_implausible_or_unknown_is_not_derived_and_its_sentence_not_said() -> None:
    ratio = rule(
        when={"workload.reads_per_s": "known"},
        derive={"cache.needed_hit_ratio": "hit_ratio_needed(workload.reads_per_s, db.capacity)"},
        say=["Hit {cache.needed_hit_ratio:percent}", "Cache"],
    )  # fmt: skip
    (below,) = evaluate(ratio, fact_set({"workload.reads_per_s": "10/s", "db.capacity": "100/s"}))
    (unknown,) = evaluate(ratio, fact_set({"workload.reads_per_s": "10/s"}))
    (above,) = evaluate(ratio, fact_set({"workload.reads_per_s": "1000/s", "db.capacity": "100/s"}))
    assert (below.say, below.derived, unknown.say, above.say) == ("Cache", (), "Cache", "Hit about 90%")


def test_a_literal_of_a_derivation_is_read_in_the_unit_of_its_role() -> None:
    keys = rule(when={"workload.writes_per_s": "known"}, derive={"key.lifetime": "key_exhaustion(workload.writes_per_s, 31)"}, say=["{key.lifetime:duration}"])  # fmt: skip
    (firing,) = evaluate(keys, fact_set({"workload.writes_per_s": "1000/s"}))
    assert firing.say == "about 25 d"


def test_a_reason_with_an_open_slot_is_left_out() -> None:
    open_slot = rule(when={"tenants": "known"}, because="of {regions:count} regions", unless="{tenants:count} are one")
    (firing,) = evaluate(open_slot, fact_set({"tenants": 4}))
    assert (firing.because, firing.unless) == ("", "4 are one")


def test_a_rule_that_cannot_be_worded_does_not_fire() -> None:
    assert evaluate(rule(when={"tenants": "known"}, say=["{regions:count}"]), fact_set({"tenants": 4})) == ()


def test_a_rule_that_asks_has_nothing_to_say() -> None:
    asking = rule(
        when={"regions": ">= 2", "rpo": "unknown"}, say=[], ask={"text": "How much may be lost?", "assume": "60 s"}
    )
    (firing,) = evaluate(asking, fact_set({"regions": 2}))
    assert firing.say == ""
    assert offer(asking) == "If it is so: the question is: How much may be lost?"


BELIEF = rule(when={"believes": [["replica"], ["write"], ["faster"]]})


@pytest.mark.parametrize(
    ("text", "fires", "dropped"),
    [
        ("replicas make writes faster", True, False),
        ("replicas do not make writes faster", False, True),
        ("Do replicas make writes faster?", False, False),
    ],
)
def test_a_belief_fires_is_contradicted_or_stays_open(text: str, fires: bool, dropped: bool) -> None:
    facts = FactSet(text=text)
    assert bool(evaluate(BELIEF, facts)) is fires
    assert contradicted(BELIEF, facts) is dropped


def test_a_rule_is_contradicted_by_a_fact_and_not_by_its_absence() -> None:
    many = rule(when={"tenants": ">= 200"})
    assert contradicted(many, fact_set({"tenants": 5}))
    assert not contradicted(many, fact_set({}))


def test_a_rule_over_objects_is_contradicted_when_no_object_is_so() -> None:
    assert contradicted(FLOATS, FactSet(objects=(column("a.b", type="int", meaning="money"),)))
    assert not contradicted(FLOATS, FactSet(objects=(column("a.b", type="float", meaning="money"),)))
    assert not contradicted(FLOATS, FactSet())


def test_an_offer_leaves_out_what_has_slots() -> None:
    offered = rule(say=["With {tenants:count}", "Keep them"], because="it is cheap.", unless="{tenants:count} is odd")
    assert offer(offered) == "If it is so: Keep them, because it is cheap."
    assert offer(rule(say=[])) == "If it is so."


def test_an_example_becomes_facts_and_one_pasted_object() -> None:
    facts = fact_set({"workload": ["oltp"], "managed_only": True, "table.rows": "200M", "column.type": "float", "column.length": 20, "table.name": "t"})  # fmt: skip
    (pasted,) = facts.objects
    assert pasted.kind == "column"
    assert facts.get("workload") == frozenset({"oltp"})
    assert facts.get("table.rows") == parse_quantity("200M")
    assert facts.get("column.type") is None
    assert fact_set({"table.has_primary_key": False}).objects[0].kind == "table"
    assert fact_set({"schema.has_tenant_column": True}).objects[0].kind == "schema"


def test_slots_show_each_kind_of_value_in_its_way() -> None:
    facts = FactSet(
        (
            Fact(
                "workload.writes_per_s",
                parse_quantity("800/s"),
                span=Span("question", 0, 15, "800 orders/s on average"),
            ),
            Fact("cloud", frozenset({"aws", "gcp"})),
            Fact("engine", "My Table"),
            Fact("managed_only", True),
            Fact("nodes", parse_quantity("3"), "derived"),
            Fact("rpo", parse_quantity("60 s"), "assumed"),
        )
    )
    text = "{workload.writes_per_s:rate} {workload.writes_per_s:words} {cloud:names} {cloud:sql} {engine:sql} {engine:names} {managed_only:words} {managed_only:names} {nodes:count} {rpo:duration}"
    (firing,) = evaluate(rule(when={"nodes": "known"}, say=[text]), facts)
    assert firing.say == '800/s orders on average aws and gcp aws and gcp "My Table" My Table managed only yes 3 60 s'


def test_slots_of_pasted_objects_name_them_in_sentences_and_in_statements() -> None:
    objects = (column("Order.user", type="int"), column("item.qty", type="int"))
    text = "{column:names} / {column:sql} / {table:names} / {table:sql} / {column.type:names}"
    (firing,) = evaluate(rule(each="column", when={"column.type": "int"}, say=[text]), FactSet(objects=objects))
    assert firing.say == 'Order.user and item.qty / "user" and qty / Order and item / "Order" and item / int'


def test_more_than_six_names_are_counted() -> None:
    objects = tuple(column(f"t.c{n}", type="float", meaning="money") for n in range(9))
    (firing,) = evaluate(FLOATS, FactSet(objects=objects))
    assert firing.say.endswith("t.c5 and 3 more")


def test_an_unknown_slot_format_is_an_error() -> None:
    with pytest.raises(FormulaError, match="format 'loud'"):
        evaluate(rule(when={"tenants": "known"}, say=["{tenants:loud}"]), fact_set({"tenants": 4}))


def test_a_test_over_another_attribute_counts_it_as_used() -> None:
    above = rule(when={"workload.reads_per_s": "> {db.capacity}"})
    (firing,) = evaluate(above, fact_set({"workload.reads_per_s": "10/s", "db.capacity": "5/s"}))
    assert firing.used == ("workload.reads_per_s", "db.capacity")


def test_a_set_valued_attribute_of_an_object_is_named_in_order() -> None:
    pasted = PastedObject("key", "k", {"key.columns": frozenset({"b", "a"}), "key.kind": "unique"})
    (firing,) = evaluate(rule(each="key", when={"key.kind": "unique"}, say=["{key.columns:names} of {key:names}"]), FactSet(objects=(pasted,)))  # fmt: skip
    assert firing.say == "a, b of k"
