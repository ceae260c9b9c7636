"""The table of review rules, all families."""

from service.analysis.review.access import ACCESS
from service.analysis.review.aggregate import AGGREGATE
from service.analysis.review.audit import AUDIT
from service.analysis.review.closed_values import CLOSED_VALUES
from service.analysis.review.concurrency import CONCURRENCY
from service.analysis.review.configuration import CONFIGURATION
from service.analysis.review.document_indexes import DOCUMENT_INDEXES
from service.analysis.review.documents import DOCUMENTS
from service.analysis.review.engine import ENGINE
from service.analysis.review.engine_types import ENGINE_TYPES
from service.analysis.review.finding import Rule
from service.analysis.review.framework import FRAMEWORK
from service.analysis.review.growth import GROWTH
from service.analysis.review.indexes import INDEXES
from service.analysis.review.integrity import INTEGRITY
from service.analysis.review.keys import KEYS
from service.analysis.review.moments import MOMENTS
from service.analysis.review.money import MONEY
from service.analysis.review.operation import OPERATION
from service.analysis.review.pitfalls import PITFALLS
from service.analysis.review.plan import PLAN
from service.analysis.review.promise import PROMISES
from service.analysis.review.query import QUERY
from service.analysis.review.references import REFERENCES
from service.analysis.review.routine_body import ROUTINE
from service.analysis.review.row_checks import ROW_CHECKS
from service.analysis.review.said_twice import SAID_TWICE
from service.analysis.review.sargable import SARGABLE
from service.analysis.review.security import SECURITY
from service.analysis.review.shape import SHAPE
from service.analysis.review.stated import STATED
from service.analysis.review.taken_twice import TAKEN_TWICE
from service.analysis.review.tenancy import TENANCY
from service.analysis.review.transaction import TRANSACTION
from service.analysis.review.types import TYPES
from service.analysis.review.uniqueness import UNIQUENESS
from service.analysis.review.wanted_index import WANTED
from service.analysis.review.within_parent import WITHIN_PARENT

RULES: tuple[Rule, ...] = (
    *TYPES, *MONEY, *MOMENTS, *CLOSED_VALUES, *KEYS, *REFERENCES, *INTEGRITY, *UNIQUENESS, *WITHIN_PARENT, *SAID_TWICE, *TAKEN_TWICE, *ROW_CHECKS, *SHAPE, *PROMISES, *STATED, *ENGINE, *ENGINE_TYPES, *ROUTINE, *INDEXES, *DOCUMENT_INDEXES, *DOCUMENTS, *CONCURRENCY, *TRANSACTION, *TENANCY, *SECURITY, *AUDIT, *GROWTH, *FRAMEWORK, *ACCESS, *QUERY, *PITFALLS, *SARGABLE, *AGGREGATE, *PLAN, *OPERATION, *CONFIGURATION, *WANTED
)  # fmt: skip
