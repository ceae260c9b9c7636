"""What is wanted for pasted tables, and what is said to hold for a time or to go through states."""

import pytest

from kb.ddl import parse_schema
from service.question.changes import changes, period_of, table_called
from service.question.homonyms import plain
from service.question.nouns import nouns
from service.question.periods import over_time
from service.question.relations import Relation, relations
from service.question.states import states, without_states

SHOP = parse_schema(
    """
    CREATE TABLE customers (customer_id bigint PRIMARY KEY, name text NOT NULL, street text);
    CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers, status text, total numeric);
    CREATE TABLE order_lines (id bigint PRIMARY KEY, order_id bigint REFERENCES orders, price numeric);
    """
)


def kinds(text: str, *intents: str) -> list[tuple[str, str, str]]:
    return [(each.kind, each.table, each.name) for each in changes(text, SHOP, frozenset(intents))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("add several addresses per customer", [("several", "customers", "address")]),
        ("we need more than one address for each customer", [("several", "customers", "address")]),
        ("they can now have several addresses", [("several", "customers", "address")]),
        ("please add labels to orders", [("many", "orders", "label")]),
        ("an order may have several editors now", [("many", "orders", "editor")]),
        ("let us keep every status change", [("history", "orders", "status")]),
        ("log the state of customers, we need that", []),
        ("we want a history of prices", [("valued", "order_lines", "price")]),
        ("the old prices should stay", [("valued", "order_lines", "price")]),
        ("fees per customer change every year, we need that", [("valued", "customers", "fee")]),
        ("fees change every year, we need that", [("valued", "customers", "fee")]),
        ("make this multi-tenant", [("tenancy", "", "")]),
        ("how can two teams use it and not see each other's rows", [("tenancy", "", "")]),
        ("we must support another currency", [("currency", "", "")]),
        ("add which clerk has packed the order", [("reference", "orders", "clerk")]),
        ("add recurring bookings", []),
        ("customers have several orders, how do we add that", []),
        ("add an index to orders", []),
        ("is this good?", []),
        ("we want colours to change every year", []),
    ],
)
def test_what_is_to_be_added_is_read_from_the_words(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert kinds(text) == expected


def test_who_wants_a_review_wants_no_change_unless_he_says_add() -> None:
    assert kinds("review this, we need several addresses per customer", "review") == []
    assert kinds("review this and add several addresses per customer", "review") == [
        ("several", "customers", "address")
    ]


def test_tables_that_know_tenants_need_none() -> None:
    schema = parse_schema("CREATE TABLE a (tenant_id bigint, id bigint, PRIMARY KEY (tenant_id, id));")
    assert changes("make this multi-tenant", schema) == ()


def test_without_tables_nothing_is_added() -> None:
    assert changes("add several addresses per customer", parse_schema("")) == ()


def test_an_amount_that_has_a_table_is_that_of_nothing_that_was_named() -> None:
    stock = parse_schema("CREATE TABLE price (id int PRIMARY KEY, name text); CREATE TABLE lamp (id int PRIMARY KEY);")
    assert changes("we must keep the old prices", stock) == ()


def test_a_table_is_meant_by_its_last_word_where_only_one_has_it() -> None:
    found = table_called("lines", SHOP)
    assert found is not None
    assert found.name == "order_lines"
    assert table_called("invoice", SHOP) is None


def test_a_period_has_a_beginning_and_an_end() -> None:
    table = parse_schema("CREATE TABLE b (id int, starts_at timestamptz, ends_at timestamptz);").tables[0]
    assert [column.name for column in period_of(table) or ()] == ["starts_at", "ends_at"]
    assert period_of(SHOP.tables[0]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rents change on 1 January and the old rent stays visible", [("rent", ())]),
        ("a tariff has a standing charge and unit rates, both valid from a date on", [("standing charge", ("tariff",)), ("unit rate", ("tariff",))]),
        ("hourly rates that differ per lawyer and change each year", [("hourly rate", ("lawyer",))]),
        ("The price of a course changes every semester", [("price", ("course",))]),
        ("fees per kg depend on the year", [("fee", ())]),
        ("customers rent units month by month", []),
        ("products have prices", []),
    ],
)  # fmt: skip
def test_amounts_hold_for_a_time_where_the_sentence_says_so(text: str, expected: list[tuple[str, object]]) -> None:
    assert list(over_time(text)) == expected


@pytest.mark.parametrize(
    ("text", "of", "names"),
    [
        ("walks are planned, started, finished or cancelled", "walk", ("planned", "started", "finished", "cancelled")),
        ("bikes are in repair, available or sold", "bike", ("in repair", "available", "sold")),
        ("a loan is open or closed", "loan", ("open", "closed")),
        ("invoices (status: draft, sent, paid)", "", ("draft", "sent", "paid")),
        ("orders with status new, paid, shipped or cancelled", "order", ("new", "paid", "shipped", "cancelled")),
        ("tickets with status reserved, sold, refunded, and seat prices", "ticket", ("reserved", "sold", "refunded")),
    ],
)
def test_states_are_read_with_what_goes_through_them(text: str, of: str, names: tuple[str, ...]) -> None:
    (found,) = states(text)
    assert (found.of, found.names) == (of, names)
    assert len(without_states(text)) == len(text)
    assert not states(without_states(text))


@pytest.mark.parametrize(
    "text",
    [
        "parcels are scanned and weighed at each hub",
        "we track the status of each parcel, the driver and the van",
        "repair jobs with states, parts used, mechanics",
        "each state has many cities, and counties",
    ],
)
def test_what_is_done_at_once_and_what_is_kept_are_no_states(text: str) -> None:
    assert states(text) == ()


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("A book can have several authors", Relation("many_to_many", "book", "author")),
        ("a member can now also have several phones", Relation("one_to_many", "member", "phone")),
        ("an employee should be able to work in several departments", Relation("many_to_many", "employee", "department")),
        ("customers switch tariffs over the years", Relation("over_time", "customer", "tariff")),
    ],
)  # fmt: skip
def test_relations_are_read_behind_more_words(text: str, relation: Relation) -> None:
    assert relations(text) == (relation,)


def test_who_switches_now_and_then_has_no_past() -> None:
    assert relations("customers switch tariffs") == ()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Accessions are collected on trips, stored in several packets, packets get tested, samples sent", "stored"),
        ("clients, lawyers, matters, rates per client, and change each year", "change"),
        ("garages, spaces, tickets, and who parks where", "park"),
        ("owners, dogs, a walker takes several of them, walks", "walker take"),
    ],
)
def test_verbs_and_participles_in_a_list_are_no_things(text: str, missing: str) -> None:
    known = ["client", "lawyer", "change", "park", "garage", "space", "owner", "dog", "packet", "sample"]
    assert missing not in [noun.name for noun in nouns(text, known)]


def test_who_lives_in_a_flat_is_a_renter_and_who_has_rows_a_tenant() -> None:
    assert plain("flats, tenants and leases") == "flats, renters and leases"
    assert plain("a tenant has a lease") == "a renter has a lease"
    assert plain("a multi-tenant app for landlords") == "a multi-tenant app for landlords"
    assert plain("our tenants are companies") == "our tenants are companies"
