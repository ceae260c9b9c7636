"""The baseline: what the committed answers scored, case by case, with the fingerprint of what they were scored on."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib import metadata, resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.errors import BaselineError
from evals.score import Row
from evals.suite import Results
from ingest.edition import Edition

SCHEMA = 1
ACCEPT = "`dbarch eval accept --reason …` writes a new one"
_LIBRARIES = ("ir-measures", "pytrec-eval-terrier", "scipy")


class Fingerprint(BaseModel):
    """What a run was made on. Another model or schema makes two runs not comparable; another knowledge base is the point."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kb_digest: str
    entries: int
    model: str
    edition_schema: int
    cases: str
    libraries: Mapping[str, str]


class CaseScores(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    metrics: Mapping[str, float]
    points: Mapping[str, float] = {}


class Baseline(BaseModel):
    """Scores by case, and why they moved the last time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code_schema: int
    reason: str
    fingerprint: Fingerprint
    cases: Mapping[str, CaseScores]


def own_baseline() -> Path:
    return Path(str(resources.files("evals").joinpath("baselines", "offline.json")))


def fingerprint(edition: Edition, rows: Iterable[Row]) -> Fingerprint:
    text = json.dumps(sorted((row.key, row.digest) for row in rows))
    return Fingerprint(
        kb_digest=edition.manifest.kb_digest,
        entries=len(edition.kb.entries),
        model=f"{edition.manifest.model}@{edition.manifest.model_digest[:12]}",
        edition_schema=edition.manifest.code_schema,
        cases=hashlib.sha256(text.encode()).hexdigest()[:16],
        libraries={name: metadata.version(name) for name in _LIBRARIES},
    )


def of_run(results: Results, made_on: Fingerprint, reason: str) -> Baseline:
    """A run as a baseline."""
    cases = {
        row.key: CaseScores(
            digest=row.digest, metrics=dict(sorted(row.metrics.items())), points=dict(sorted(row.points.items()))
        )
        for row in results.rows
    }
    return Baseline(code_schema=SCHEMA, reason=reason, fingerprint=made_on, cases=dict(sorted(cases.items())))


def read(path: Path) -> Baseline:
    """Raises BaselineError with the command that makes one."""
    try:
        found = Baseline.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BaselineError(f"there is no baseline at {str(path)!r} ({error.strerror}): {ACCEPT}") from error
    except ValidationError as error:
        raise BaselineError(f"{str(path)!r} is no baseline that this version wrote: {ACCEPT}") from error
    if found.code_schema != SCHEMA:
        raise BaselineError(
            f"the baseline {str(path)!r} has schema {found.code_schema}, this code reads {SCHEMA}: {ACCEPT}"
        )
    return found


def write(baseline: Baseline, path: Path) -> None:
    """Sorted keys, one case a line, so that a change of scores can be read in a diff."""
    head = baseline.model_dump(mode="json", exclude={"cases"})
    lines = [f"  {json.dumps(k)}: {json.dumps(v, sort_keys=True)}" for k, v in sorted(head.items())]
    cases = [
        f"    {json.dumps(k)}: {json.dumps(v.model_dump(mode='json'), sort_keys=True)}"
        for k, v in baseline.cases.items()
    ]
    body = ",\n".join(cases)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(lines) + ',\n  "cases": {\n' + body + "\n  }\n}\n", encoding="utf-8")
