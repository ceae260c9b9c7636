"""Everything that service raises.

ServiceError
├── SettingsError      a setting is unknown or outside its bounds
├── RequestError       a request of the command line is outside the bounds of every request
├── ConstraintError    a constraint or weight of the request is not one that we know
├── CalculationError   a formula is unknown, or its inputs do not fit
├── UnknownEntryError  there is no entry of that name
├── UnknownAnswerError no answer of that id is kept
├── StoreError         the store cannot be used
└── RetrievalError     the index cannot be asked
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


class StoreError(ServiceError):
    """The store cannot be used."""


class RetrievalError(ServiceError):
    """The index cannot be asked."""
