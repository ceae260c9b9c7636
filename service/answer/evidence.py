"""Evidence: everything an answer is composed from; the composer sees nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from kb.entry import KnowledgeBase, Rule, Section
from kb.fact import Fact
from kb.vocabulary import Vocabulary
from service.analysis.choice import Choice
from service.analysis.conclusions import Conclusion, Conclusions, RuleKey, undecided
from service.analysis.extension import Extension
from service.analysis.structure import Structure
from service.answer.elsewhere import Elsewhere
from service.answer.parts import Part
from service.answer.plan import Plan
from service.answer.selection import Selection
from service.question.entities import named_in
from service.question.question import Question
from service.question.reads import Read
from service.question.request import AskRequest
from service.retrieval.search import Retrieved

# A rule of an entry that was not chosen is shown only when its own text is this near to the question.
_RULE_NEAR = 0.45
_RULE_OF_CHOSEN = 0.25
_OFFER_NEAR, _OFFER_SHARE = 0.40, 0.6
# What is named by nobody and meant by most of what is written.
_OURS = "technologies/postgresql"

# In our questions, answers under this were beside the point more often than not.
_WEAK = 0.38
# A section this near answers, however chatty the question around it is.
_NEAR_ENOUGH, _ASKED_FOR = 0.45, 0.36
# "Do we need ...?": a rule that tests for it answers that.
NEED_ASKED = "need.asked"
_ON_A_SUBJECT = ("patterns", "tradeoffs")


@dataclass(frozen=True)
class Gap:
    """A subject that the question is about and that no entry covers."""

    subject: str
    title: str


@dataclass(frozen=True)
class Evidence:
    """The question as understood, what was found, what follows, and what was chosen of it."""

    request: AskRequest
    question: Question
    plan: Plan
    kb: KnowledgeBase
    vocabulary: Vocabulary
    retrieved: Retrieved
    conclusions: Conclusions
    selection: Selection
    choice: Choice | None
    gaps: tuple[Gap, ...]
    assumed: tuple[Fact, ...]
    edition: str
    parts: tuple[Part, ...] = ()
    unanswered: tuple[str, ...] = ()
    structure: Structure | None = None
    elsewhere: Elsewhere | None = None
    reads: tuple[Read, ...] = ()
    changes: tuple[Extension, ...] = ()

    @property
    def redrawn(self) -> bool:
        """Whether the asker's own structure takes the place of tables, because no worked design is of his case."""
        backbone = self.selection.backbone
        return self.structure is not None and (backbone is None or backbone.fit != "near")

    @cached_property
    def entries(self) -> frozenset[str]:
        return frozenset(chosen.entry.id for chosen in self.selection.chosen)

    @property
    def weak(self) -> bool:
        """Whether what was found is about the subject at most: no design carries it and no section is near."""
        if self.selection.backbone is not None or self.choice is not None:
            return False
        scores = self.section_scores
        chosen = self.selection.chosen
        best = max((scores.get(s.id, 0.0) for c in chosen for s in c.sections), default=0.0)
        # Who names a concern and gets what is written on a subject of that kind is answered, in whatever other words.
        asked = bool(self.plan.asked) and any(c.entry.kind in _ON_A_SUBJECT for c in chosen)
        return self.relevance < _WEAK and best < (_ASKED_FOR if asked else _NEAR_ENOUGH)

    def rule_score(self, key: RuleKey) -> float:
        return self._rule_scores.get(key, 0.0)

    @cached_property
    def _rule_scores(self) -> Mapping[RuleKey, float]:
        scores: dict[RuleKey, float] = {}
        for hit in self.retrieved.rules:
            key = (hit.entry, hit.rule)
            scores[key] = max(hit.score, scores.get(key, hit.score))
        return scores

    @cached_property
    def fired(self) -> tuple[Conclusion, ...]:
        """What holds and is to the point: rules of the chosen entries, near rules of others, and every correction."""
        return tuple(c for c in self.conclusions.fired if self._to_the_point(c))

    @property
    def relevance(self) -> float:
        """Of the question, or of the part of it that is answered best."""
        return max((self.retrieved.relevance, *(part.retrieved.relevance for part in self.parts)))

    @cached_property
    def section_scores(self) -> Mapping[str, float]:
        """The score of each section found, for the question or for the part of it that it answers best."""
        scores: dict[str, float] = {}
        # Who goes on asking has one part, which is weighed with what was said before already.
        parts = () if self.question.goes_on else self.parts
        for retrieved in (self.retrieved, *(part.retrieved for part in parts)):
            for hit in retrieved.hits:
                scores[hit.section] = max(hit.score, scores.get(hit.section, 0.0))
        return scores

    @cached_property
    def named(self) -> frozenset[str]:
        """Entries of the technologies that the asker speaks of."""
        spoken = {f"technologies/{n.id}" for n in self.question.technologies if n.part != "simile"}
        return frozenset(spoken | set(self.choice.ranking if self.choice else ()))

    def _warns_of_a_stranger(self, conclusion: Conclusion) -> bool:
        """Nobody is told to leave out what he never thought of."""
        against = [t for e, t in conclusion.rule.effect.items() if e in ("avoid", "exclude")]
        return any(isinstance(t, str) and t.startswith("technologies/") and t not in self.named for t in against)

    def _to_the_point(self, conclusion: Conclusion) -> bool:
        if self._warns_of_a_stranger(conclusion):
            return False
        backbone = self.selection.backbone
        if NEED_ASKED in conclusion.firing.used or self._follows_from_a_figure(conclusion):
            # It answers "do we need ...?", or says what to do about the figure that is asked for, whatever is asked about.
            return True
        if "correct" in conclusion.rule.effect or (backbone is not None and conclusion.entry == backbone.entry.id):
            return True
        return self.rule_score(conclusion.key) >= (_RULE_OF_CHOSEN if conclusion.entry in self.entries else _RULE_NEAR)

    def _follows_from_a_figure(self, conclusion: Conclusion) -> bool:
        """Whether the rule tests nothing but what was computed because it was asked for."""
        given = {each.estimate.gives for each in self.conclusions.estimates if each.asked}
        return bool(conclusion.rule.when) and set(conclusion.rule.when) <= given

    def offers(self, most: int) -> tuple[tuple[str, Rule], ...]:
        """Rules that nothing decides, of the chosen entries, nearest first."""
        near = [(self.rule_score(key), key) for key in undecided(self.kb, self.conclusions, sorted(self.entries))]
        enough = max(_OFFER_NEAR, _OFFER_SHARE * max((score for score, _ in near), default=0.0))
        ranked = sorted((item for item in near if item[0] >= enough), key=lambda item: (-item[0], item[1]))
        said = (key for _, key in ranked if self._rule(*key).say and not self._is_on_a_stranger(self._rule(*key)))
        return tuple((entry, self._rule(entry, rule)) for entry, rule in islice(said, most))

    def _is_on_a_stranger(self, rule: Rule) -> bool:
        """Whether the rule waits for a product that nobody named, in an answer that chooses none: "If Firestore is read …"."""
        if self.plan.choosing or self.choice is not None:
            return False
        on = {f"technologies/{name}" for name in named_in(rule.condition, self.vocabulary)}
        return bool(on) and not on & (self.named | self.entries | {_OURS})

    def rule_section(self, key: RuleKey) -> Section:
        """The derived section that a rule is cited by."""
        return self.kb.entries[key[0]].anchors[f"rule-{key[1]}"]

    def _rule(self, entry: str, rule_id: str) -> Rule:
        return next(rule for rule in self.kb.entries[entry].meta.guidance if rule.id == rule_id)
