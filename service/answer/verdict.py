"""The verdict of a choice: who is recommended and why, who lost and why, the scores criterion by criterion, what would turn it."""

from kb.kinds import Technology
from service.analysis.choice import BUILT_FOR, IN_USE, RULES, Choice
from service.analysis.demands import Exclusion
from service.answer.advice import Alternative, BlockUnion, Claim, Computed, ListBlock, Paragraph, Table
from service.answer.citations import CitationBook
from service.answer.claims import quote
from service.answer.evidence import Evidence

_MOST_REASONS, _GOOD = 2, 4
_ROW_TITLES = {
    RULES: "What entries conclude from your facts",
    BUILT_FOR: "Built for such a load",
    IN_USE: "You run it already",
}


def verdict(evidence: Evidence, choice: Choice, book: CitationBook) -> list[Claim]:
    """Who leads and by how much, or that it is a close call; of named candidates, who was excluded before scores counted."""
    names = [_name(evidence, candidate) for candidate in choice.ranking]
    cited = tuple(n for c in choice.ranking[:2] for n in _scores_of(evidence, c, book))
    shown = {name: f"{mean:.1f}" for name, mean in zip(names, choice.means, strict=True)}
    out = {e.candidate: e for e in choice.excluded}
    if set(choice.ranking) <= set(out):
        return [_exclusion(evidence, found, book) for found in out.values() if found.candidate in choice.ranking]
    text = _decided(evidence, choice, names, shown)
    decided = Claim(
        text=text, support=Computed(formula="weighted_mean", inputs=shown, result=names[0]), citations=cited
    )
    named_out = [_exclusion(evidence, found, book) for c, found in out.items() if c in choice.ranking]
    if choice.open:
        return [decided, *named_out[:1]]
    return [*named_out[:1], decided, *_outsider(evidence, choice, book)]


def _outsider(evidence: Evidence, choice: Choice, book: CitationBook) -> list[Claim]:
    """Who was not named and is built for such a load, as neither of the named ones is."""
    if choice.outsider is None:
        return []
    name, mean, first = choice.outsider
    shown = {_name(evidence, name): f"{mean:.1f}", _name(evidence, choice.ranking[0]): f"{first:.1f}"}
    text = f"Neither is built first of all for such a load: among all profiles {_name(evidence, name)} leads with {mean:.1f} against {first:.1f} of 5 on the same criteria, so ask first whether the choice must be between these."
    support = Computed(formula="weighted_mean", inputs=shown, result=_name(evidence, name))
    return [Claim(text=text, support=support, citations=_scores_of(evidence, name, book))]


def _decided(evidence: Evidence, choice: Choice, names: list[str], shown: dict[str, str]) -> str:
    for_what = _workload_names(evidence, choice)
    first, second = names[0], names[1]
    if choice.open and choice.survives:
        others = ", ".join(f"{name} {shown[name]}" for name in names[1:])
        return f"Take {first}{for_what}: {shown[first]} of 5 on your criteria, before {others}, and the order survives ±20% on every weight."
    if choice.open:
        return f"Take {first}{for_what}, with {second} close behind ({shown[first]} to {shown[second]} of 5): ±20% on the weights can turn it, so what your team knows, or your hardest query measured on both, decides."
    if choice.means[0] <= choice.means[1]:
        return f"{first} is what is left{for_what}: {shown[first]} of 5 on your criteria, and {second} is out whatever its score."
    if choice.survives:
        out = {_name(evidence, found.candidate) for found in choice.excluded}
        behind = [name for name in names[1:] if name not in out] or [second]
        others, against = " or ".join(behind), " and ".join(shown[name] for name in behind)
        return f"{first} rather than {others}{for_what}: weighted scores {shown[first]} against {against} of 5, and the order survives ±20% on every weight."
    return f"{first} leads {second}{for_what} by {shown[first]} to {shown[second]} of 5, a close call: ±20% on the weights can turn it, so measure your own hardest query on both before deciding."


def reasons(evidence: Evidence, choice: Choice, book: CitationBook) -> list[Claim]:
    """Why the first is the first: what its profile says on the criteria that weigh most and on which it is good."""
    best = choice.ranking[0]
    meta = evidence.kb.entries[best].meta
    if not isinstance(meta, Technology):
        return []
    order = [row for row in choice.rows if row.criterion in meta.scores and row.scores[0] >= _GOOD]
    ranked = sorted(order, key=lambda row: (-row.weight * (row.scores[0] - row.scores[1] + 1), row.criterion))
    section = evidence.kb.entries[best].anchors["scores"]
    rows = dict(zip(meta.scores, section.blocks[0].statements, strict=True))
    return [quote(section, rows[row.criterion], book) for row in ranked[:_MOST_REASONS]]


def contrast(evidence: Evidence, choice: Choice, book: CitationBook) -> list[Claim]:
    """Between named candidates: what the profiles of the first two say on the criterion that decides most."""
    if {e.candidate for e in choice.excluded} & set(choice.ranking[:2]):
        return []
    profiles = [(name, evidence.kb.entries[name]) for name in choice.ranking[:2]]
    scored = [entry.meta.scores if isinstance(entry.meta, Technology) else {} for _, entry in profiles]
    ahead = [
        row for row in choice.rows if row.scores[0] > row.scores[1] and all(row.criterion in each for each in scored)
    ]
    if not ahead:
        return []
    decisive = min(ahead, key=lambda row: (-row.weight * (row.scores[0] - row.scores[1]), row.criterion)).criterion
    claims = []
    for (_, entry), scores in zip(profiles, scored, strict=True):
        section = entry.anchors["scores"]
        claims.append(quote(section, section.blocks[0].statements[list(scores).index(decisive)], book))
    return claims


def comparison(evidence: Evidence, choice: Choice, book: CitationBook) -> tuple[BlockUnion, ...]:
    """The scores as a table, who was excluded and why, and what turns the choice."""
    names = tuple(_name(evidence, c) for c in choice.ranking)
    cited = tuple(n for c in choice.ranking for n in _scores_of(evidence, c, book))
    criteria = evidence.vocabulary.criteria
    rows = tuple(
        (
            _ROW_TITLES.get(row.criterion) or criteria[row.criterion].title,
            f"{row.weight:.3g}",
            *(str(score) for score in row.scores),
        )
        for row in choice.rows
    )
    claims = tuple(
        Claim(
            text=" | ".join(row),
            support=Computed(formula="score", inputs=dict(zip(names, row[2:], strict=True)), result=row[1]),
            citations=cited,
        )
        for row in rows
    )
    blocks: list[BlockUnion] = [Table(header=("Criterion", "Weight", *names), rows=rows, claims=claims)]
    lost = tuple(_exclusion(evidence, e, book) for e in choice.excluded)
    if lost:
        blocks.append(ListBlock(claims=lost))
    if choice.flips:
        blocks.append(Paragraph(claims=(_flip(evidence, choice, names, cited),)))
    return tuple(blocks)


def passed_over(evidence: Evidence, choice: Choice, book: CitationBook) -> tuple[Alternative, ...]:
    """Those behind the first, and on which criteria each lost most; whom a constraint excluded is told with the choice."""
    out = {e.candidate for e in choice.excluded}
    behind = [(place, candidate) for place, candidate in enumerate(choice.ranking) if place and candidate not in out]
    return tuple(
        Alternative(name=_name(evidence, candidate), claims=(_behind(evidence, choice, place, book),))
        for place, candidate in behind
    )


def _behind(evidence: Evidence, choice: Choice, place: int, book: CitationBook) -> Claim:
    criteria = evidence.vocabulary.criteria
    lost = sorted(
        (row for row in choice.rows if row.scores[place] < row.scores[0]),
        key=lambda row: (-row.weight * (row.scores[0] - row.scores[place]), row.criterion),
    )
    shown = [
        f"{(_ROW_TITLES.get(row.criterion) or criteria[row.criterion].title).lower()} ({row.scores[place]} to {row.scores[0]})"
        for row in lost[:_MOST_REASONS]
    ]
    name, mean = _name(evidence, choice.ranking[place]), f"{choice.means[place]:.1f}"
    why = f", behind on {' and '.join(shown)}" if shown else ""
    return Claim(
        text=f"{name}: {mean} of 5 against {choice.means[0]:.1f}{why}.",
        support=Computed(formula="weighted_mean", inputs={name: mean}, result=mean),
        citations=_scores_of(evidence, choice.ranking[place], book),
    )


def _flip(evidence: Evidence, choice: Choice, names: tuple[str, ...], cited: tuple[int, ...]) -> Claim:
    criteria = evidence.vocabulary.criteria
    leads = ", ".join((_ROW_TITLES.get(c) or criteria[c].title).lower() for c in choice.flips[:3])
    text = f"{names[1]} leads on {leads}: where these count more for you than the weights above say, the choice turns."
    return Claim(text=text, support=Computed(formula="flip", inputs={}, result=leads), citations=cited)


def _exclusion(evidence: Evidence, found: Exclusion, book: CitationBook) -> Claim:
    entry = evidence.kb.entries[found.candidate]
    section = entry.anchors.get(found.anchor) or entry.sections[0]
    text = f"{entry.title} does not meet {found.phrase}: {found.found}."
    return Claim(
        text=text,
        support=Computed(formula="constraint", inputs={found.attribute: found.found}, result="excluded"),
        citations=book.cite_section(section),
    )


def _scores_of(evidence: Evidence, candidate: str, book: CitationBook) -> tuple[int, ...]:
    return book.cite_section(evidence.kb.entries[candidate].anchors["scores"])


def _workload_names(evidence: Evidence, choice: Choice) -> str:
    titles = [evidence.vocabulary.workloads[w].title.lower() for w in choice.workloads]
    return f" (weighed for: {', '.join(titles)})" if titles else ""


def _name(evidence: Evidence, entry_id: str) -> str:
    return evidence.kb.entries[entry_id].title
