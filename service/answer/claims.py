"""Claims: statements, rules and results turned into what the answer says, each with its support and its citations."""

import re
from collections.abc import Iterable, Mapping

from kb.calculation import FORMULAS, Calculated
from kb.entry import JUDGEMENT, Block, Fence, FenceStatus, Rule, Section, Statement
from kb.quantity import show
from service.analysis.conclusions import Conclusion
from service.answer.advice import (
    BlockUnion,
    Calculation,
    Claim,
    Code,
    Computed,
    Connective,
    Diagram,
    Filled,
    Judged,
    ListBlock,
    Paragraph,
    Quoted,
    Support,
    Table,
)  # fmt: skip
from service.answer.citations import CitationBook

_LINK = re.compile(r"\]\((?:\.\./)*([a-z]+/[a-z0-9-]+)\.md(#[\w-]+)?\)")
_SAME_KIND = re.compile(r"\]\(([a-z0-9-]+)\.md(#[\w-]+)?\)")
_OWN_ANCHOR = re.compile(r"\]\((#[\w-]+)\)")
_CALC_LINE = re.compile(r"^\s*(?P<label>\w+):\s*(?P<formula>\w+)\((?P<inputs>.*)\)\s*=\s*(?P<result>.+?)\s*$")

# The closed list of sentences that state no fact and need no citation.
CONNECTIVES: Mapping[str, str] = {
    "if": "What depends on facts that you have not given:",
    "carries_over": "No design of your exact domain is in the knowledge base; the nearest of the same shape follows, to be carried over role by role.",
    "other_move": "Follow the phases of the nearest playbook, as none is of exactly this move, and replace what they say of the engine that it leaves:",
    "no_design": "No worked design of your case, or of its shape, is in the knowledge base; the sections nearest to it follow.",
    "weak": "Nothing in the knowledge base answers this directly; what is nearest follows.",
    "recommend_only": "This service recommends and plans; it does not connect to a database, run statements or change files. What follows is what you would run, to be reviewed by you.",
    "out_of_scope": "This is outside what the knowledge base covers: it answers questions about designing data layers, such as schemas, choice of database, indexes, caching, scaling and migrations.",
    "gap": "The knowledge base does not cover this subject yet:",
    "nearest": "The nearest entries that it has:",
    "no_erd": "No diagram of this domain is in the knowledge base, and none is invented.",
    "decided": "Recorded as you decided it:",
    "record": "Written as a decision record, status proposed: the context is what was understood, the decision stands first, and the options that lost and the consequences follow.",
    "reviewed": "What was pasted has been read, never run, and reviewed:",
    "folded": "Also noticed, of less weight:",
    "good": "What is good:",
    "unread": "Not read, and so not judged:",
    "rephrase": "If there is a database behind your question, say what data it holds and what has to be fast, safe or changed.",
}


def connective(name: str, detail: str = "") -> Claim:
    """A sentence of the closed list; `detail` are names of entries or the asker's own words."""
    text = f"{CONNECTIVES[name]} {detail}".strip()
    return Claim(text=text, support=Connective(name=name))


def quote(section: Section, statement: Statement, book: CitationBook) -> Claim:
    """The statement word for word; where our judgement is all it rests on, it is shown as judgement."""
    return Claim(
        text=_relinked(statement.markdown, section, book),
        support=_support(section, statement),
        citations=(book.cite(section, statement),),
    )


def quoted_block(
    section: Section, block: Block, book: CitationBook, fences: Mapping[str, FenceStatus]
) -> BlockUnion | None:
    """A block of an entry as a block of the answer; None for a hidden fence."""
    if block.kind == "code" and block.fence is not None:
        return _code(section, block.statements[0], block.fence, book, fences)
    claims = tuple(quote(section, statement, book) for statement in block.statements)
    if not claims:
        return None
    if block.kind == "table":
        rows = tuple(tuple(_relinked(cell, section, book) for cell in s.cells) for s in block.statements)
        return Table(header=block.header, rows=rows, claims=claims)
    if block.kind == "list":
        return ListBlock(ordered=block.ordered, claims=claims)
    return Paragraph(claims=claims)


def ruled(conclusion: Conclusion, section: Section, book: CitationBook) -> Claim:
    """A rule that certainly holds, with the asker's numbers in its slots."""
    firing = conclusion.firing
    text = sentence(firing.say, firing.because, firing.unless)
    origin = f"{conclusion.entry}#rule-{conclusion.rule.id}"
    support = Filled(template=" | ".join(conclusion.rule.say), slots=dict(firing.slots), origin=origin)
    return Claim(text=text, support=support, citations=book.cite_section(section))


def offered(rule: Rule, text: str, section: Section, book: CitationBook) -> Claim:
    """A rule that nothing decides, as its "If …" sentence."""
    statement = section.blocks[0].statements[0]
    support: Support = _support(section, statement)
    if rule.source != JUDGEMENT and statement.text != text:
        support = Filled(template=text, slots={}, origin=section.id)
    return Claim(text=text, support=support, citations=book.cite_section(section))


def calculated(results: Iterable[tuple[str, Calculated]], title: str, citations: tuple[int, ...]) -> Calculation | None:
    """Results of the formula table, each with what it is in words, the formula and the inputs it rests on."""
    claims = tuple(_computed(phrase, result, citations) for phrase, result in results)
    return Calculation(title=title, claims=claims) if claims else None


def sentence(say: str, because: str, unless: str) -> str:
    """`Say, because reason, unless exception.` with one full stop."""
    parts = [say.rstrip(". ")]
    if because:
        parts.append(f"because {because.rstrip('. ')}")
    if unless:
        parts.append(f"unless {unless.rstrip('. ')}")
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _computed(phrase: str, result: Calculated, citations: tuple[int, ...]) -> Claim:
    inputs = {name: str(value) for name, value in result.arguments.items()}
    shown = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in inputs.items())
    worth = phrase.replace("{value}", f"about {show(result.result.value, result.result.unit)}")
    text = f"{worth[0].upper()}{worth[1:]} ({FORMULAS[result.formula].statement}, with {shown})."
    return Claim(
        text=text,
        support=Computed(formula=result.formula, inputs=inputs, result=str(result.result)),
        citations=citations,
    )


def _code(
    section: Section, statement: Statement, fence: Fence, book: CitationBook, fences: Mapping[str, FenceStatus]
) -> BlockUnion | None:
    if fence.hidden:
        return None
    claim = Claim(text=fence.code, support=_support(section, statement), citations=(book.cite(section, statement),))
    if fence.language == "mermaid":
        return Diagram(claims=(claim,))
    if fence.language == "calc":
        return Calculation(title=section.heading, claims=tuple(_calc_lines(fence.code, claim.citations)))
    return Code(
        language=fence.language, dialect=fence.engine, status=fences.get(fence.digest, "parsed"), claims=(claim,)
    )


def _calc_lines(code: str, citations: tuple[int, ...]) -> Iterable[Claim]:
    for line in code.splitlines():
        if match := _CALC_LINE.match(line):
            inputs = dict(pair.split("=", 1) for pair in match["inputs"].replace(" ", "").split(",") if "=" in pair)
            yield Claim(
                text=line.strip(),
                support=Computed(formula=match["formula"], inputs=inputs, result=match["result"]),
                citations=citations,
            )


def _support(section: Section, statement: Statement) -> Quoted | Judged:
    sha = section.sha
    if set(statement.sources) == {JUDGEMENT} and not statement.links:
        return Judged(section=section.id, start=statement.start, end=statement.end, sha=sha)
    return Quoted(section=section.id, start=statement.start, end=statement.end, sha=sha)


def _relinked(markdown: str, section: Section, book: CitationBook) -> str:
    """Links between entries as links between pages."""
    kind = section.entry.partition("/")[0]
    text = _LINK.sub(lambda m: f"]({book.page}/{m.group(1)}{m.group(2) or ''})", markdown)
    text = _SAME_KIND.sub(lambda m: f"]({book.page}/{kind}/{m.group(1)}{m.group(2) or ''})", text)
    return _OWN_ANCHOR.sub(lambda m: f"]({book.page}/{section.entry}{m.group(1)})", text)
