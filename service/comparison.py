"""A comparison as a question: technologies by any of their names, for a purpose."""

from collections.abc import Sequence

from pydantic import ValidationError

from kb.entry import KnowledgeBase
from kb.vocabulary import Vocabulary
from service.errors import RequestError, UnknownEntryError
from service.question.request import AskRequest

FEWEST, MOST = 2, 6


def comparison_of(kb: KnowledgeBase, vocabulary: Vocabulary, names: Sequence[str], purpose: str) -> AskRequest:
    """The request that compares. Raises UnknownEntryError for a name without a profile, RequestError for too few or too many."""
    ids = tuple(dict.fromkeys(_known(kb, vocabulary, name) for name in names))
    if not FEWEST <= len(ids) <= MOST:
        raise RequestError(f"{len(ids)} different technologies: name {FEWEST} to {MOST} to compare")
    titles = [vocabulary.technologies[each].name for each in ids]
    listed = f"{', '.join(titles[:-1])} or {titles[-1]}"
    purpose = " ".join(purpose.split())
    question = f"Which is the better choice{f' for {purpose}' if purpose else ''}: {listed}?"
    try:
        return AskRequest.model_validate({"question": question, "constraints": {"compared": list(ids)}})
    except ValidationError as error:
        raise RequestError(f"the purpose cannot be asked about: {error.errors()[0]['msg']}") from error


def _known(kb: KnowledgeBase, vocabulary: Vocabulary, name: str) -> str:
    wanted = name.strip().lower()
    for each in vocabulary.technologies.values():
        if wanted in {each.id, each.name.lower(), *(alias.lower() for alias in each.aliases)}:
            if f"technologies/{each.id}" not in kb.entries:
                raise UnknownEntryError(
                    f"there is no profile of {each.name} yet; /v1/technologies names those that there are"
                )
            return each.id
    raise UnknownEntryError(
        f"{name!r} is no technology that is known here; /v1/technologies names those that have a profile"
    )
