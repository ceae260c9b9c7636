"""What the handlers share: the use cases, the pool that runs them, what keeps their answers and the pages they are shown on."""

from dataclasses import dataclass

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from service.frontends.http.pages import Pages
from service.frontends.keeping import Keeper
from service.frontends.pool import Pool
from service.frontends.use_cases import UseCases


@dataclass(frozen=True)
class Door:
    """Built once by `create_app`, injected into every handler."""

    advisor: UseCases
    pool: Pool
    keeper: Keeper
    pages: Pages
    public_url: str


# Validated by mypy; Litestar would try to take the protocol apart.
DoorDependency = NamedDependency[SkipValidation[Door]]
