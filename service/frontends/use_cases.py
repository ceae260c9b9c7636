"""What every front end asks of the core; service.advisor is it, and tests bring a small one of their own."""

from typing import Protocol

from kb.entry import Entry, Kind, KnowledgeBase
from service.answer.advice import Advice
from service.catalogue import EntryCard, SearchResults
from service.question.request import AskRequest


class UseCases(Protocol):
    """The use cases of service.advisor, as front ends call them."""

    @property
    def kb(self) -> KnowledgeBase: ...
    @property
    def edition(self) -> str: ...
    def advise(self, request: AskRequest) -> Advice: ...
    def search(self, query: str, limit: int = 10) -> SearchResults: ...
    def entries(self, kind: Kind | None = None) -> tuple[EntryCard, ...]: ...
    def entry(self, entry_id: str) -> Entry: ...
