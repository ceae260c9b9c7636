"""Sections of an answer as text and code, in full or as a line each; which citations they used is told with them. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from service.answer.advice import Advice, AdviceSection, BlockUnion, Claim, Judged, Table
from service.answer.topics import TITLES
from service.frontends.slack.mrkdwn import escape, link, mrkdwn, plain, shortened

# A monospaced table wider than the pane of a thread wraps and cannot be read; its rows are told one by one instead.
TABLE_COLUMNS = 44
LEAD = 220
LONGEST_LEAD = 450
TITLES_SHOWN = 130
SOURCES_EACH = 2
NAME = 150
SCORES = 900
_ADDRESS = re.compile(r"<[^|>]*\|")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`*\[])")
STATUSES = {"executed": "has run on the real engine", "instance": "an instance has run on the real engine", "parsed": "parsed, not run"}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Something to show: mrkdwn, or code as it is."""

    text: str
    is_code: bool = False
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Writer:
    """Writes claims of one answer, each with its numbers as links to our entry pages."""

    advice: Advice
    public_url: str = ""

    def claim(self, claim: Claim) -> str:
        return f"{mrkdwn(claim.text, self.public_url)}{self.numbers(claim)}"

    def numbers(self, claim: Claim) -> str:
        """` [3]` for each citation; a dagger marks what is our own judgement."""
        mark = "†" if isinstance(claim.support, Judged) else ""
        urls = {citation.number: citation.url for citation in self.advice.citations}
        return "".join(f" {link(urls.get(n, ''), f'[{n}{mark}]', self.public_url)}" for n in claim.citations)

    def sources(self, numbers: frozenset[int]) -> Iterator[str]:
        """A line for each citation that was used: our section, and what it rests on."""
        for cited in self.advice.citations:
            if cited.number in numbers:
                ours = link(cited.url, _name(f"{cited.title}: {cited.heading}"), self.public_url)
                named = "; ".join(link(source.url, _name(source.title)) for source in cited.sources[:SOURCES_EACH])
                yield f"{cited.number}. {ours} — {named or 'our judgement'}"


def full(writer: Writer, sections: Sequence[AdviceSection]) -> Iterator[Part]:
    """Everything, kind by kind, each under its title."""
    for kind, of_kind in groupby(sections, key=lambda section: section.kind):
        title = f"*{escape(TITLES[kind])}*"
        for section in of_kind:
            own = _slanted(section.title) if section.title != TITLES[kind] else ""
            yield from _titled("\n".join(filter(None, (title, own))), _blocks(writer, section))
            title = ""


def folded(writer: Writer, sections: Sequence[AdviceSection]) -> Iterator[Part]:
    """A few lines for each kind: what its first paragraph says, and what else stands in the full answer."""
    for kind, of_kind in groupby(sections, key=lambda section: section.kind):
        some = list(of_kind)
        claim, text = _lead(writer, some)
        rest = " · ".join(s.title for s in some if s.title != TITLES[kind])
        more = f"\n{_slanted(shortened(rest, TITLES_SHOWN))}" if rest else ""
        said = f"\n{text}{writer.numbers(claim)}" if claim else ""
        yield Part(f"*{escape(TITLES[kind])}*{said}{more}", numbers=_used([claim] if claim else ()))
        if kind == "technology":
            yield from _scores(writer, some)


def _scores(writer: Writer, sections: Sequence[AdviceSection]) -> Iterator[Part]:
    """The table that a choice rests on, where it is short: a verdict without its scores would have to be believed."""
    table = next((b for section in sections for b in section.blocks if b.kind == "table"), None)
    shown = list(_table(writer, table)) if table else []
    if size(shown) <= SCORES:
        yield from shown


def size(parts: Iterable[Part]) -> int:
    """Characters that are read; addresses of links are not."""
    return sum(len(_ADDRESS.sub("", part.text)) for part in parts)


def _lead(writer: Writer, sections: Sequence[AdviceSection]) -> tuple[Claim | None, str]:
    """The first statement in words, or else the first row of a table; whole sentences as far as they are short."""
    blocks = [block for section in sections for block in section.blocks if block.claims]
    # "What depends on it:" leads to a list and says nothing without it.
    worded = (b for b in blocks if b.kind in ("paragraph", "list") and not b.claims[0].text.rstrip().endswith(":"))
    chosen = next(worded, None) or next((b for b in blocks if b.kind in ("table", "calculation")), None)
    if chosen is None:
        return None, ""
    claim = chosen.claims[0]
    if isinstance(chosen, Table):
        return claim, _record(writer, chosen.header, chosen.rows[0])
    if chosen.kind == "calculation":
        return claim, _sum(claim)
    return claim, _shortly(writer, claim.text)


def _shortly(writer: Writer, text: str) -> str:
    sentences = _SENTENCE.split(text)
    kept = sentences[:1]
    for sentence in sentences[1:]:
        if len(" ".join(kept)) + len(sentence) > LEAD:
            break
        kept.append(sentence)
    lead = " ".join(kept)
    if len(lead) > LONGEST_LEAD:
        return escape(shortened(plain(lead), LONGEST_LEAD))
    return mrkdwn(lead, writer.public_url)


def _blocks(writer: Writer, section: AdviceSection) -> Iterator[Part]:
    for block in section.blocks:
        yield from _block(writer, block)


def _titled(title: str, parts: Iterator[Part]) -> Iterator[Part]:
    """The title on the line above the first text; above code it stands alone."""
    first = next(parts, Part(""))
    if first.is_code or not title:
        yield Part(title)
        yield first
    else:
        yield replace(first, text=f"{title}\n{first.text}".rstrip())
    yield from parts


def _block(writer: Writer, block: BlockUnion) -> Iterator[Part]:
    numbers = _used(block.claims)
    if block.kind == "paragraph":
        yield Part(" ".join(writer.claim(claim) for claim in block.claims), numbers=numbers)
    elif block.kind == "list":
        marks = (f"{n}." if block.ordered else "•" for n in range(1, len(block.claims) + 1))
        yield Part(
            "\n".join(f"{m} {writer.claim(c)}" for m, c in zip(marks, block.claims, strict=True)), numbers=numbers
        )
    elif block.kind == "table":
        yield from _table(writer, block)
    elif block.kind == "calculation":
        yield Part("\n".join(f"• {_sum(claim)}{writer.numbers(claim)}" for claim in block.claims), numbers=numbers)
    elif block.kind == "diagram":
        yield Part(f"_The diagram is the picture below._{_all_numbers(writer, block.claims)}", numbers=numbers)
    else:
        yield Part("\n".join(claim.text.rstrip("\n") for claim in block.claims), is_code=True)
        label = f"_{escape(block.dialect or block.language)}: {STATUSES[block.status]}_"
        yield Part(f"{label}{_all_numbers(writer, block.claims)}", numbers=numbers)


def _sum(claim: Claim) -> str:
    return f"`{escape(claim.text.replace('`', ''))}`" if " = " in claim.text else mrkdwn(claim.text)


def _table(writer: Writer, table: Table) -> Iterator[Part]:
    """Monospaced where it is narrow, otherwise a line for each row with the headers beside the values."""
    numbers = _used(table.claims)
    bare = [[plain(cell) for cell in row] for row in (table.header, *table.rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*bare, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) <= TABLE_COLUMNS:
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in bare]
        yield Part("\n".join(lines), is_code=True)
        yield Part(_all_numbers(writer, table.claims).strip(), numbers=numbers)
        return
    # Where all rows rest on the same, it is said once.
    alike = len({writer.numbers(claim) for claim in table.claims}) == 1
    records = [
        f"• {_record(writer, table.header, row)}{'' if alike else writer.numbers(claim)}"
        for row, claim in zip(table.rows, table.claims, strict=True)
    ]
    yield Part("\n".join(records) + (writer.numbers(table.claims[0]) if alike else ""), numbers=numbers)


def _record(writer: Writer, header: Sequence[str], row: Sequence[str]) -> str:
    first, *others = (mrkdwn(cell, writer.public_url) for cell in row)
    names = (_slanted(plain(name)) if name else "" for name in header[1:])
    # Code and emphasis do not nest in every client: the first cell is bold only where it is words.
    lead = first if "`" in first or "<" in first or "*" in first or not first else f"*{first}*"
    told = " · ".join(f"{name} {cell}".strip() for name, cell in zip(names, others, strict=True) if cell)
    return f"{lead} — {told}" if told else lead


def _slanted(words: str) -> str:
    """Plain words in italics; words that hold a mark themselves stay upright, as Slack knows no way to escape one."""
    return escape(words) if any(mark in words for mark in "_*~`") else f"_{escape(words)}_"


def _name(text: str) -> str:
    return escape(shortened(text, NAME))


def _all_numbers(writer: Writer, claims: Sequence[Claim]) -> str:
    """The numbers of several claims, each once."""
    return "".join(dict.fromkeys(writer.numbers(claim) for claim in claims))


def _used(claims: Iterable[Claim]) -> frozenset[int]:
    return frozenset(number for claim in claims for number in claim.citations)
