"""Comments of what was pasted: rules and queries that people write beside a table because the schema does not hold them."""

import re
from dataclasses import dataclass

from kb.schema import Place

_COMMENT = re.compile(r"(?:^|(?<=\s))(?:--+|//+|#)[ \t]?([^\n]*)", re.MULTILINE)


MOST_COMMENTS, LONGEST = 400, 400


@dataclass(frozen=True)
class Comment:
    """Comment lines that follow one another are one comment; `alone` where no code stands before it on its line."""

    text: str
    place: Place
    alone: bool


def comments_of(text: str) -> tuple[Comment, ...]:
    """The comments of a text in order, at most MOST_COMMENTS, each cut to LONGEST characters."""
    found: list[Comment] = []
    for match in _COMMENT.finditer(text):
        begin = text.rfind("\n", 0, match.start()) + 1
        alone = not text[begin : match.start()].strip()
        last = found[-1] if found else None
        if last and alone and last.alone and not text[last.place.end : match.start()].strip() and text.count("\n", last.place.end, match.start()) == 1:  # fmt: skip
            found[-1] = Comment(f"{last.text} {match.group(1).strip()}"[:LONGEST], Place(last.place.start, match.end(), last.place.text), True)  # fmt: skip
        else:
            found.append(
                Comment(
                    match.group(1).strip()[:LONGEST], Place(match.start(), match.end(), match.group().strip()), alone
                )
            )
    return tuple(found[:MOST_COMMENTS])
