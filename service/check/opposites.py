"""Opposites as one stem with a sign: `slow` is `fast` that is denied."""

from collections.abc import Mapping

_OPPOSITES: tuple[tuple[str, str], ...] = (
    ("increase", "decrease"), ("grow", "decrease"), ("rise", "decrease"), ("high", "lower"), ("raise", "reduce"), ("grow", "shrink"), ("fast", "slower"), ("fast", "slow"), ("quick", "slow"),
    ("more", "fewer"), ("more", "less"), ("large", "smaller"), ("large", "small"), ("big", "small"), ("large", "tiny"),
    ("before", "after"), ("first", "last"), ("accept", "reject"), ("accept", "refuse"), ("accept", "forbid"), ("accept", "prevent"), ("accept", "block"), ("allow", "disallow"), ("allow", "forbid"), ("allow", "deny"), ("allow", "refuse"), ("first", "second"), ("one", "several"), ("single", "several"), ("single", "multiple"),
    ("enable", "disable"), ("safe", "unsafe"), ("approve", "reject"), ("permit", "forbid"), ("lift", "lower"),
    ("include", "exclude"), ("high", "low"), ("cheap", "expensive"), ("cheap", "dearer"), ("cheap", "costly"), ("cheap", "dear"), ("strong", "weak"),
    ("strong", "weaker"), ("strong", "weakest"), ("synchronous", "asynchronous"), ("synchronously", "asynchronously"),
    ("same", "different"), ("short", "long"), ("short", "longer"), ("early", "late"), ("early", "later"), ("above", "below"), ("past", "below"), ("beyond", "below"),
    ("add", "remove"), ("succeed", "fail"), ("right", "wrong"), ("mutable", "immutable"), ("optimistic", "pessimistic"),
    ("ascending", "descending"), ("minimum", "maximum"), ("possible", "impossible"), ("useful", "useless"), ("consistent", "inconsistent"),
    ("stale", "fresh"), ("rise", "fall"), ("wide", "narrow"), ("good", "bad"), ("well", "badly"), ("good", "worst"),
    ("good", "worse"), ("unique", "duplicate"), ("open", "close"), ("most", "least"), ("public", "private"), ("internal", "external"),
    ("static", "dynamic"), ("required", "optional"), ("mandatory", "optional"), ("compatible", "incompatible"), ("known", "unknown"), ("ordered", "unordered"),
    ("cold", "hot"), ("rare", "frequent"), ("rarely", "often"), ("rarely", "frequently"), ("simple", "complex"), ("easy", "hard"), ("forward", "backward"),
    ("read", "skip"), ("stay", "gone"), ("remain", "gone"), ("kept", "lost"), ("kept", "overwritten"), ("kept", "deleted"),
    ("gain", "lose"), ("gain", "lost"), ("win", "lose"), ("old", "new"), ("previous", "next"), ("previous", "new"),
    ("start", "stop"), ("begin", "end"), ("start", "end"), ("push", "pull"), ("manual", "automatic"), ("manually", "automatically"),
    ("parent", "child"), ("inside", "outside"), ("front", "behind"), ("upstream", "downstream"), ("producer", "consumer"), ("publisher", "subscriber"),
    ("publish", "subscribe"), ("eager", "lazy"), ("soft", "hard"), ("physical", "logical"), ("physically", "logically"), ("horizontal", "vertical"),
    ("horizontally", "vertically"), ("stateful", "stateless"), ("sequential", "random"), ("sequential", "parallel"), ("permanent", "temporary"),
    ("permanent", "transient"), ("explicit", "implicit"), ("explicitly", "implicitly"), ("online", "offline"), ("local", "global"), ("local", "remote"),
    ("lock", "unlock"), ("encrypted", "unencrypted"), ("grant", "revoke"), ("attach", "detach"), ("merge", "split"), ("dense", "sparse"),
    ("strict", "loose"), ("shallow", "deep"), ("thick", "thin"), ("full", "empty"), ("full", "partial"), ("complete", "partial"), ("linear", "exponential"),
    ("constant", "variable"), ("fixed", "variable"), ("structured", "unstructured"), ("normalised", "denormalised"), ("normalized", "denormalized"),
    ("trusted", "untrusted"), ("reliable", "unreliable"), ("bounded", "unbounded"), ("limited", "unlimited"), ("sorted", "unsorted"), ("used", "unused"),
    ("supported", "unsupported"), ("valid", "invalid"), ("visible", "invisible"), ("visible", "hidden"), ("durable", "volatile"), ("present", "absent"),
    ("leader", "follower"), ("primary", "standby"), ("primary", "replica"), ("primary", "secondary"), ("master", "replica"), ("client", "server"),
    ("source", "target"), ("sender", "receiver"), ("import", "export"), ("upload", "download"), ("upgrade", "downgrade"), ("inbound", "outbound"),
    ("incoming", "outgoing"), ("together", "separately"), ("together", "apart"), ("centralised", "distributed"), ("shared", "separate"), ("shared", "dedicated"),
    ("majority", "minority"), ("light", "heavy"), ("near", "far"), ("nullable", "required"), ("abort", "commit"), ("improve", "worsen"), ("improve", "degrade"),
    ("help", "hurt"), ("help", "harm"), ("protect", "expose"), ("hide", "show"), ("hide", "expose"), ("retain", "discard"), ("keep", "discard"), ("preserve", "lose"),
    ("preserve", "discard"), ("expand", "contract"), ("advance", "delay"), ("leading", "trailing"), ("ahead", "behind"), ("top", "bottom"), ("exact", "approximate"),
    ("acceptable", "unacceptable"), ("predictable", "unpredictable"), ("likely", "unlikely"), ("able", "unable"), ("available", "unavailable"), ("strength", "weakness"),
    ("benefit", "drawback"), ("advantage", "disadvantage"), ("scarce", "plenty"), ("ignore", "respect"), ("ignore", "honour"), ("omit", "include"), ("weaken", "strengthen"),
    ("slowly", "quickly"), ("slow", "speed"), ("singular", "plural"), ("continue", "stop"), ("continue", "hang"), ("continue", "stall"), ("pause", "resume"), ("freeze", "thaw"), ("row", "column"), ("read", "write"), ("reader", "writer"),
)  # fmt: skip
# Comparatives are what they compare.
_DEGREES: Mapping[str, str] = {"faster": "fast", "larger": "large", "bigger": "large", "big": "large", "higher": "high", "cheaper": "cheap", "stronger": "strong", "strongest": "strong", "shorter": "short", "earlier": "early", "better": "good", "best": "good", "older": "old", "oldest": "old", "newer": "new", "newest": "new"}  # fmt: skip


def _signed() -> dict[str, tuple[str, bool]]:
    """Each word with the first of its kin and whether it is its like: what is opposed to the same word is alike."""
    kin: dict[str, list[tuple[str, bool]]] = {}
    for one, other in _OPPOSITES:
        kin.setdefault(one, []).append((other, False))
        kin.setdefault(other, []).append((one, False))
    found: dict[str, tuple[str, bool]] = {}
    for first, _ in _OPPOSITES:
        waiting = [] if first in found else [(first, True)]
        while waiting:
            word, sign = waiting.pop()
            if word not in found:
                found[word] = (first, sign)
                waiting += [(other, sign is alike) for other, alike in kin[word]]
    return found


_FOUND = _signed()
SIGNS: dict[str, tuple[str, bool]] = {
    form: meant
    for word, meant in reversed(_FOUND.items())
    for form in (
        f"{word.removesuffix('e')}ing",
        f"{word}ing",
        f"{word}d",
        f"{word}ed",
        f"{word}s",
        f"{word.removesuffix('y')}ies",
        word,
    )
}
SIGNS |= {word: SIGNS.get(meant, (meant, True)) for word, meant in _DEGREES.items()}
