import pytest

from kb.calculation import FORMULAS, agrees, check_block, compute, parse_call, role_of
from kb.errors import FormulaError, ImplausibleError
from kb.formula import Formula
from kb.quantity import Quantity, parse_quantity

EXAMPLES = [
    ("orders: rate(count=2M, period=1 d) = 23/s"),
    ("year: rows(rate=23/s, period=1 y) = 730M"),
    ("disk: stored_bytes(rows=730M, row_bytes=400 B, overhead=1.3, copies=3) = 1.1 TB"),
    ("wire: bandwidth(rate=1M/s, item_bytes=40 B) = 40 MB/s"),
    ("later: grown(initial=10 TB, growth=40%, years=3) = 27 TB"),
    ("busy: connections(rate=2,000/s, latency=5 ms) = 10"),
    ("pool: pool_size(cores=16) = 33"),
    ("missed: misses(rate=20,000/s, hit_ratio=95%) = 1000/s"),
    ("ratio: hit_ratio_needed(rate=20000/s, capacity=3000/s) = 85%"),
    ("hot: cache_bytes(items=2M, item_bytes=1500 B, overhead=1.4) = 4.2 GB"),
    ("by_bytes: shards_by_bytes(total=40 TB, per_shard=2 TB) = 29"),
    ("by_rate: shards_by_rate(rate=60000/s, per_shard=8000/s, headroom=30%) = 11"),
    ("readers: read_replicas(rate=50000/s, per_node=15000/s) = 5"),
    ("copy: transfer_time(amount=40 GB, bandwidth=60 MB/s) = 11 min"),
    ("down: downtime(availability=99.9%, period=1 y) = 8.8 h"),
    ("both: series_availability(a=99.95%, b=99.95%) = 99.9%"),
    ("either: parallel_availability(a=99%, b=99%) = 99.99%"),
    ("leaf: index_bytes(rows=1000M, key_bytes=8 B) = 22 GB"),
    ("parts: partitions(retention=90 d, interval=1 d) = 90"),
    ("keys: key_exhaustion(rate=1000/s, bits=31) = 25 d"),
    ("votes: quorum(nodes=5) = 3"),
    ("chatty: round_trips(count=6, rtt=90 ms) = 540 ms"),
    ("top: peak(rate=230/s, factor=4) = 920/s"),
    ("fleet: fleet_rate(sources=2M, each=30/d) = 690/s"),
    ("flow: fleet_flow(sources=750, each=2 kB/s) = 1.5 MB/s"),
    ("kept: stored(bytes=66 TB, compression=10, copies=3) = 20 TB"),
    ("daily: bytes_in(bandwidth=100 MB/s, period=1 d) = 8.6 TB"),
    ("grows: grown_after(initial=400 GB, growth=60%, period=3 y) = 1.6 TB"),
    ("adds: grown_steadily(initial=400 GB, growth=20 GB/d, period=10 d) = 600 GB"),
    ("hot: share_of(total=2M, share=5%) = 100k"),
    ("left: remainder(share=70%) = 30%"),
    ("opened: all_connections(instances=20, each=30) = 600"),
    ("through: pool_throughput(connections=20, latency=10 ms) = 2000/s"),
    ("any: redundant_availability(availability=99%, count=2) = 99.99%"),
    ("all: chain_availability(availability=99.9%, count=3) = 99.7%"),
    ("later_rows: rows_after(initial=1200M, rate=13/s, period=2 y) = 2000M"),
    ("group: nodes_for(failures=2) = 5"),
    ("spare: tolerated(nodes=5) = 2"),
    ("load: load_time(rows=1000M, rate=50000/s) = 5.6 h"),
    ("lag: catch_up(lag=30 min, rate=1000/s, apply_rate=3000/s) = 15 min"),
    ("queue: drain(backlog=4M, rate=1000/s, apply_rate=3000/s) = 33 min"),
    ("full: time_to_fill(capacity=4 TB, used=2 TB, growth=20 GB/d) = 100 d"),
    ("xid: wraparound(rate=1000/s) = 25 d"),
    ("glass: fibre_rtt(km=6000) = 60 ms"),
    ("bucket: partition_bytes(span=1 d, interval=10 s, row_bytes=100 B) = 860 kB"),
    ("one: rate_of_one(interval=10 s) = 0.1/s"),
    ("wcu: write_units(rate=500/s, item_bytes=1500 B) = 1000"),
    ("rcu: read_units(rate=500/s, item_bytes=6000 B, weight=0.5) = 500"),
    ("ru: request_units(reads=1000/s, writes=200/s, item_bytes=800 B) = 2000"),
    ("by_count: lanes_by_rate(rate=50000/s, per_lane=8000/s) = 7"),
    ("by_volume: lanes_by_bytes(bandwidth=100 MB/s, per_lane=12 MB/s) = 9"),
    ("reads: reads_for_writes(rate=120/s, ratio=50) = 6000/s"),
    ("cards: bytes_with_overhead(rows=80M, row_bytes=600 B, overhead=90 B) = 55 GB"),
    ("lost: exposure(behind=40 s) = 40 s"),
    ("suffixes: hot_key_splits(rate=2700/s) = 3"),
    ("yearly: growth_of_doubling(doubling=1 y) = 100%"),
    ("too_slow: rate_outgrown(rate=1250/s, capacity=10000/s, growth=100%) = 3 y"),
    ("embeddings: vector_bytes(rows=5M, dimensions=1536) = 31 GB"),
    ("down: availability_of_outage(outage=4 h, period=1 y) = 99.954%"),
    ("too_small: size_outgrown(used=500 GB, capacity=2 TB, growth=100%) = 2 y"),
]


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_formula_computes_its_example(line: str) -> None:
    assert check_block(line) == ()


def test_every_formula_has_an_example_here() -> None:
    assert {line.split(": ")[1].split("(")[0] for line in EXAMPLES} == set(FORMULAS)


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS.keys())
def test_every_formula_states_itself_its_source_and_defaults_in_its_range(formula: Formula) -> None:
    found = FORMULAS[formula.name]
    assert found.statement
    assert str(found.source).startswith(("definition", found.source.title))
    for role in found.roles:
        assert role.required or role.low <= role.default_quantity().value <= role.high


def test_a_later_line_uses_the_label_of_an_earlier_one() -> None:
    block = "# sizes\norders: rate(count=2M, period=1 d) = 23/s\n\nyear: rows(rate=orders, period=1 y) = 730M\n"
    assert check_block(block) == ()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("orders: rate(count=2M, period=1 d) = 24/s", "is 23/s, not 24/s"),
        ("orders = 24/s", "is not a calculation"),
        ("orders: speed(count=2M) = 24/s", "'speed' is not known"),
        ("orders: rate(count=2M) = 24/s", "needs 'period', a duration"),
        ("orders: rate(count=2M, period=1 d, period=2 d) = 1/s", "given twice"),
        ("orders: rate(2M, 1 d, 3) = 1/s", "more than 2 arguments"),
        ("orders: rate(2M, ) = 1/s", "'period' of 'rate' is empty"),
        ("orders: rate(rows=2M, period=1 d) = 1/s", "has no argument 'rows'"),
        ("orders: rate(count=users, period=1 d) = 1/s", "neither a label"),
        ("orders: rate(count=2M, period=1 d) = fast", "is not a quantity"),
        ("n: quorum() = 3", "needs 'nodes', a count"),
        ("grow: grown(growth=3%, years=1) = 3", "needs 'initial': write"),
    ],
)
def test_a_calculation_that_does_not_hold_is_a_problem_with_its_line(line: str, text: str) -> None:
    (problem,) = check_block(f"votes: quorum(nodes=3) = 2\n{line}")
    assert problem.line == 2
    assert text in problem.text


def test_a_label_is_used_once() -> None:
    (problem,) = check_block("votes: quorum(nodes=3) = 2\nvotes: quorum(nodes=3) = 2")
    assert "twice" in problem.text


def test_a_call_is_read_by_name_or_by_position() -> None:
    named = parse_call("rows(rate=workload.writes_per_s, period=1 d)")
    assert named == parse_call("rows(workload.writes_per_s, 1 d)")
    assert named.arguments == {"rate": "workload.writes_per_s", "period": "1 d"}


def test_what_is_no_call_says_how_to_write_one() -> None:
    with pytest.raises(FormulaError, match=r"write name\(argument"):
        parse_call("rows of a day")


def test_a_result_tells_formula_arguments_and_source() -> None:
    arguments = {"cores": parse_quantity("16")}
    result = compute("pool_size", arguments)
    assert result.text == "pool_size(cores=16, spindles=1) = 33"
    assert result.statement.startswith("twice the cores")
    assert "wiki.postgresql.org" in str(result.source)


def test_an_argument_of_another_unit_is_refused() -> None:
    with pytest.raises(FormulaError, match="'items' of 'cache_bytes' is a count, '40 B' is a bytes"):
        compute("cache_bytes", {"items": parse_quantity("40 B"), "item_bytes": parse_quantity("1 kB")})


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("hit_ratio_needed", {"rate": "100/s", "capacity": "3000/s"}, "outside"),
        ("rate", {"count": "0", "period": "1 d"}, "'count' of 'rate' is 0"),
        ("grown", {"initial": "5 TB", "growth": "100000%", "years": "3"}, "outside -99 to 10000"),
    ],
)
def test_what_is_implausible_is_not_said(name: str, arguments: dict[str, str], text: str) -> None:
    with pytest.raises(ImplausibleError, match=text):
        compute(name, {role: parse_quantity(value, role_of(name, role).unit) for role, value in arguments.items()})


@pytest.mark.parametrize(
    ("stated", "computed", "same"),
    [
        ("1.2 TB", "1.25 TB", True),
        ("1.3 TB", "1.25 TB", True),
        ("1.4 TB", "1.25 TB", False),
        ("11 min", "667 s", True),
        ("99.9%", "99.95%", False),
        ("0/s", "0/s", True),
        ("1/s", "0/s", False),
    ],
)
def test_values_agree_to_two_significant_digits(stated: str, computed: str, same: bool) -> None:
    assert agrees(parse_quantity(stated), parse_quantity(computed)) is same


def test_growth_keeps_the_unit_of_what_grows() -> None:
    result = compute("grown", {"initial": Quantity(100, "rate"), "growth": Quantity(0, "percent"), "years": Quantity(1, "count")})  # fmt: skip
    assert result.result == Quantity(100, "rate")
