"""Everything that service raises.

ServiceError
├── SettingsError      a setting is unknown or outside its bounds
├── RequestError       a request of the command line is outside the bounds of every request
├── ConstraintError    a constraint or weight of the request is not one that we know
├── CalculationError   a formula is unknown, or its inputs do not fit
├── UnknownEntryError  there is no entry of that name
├── UnknownAnswerError no answer of that id is kept
├── AnswerStoreError   the store cannot be used
├── RetrievalError     the index cannot be asked
└── ModelError         a language model does not answer, or not in a form that can be used
"""


class ServiceError(Exception):
    """Root of everything that service raises; the message is one line that says what to do."""


class SettingsError(ServiceError):
    """A setting is unknown or outside its bounds."""


class RequestError(ServiceError):
    """A request of the command line is outside the bounds of every request."""


class ConstraintError(ServiceError):
    """A constraint or weight of the request is not one that we know."""


class CalculationError(ServiceError):
    """A formula is unknown, or its inputs do not fit."""


class UnknownEntryError(ServiceError):
    """There is no entry of that name."""


class UnknownAnswerError(ServiceError):
    """No answer of that id is kept."""


class AnswerStoreError(ServiceError):
    """The store cannot be used."""


class RetrievalError(ServiceError):
    """The index cannot be asked."""


class ModelError(ServiceError):
    """A language model does not answer, or not in a form that can be used; never reaches a front end: the deterministic answer does.

    `dead` says that asking again for the same question is of no use, as nobody answers now; `retry_after` for how many seconds, where the endpoint said so.
    """

    def __init__(self, message: str, retry_after: float | None = None, dead: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.dead = dead
