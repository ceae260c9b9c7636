"""How code gets at rows: by a key that anybody may send, through clients made for each call, past the transaction that it opened."""

from collections.abc import Iterable

from service.analysis.review.finding import Hit, Rule
from service.analysis.review.subject import Subject


def unscoped_lookup(subject: Subject) -> Iterable[Hit]:
    for trait in subject.artefacts.traits:
        if trait.kind == "unscoped_lookup":
            yield Hit(
                trait.name,
                trait.place,
                f"A row of {trait.detail} is got by the key in the request alone, so any user reads another owner's; filter by the user's tenant as elsewhere, and answer 404",
                "keys are guessed by counting (IDOR), and being logged in says nothing of whose row it is",
            )


def create_without_key(subject: Subject) -> Iterable[Hit]:
    """`get_or_create` by fields that no unique constraint holds."""
    tables = {model: table for table, model in subject.artefacts.names.items()}
    for trait in subject.artefacts.traits:
        table = subject.table(tables.get(trait.name, trait.name)) if trait.kind == "get_or_create" else None
        fields = {name for name in trait.detail.split(",") if name}
        columns = {c.name for c in table.columns} if table else set()
        wanted = {name if name in columns else f"{name}_id" for name in fields}
        if table is None or not fields or any(set(unique) <= wanted for unique in subject.uniques(table)):
            continue
        yield Hit(
            f"{trait.name}.get_or_create",
            trait.place,
            f"get_or_create by ({', '.join(sorted(fields))}) races, because no unique constraint holds them; add a UniqueConstraint (unique=True)",
            "two requests look at once, both find nothing, and both create: duplicates, and the next get fails with MultipleObjectsReturned",
        )


def client_per_call(subject: Subject) -> Iterable[Hit]:
    for trait in subject.artefacts.traits:
        if trait.kind == "client_per_call":
            yield Hit(
                trait.name,
                trait.place,
                f"{trait.name} is made anew for each request, with a pool of connections of its own; make it once, outside of the function, and share it",
                "connections of earlier calls stay open until the server refuses new ones, and each call pays for a handshake",
            )


def outside_transaction(subject: Subject) -> Iterable[Hit]:
    for trait in subject.artefacts.traits:
        if trait.kind == "outside_transaction":
            yield Hit(
                trait.name,
                trait.place,
                f"The write through {trait.name} is not part of the transaction that was opened: it goes over another connection; use the manager that the callback is given, {trait.detail}",
                "it is committed by itself, so a failure in between leaves one half of the change",
            )


ACCESS = (
    Rule("unscoped-lookup", "tenancy", "high", "patterns/tenant-shared-schema#policies-as-the-second-line", unscoped_lookup),
    Rule("create-without-key", "concurrency", "high", "patterns/integrity-constraints-and-validation#a-check-before-writing-races", create_without_key),
    Rule("client-per-call", "framework", "high", "patterns/connection-pooling#size-from-the-database-not-from-the-users", client_per_call),
    Rule("outside-transaction", "concurrency", "high", "patterns/acid-transactions#nothing-outside-the-database-takes-part", outside_transaction),
)  # fmt: skip
