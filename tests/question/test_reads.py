import pytest

from service.question.reads import Read, reads


def columns(text: str) -> list[tuple[str, list[str]]]:
    return [(read.table, [f"{name}{' desc' if down else ''}" for name, down in read.columns]) for read in reads(text)]


@pytest.mark.parametrize(
    ("text", "table", "wanted"),
    [
        ("Our orders table is filtered by status and customer_id and sorted by created_at desc, what index?", "orders", ["status", "customer_id", "created_at desc"]),
        ("MongoDB collection of gym visits, find by member, date range, sorted by duration. Which compound index?", "gym_visits", ["member", "duration", "date"]),
        ("we search listings by city and price between, order by rating. what index", "listings", ["city", "rating", "price"]),
        ("Which composite index for messages by conversation, newest first?", "messages", ["conversation", "created_at desc"]),
        ("list of flights by airline newest first which index", "flights", ["airline", "created_at desc"]),
        ("Index for open tickets of a customer, newest first", "tickets", ["customer", "created_at desc"]),
        ("index strategy for used cars filtered by make, model, price range, cheapest first", "cars", ["make", "model", "price"]),
        ("which index do i put on comments? we fetch them by post id, oldest first", "comments", ["post_id", "created_at"]),
        ("Support looks up logs by service and severity within the last 24 hours. Index?", "logs", ["service", "severity", "created_at"]),
        ("Our `invoices` table gets queried by tenant_id and due_date range, sorted by due_date. Index?", "invoices", ["tenant_id", "due_date"]),
        ("shipments table: we filter on carrier, status and delivery date, sort by weight descending - index pls", "shipments", ["carrier", "status", "weight desc", "delivery_date"]),
        ("Index on tickets for WHERE tenant_id = ? AND created_at > ? ORDER BY created_at DESC, id on the tickets table", "tickets", ["tenant_id", "created_at desc"]),
        ("Our ticket table is listed per agent with state open, oldest due date first. Which index?", "ticket", ["agent", "state", "due_date"]),
        ("index for messages by room, newest messages first", "messages", ["room", "created_at desc"]),
        ("WHERE status = 'open' AND created_at > x ORDER BY priority: index columns in what sequence", "your_table", ["status", "priority", "created_at"]),
    ],
)  # fmt: skip
def test_one_value_comes_before_the_order_and_the_order_before_the_range(
    text: str, table: str, wanted: list[str]
) -> None:
    assert columns(text) == [(table, wanted)]


def test_columns_that_are_asked_for_each_alone_are_reads_of_their_own() -> None:
    told = "How do I index a table of parcels that we query by depot, by courier or by postcode?"
    assert columns(told) == [("parcels", ["depot"]), ("parcels", ["courier"]), ("parcels", ["postcode"])]


def test_the_order_behind_alternatives_holds_for_all_of_them() -> None:
    told = "We list tasks by project or by assignee, newest first. Which index?"
    assert columns(told) == [("tasks", ["project", "created_at desc"]), ("tasks", ["assignee", "created_at desc"])]


@pytest.mark.parametrize(
    "text",
    [
        "In which order do the columns of a composite index go?",
        "We look up things by id. Do we need an index?",
        "An index on reading by us",
        "what index for finding users by email",
        "users find each other on our platform by interests and location, how to index",
        "flats filtered by city, price range and map area, newest first: index?",
        "We filter products by category and attributes and brand. Index?",
        "Find the nearest scooter within 500 m. Index?",
        "",
    ],
)
def test_nothing_is_read_where_no_order_of_columns_is_told_or_no_b_tree_serves_it(text: str) -> None:
    assert reads(text) == ()


def test_of_rows_that_are_only_added_a_range_of_time_alone_is_found_by_where_they_lie() -> None:
    by_object, by_day = reads("Indexes of an append-only audit table, asked by object id or by day?")
    assert not by_object.by_place
    assert by_day.by_place
    assert not reads("Indexes of a table of visits, asked by guest or by day?")[1].by_place


def test_a_range_of_what_is_sorted_by_stands_once() -> None:
    assert Read("t", ("a",), (("b", True),), "b").columns == (("a", False), ("b", True))
