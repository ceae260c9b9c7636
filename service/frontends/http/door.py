"""What the handlers share: the use cases, the pool that runs them, what keeps their answers and the pages they are shown on."""

from dataclasses import dataclass

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from service.frontends.http.pages import Pages
from service.frontends.http.spending import Spending
from service.frontends.keeping import Keeper
from service.frontends.pool import Pool
from service.frontends.use_cases import UseCases
from service.question.request import AskRequest


@dataclass(frozen=True)
class Door:
    """Built once by `create_app`, injected into every handler."""

    advisor: UseCases
    pool: Pool
    keeper: Keeper
    pages: Pages
    public_url: str
    # Calls of a model take seconds: they have workers of their own, so that no other question waits for them.
    model_pool: Pool
    spending: Spending

    def pool_for(self, request: AskRequest) -> Pool:
        """Where the question is answered."""
        return self.model_pool if request.composer == "model" else self.pool


# Validated by mypy; Litestar would try to take the protocol apart.
DoorDependency = NamedDependency[SkipValidation[Door]]
