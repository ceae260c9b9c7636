"""What language models cost: calls, tokens, dollars and seconds for /metrics and for the Server-Timing of one answer."""

from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from service.answer.telling import Event, Judged, Spent, Tell


class Spending:
    """Metrics of one application, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._calls = Counter("dbarch_model_calls", "Calls of the language model.", ("task", "outcome"), registry=self._registry)  # fmt: skip
        self._tokens = Counter("dbarch_model_tokens", "Tokens of the language model.", ("direction",), registry=self._registry)  # fmt: skip
        self._cost = Counter("dbarch_model_cost_dollars", "Dollars, by DBARCH_LLM_PRICE.", registry=self._registry)
        self._seconds = Histogram("dbarch_model_seconds", "Seconds a call took.", ("task",), registry=self._registry)
        self._claims = Counter("dbarch_model_claims", "Claims of the model by the verdict of the check.", ("verdict",), registry=self._registry)  # fmt: skip

    def heard(self, event: Event) -> None:
        """Count what a call cost and what became of the claims."""
        if isinstance(event, Spent):
            self._calls.labels(event.task, event.outcome).inc()
            self._tokens.labels("in").inc(event.tokens_in)
            self._tokens.labels("out").inc(event.tokens_out)
            self._cost.inc(event.cost)
            if event.outcome in ("answered", "failed"):
                self._seconds.labels(event.task).observe(event.seconds)
        elif isinstance(event, Judged):
            for verdict in ("supported", "own", "dropped"):
                self._claims.labels(verdict).inc(getattr(event, verdict))

    def exposed(self) -> bytes:
        """In the text format of Prometheus."""
        return generate_latest(self._registry)


@dataclass
class Listener:
    """Hears one answer being made: counts what it costs, keeps it for Server-Timing, and passes everything on."""

    spending: Spending
    passed_on: Tell
    calls: list[Spent] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        self.spending.heard(event)
        if isinstance(event, Spent):
            self.calls.append(event)
        self.passed_on(event)

    @property
    def timing(self) -> str:
        """`model;dur=1200.0;desc="2 calls, 3100 tokens in, 420 out"`, or nothing where no model was asked."""
        if not self.calls:
            return ""
        total: Callable[[str], float] = lambda name: sum(getattr(call, name) for call in self.calls)  # noqa: E731
        cost = f", ${total('cost'):.4f}" if total("cost") else ""
        told = f"{len(self.calls)} calls, {total('tokens_in'):.0f} tokens in, {total('tokens_out'):.0f} out{cost}"
        return f'model;dur={1000 * total("seconds"):.1f};desc="{told}"'
