"""The settings of the service, read from the environment: with those of ingest they are all there are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from rapidfuzz import process

from ingest.settings import IngestSettings
from service.errors import SettingsError

PREFIX = "DBARCH_"
# These names are Slack's own, and are set where other programs read them too.
SLACK_PREFIX = "SLACK_"
ROOT = Path(__file__).parents[1]


class Settings(IngestSettings):
    """Built once, by `read_settings`; objects get the few values that they need."""

    store_url: Annotated[str, Field(pattern=r"^((sqlite:///|postgres(ql)?(\+psycopg)?://)\S+)?$")] = ""
    store_days: Annotated[int, Field(ge=1, le=3650)] = 90
    public_url: Annotated[str, Field(pattern=r"^(https?://[^\s/]+(/[^\s]*)?)?$")] = ""
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    concurrency: Annotated[int, Field(ge=1, le=64)] = 2
    queue: Annotated[int, Field(ge=0, le=1000)] = 16
    log_format: Literal["text", "json"] = "text"
    slack_bot_token: Annotated[str, Field(pattern=r"^(xoxb-\S+)?$", repr=False)] = ""
    slack_signing_secret: Annotated[str, Field(pattern=r"^([0-9a-f]{16,})?$", repr=False)] = ""
    slack_app_token: Annotated[str, Field(pattern=r"^(xapp-\S+)?$", repr=False)] = ""
    slack_api_url: Annotated[str, Field(pattern=r"^(https?://[^\s/]+(/[^\s?#]*)?)?$")] = ""
    llm: Annotated[str, Field(pattern=r"^((openai_like|anthropic|ollama|replay):\S.*)?$")] = ""
    llm_base_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    llm_timeout: Annotated[float, Field(ge=1, le=600)] = 60.0
    llm_tokens: Annotated[int, Field(ge=256, le=64_000)] = 6_000
    llm_concurrency: Annotated[int, Field(ge=1, le=64)] = 2
    llm_price: Annotated[str, Field(pattern=r"^(\d+(\.\d+)?/\d+(\.\d+)?)?$")] = ""
    llm_unsourced: Literal["mark", "drop"] = "mark"
    check_database_url: Annotated[str, Field(pattern=r"^(postgres(ql)?://\S+)?$")] = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed: the environment is an argument of `read_settings`, for tests and for the one did-you-mean."""
        return (init_settings,)


@dataclass(frozen=True)
class SettingRow:
    """A line of the README's table."""

    name: str
    default: str
    bounds: str
    help: str


ROWS: tuple[SettingRow, ...] = (
    SettingRow("DBARCH_DATA_DIR", "`./data`; in an installation without the repository `$XDG_DATA_HOME/database-architect`", "a directory that can be written", "Where editions and the store lie."),
    SettingRow("DBARCH_CHROMA_URL", "unset: Chroma runs inside the process", "`http(s)://host[:port]`", "A Chroma server that replicas share; one collection per edition."),
    SettingRow("DBARCH_EMBEDDING_MODEL", "`all-MiniLM-L6-v2`, which comes with the installation", "a sentence-transformers name or path on this machine", "What embeds entries and questions."),
    SettingRow("DBARCH_KB_DIR", "unset", "a directory of entries", "A team's own entries, beside ours."),
    SettingRow("DBARCH_STORE_URL", "unset: the SQLite file `store.db` in `DBARCH_DATA_DIR`", "`sqlite:///FILE` or `postgresql://…`", "Where answers, feedback and threads are kept; PostgreSQL for replicas."),
    SettingRow("DBARCH_STORE_DAYS", "`90`", "1 to 3650", "How many days they are kept."),
    SettingRow("DBARCH_PUBLIC_URL", "unset: links are relative", "`http(s)://…`", "Where people reach the service; makes the links in answers absolute."),
    SettingRow("DBARCH_HOST", "`127.0.0.1`", "an address of this machine", "What `dbarch serve` listens on."),
    SettingRow("DBARCH_PORT", "`8080`", "1 to 65535", "The port that `dbarch serve` listens on."),
    SettingRow("DBARCH_CONCURRENCY", "`2`", "1 to 64", "Requests answered at a time; one a core."),
    SettingRow("DBARCH_QUEUE", "`16`", "0 to 1000", "Requests that may wait; one more is refused with 503."),
    SettingRow("DBARCH_LOG_FORMAT", "`text`", "`text` or `json`", "How the log is written, to standard error."),
    SettingRow("SLACK_BOT_TOKEN", "unset: no Slack", "`xoxb-…`", "What the bot speaks with."),
    SettingRow("SLACK_SIGNING_SECRET", "unset: no Slack in `dbarch serve`", "hexadecimal digits", "What proves that a request comes from Slack."),
    SettingRow("SLACK_APP_TOKEN", "unset: no `dbarch slack`", "`xapp-…`", "What `dbarch slack` connects with."),
    SettingRow("SLACK_API_URL", "unset: `https://slack.com/api/`", "`http(s)://…`", "Where Slack's Web API is, if it is another one: GovSlack's, or a stand-in to try the bot on."),
    SettingRow("DBARCH_LLM", "unset: no model is asked", "`openai_like:MODEL`, `anthropic:MODEL`, `ollama:MODEL` or `replay:DIR`", "The language model that reads and writes where a request says `\"composer\": \"model\"`."),
    SettingRow("DBARCH_LLM_BASE_URL", "unset: the provider's own", "`http(s)://…`", "The address of the model's endpoint."),
    SettingRow("DBARCH_LLM_TIMEOUT", "`60`", "1 to 600", "Seconds that one call of the model may take; a question takes two or three."),
    SettingRow("DBARCH_LLM_TOKENS", "`6000`", "256 to 64000", "Tokens that one reply may have."),
    SettingRow("DBARCH_LLM_CONCURRENCY", "`2`", "1 to 64", "Calls of the model at a time; further questions are answered without it."),
    SettingRow("DBARCH_LLM_PRICE", "unset: cost is not counted", "`IN/OUT`", "Dollars for a million tokens in and out, such as `3/15`, for the metrics."),
    SettingRow("DBARCH_LLM_UNSOURCED", "`mark`", "`mark` or `drop`", "What becomes of a sentence of the model that goes beyond the knowledge base."),
    SettingRow("DBARCH_CHECK_DATABASE_URL", "unset: SQL of a model is only parsed", "`postgresql://…`", "A scratch PostgreSQL on which a model's definitions are tried and rolled back; its role needs CREATE on the database and nothing else."),
)  # fmt: skip


def read_settings(environ: Mapping[str, str] | None = None, root: Path = ROOT) -> Settings:
    """The settings that the environment holds. Raises SettingsError in one line, for unknown names too."""
    environ = os.environ if environ is None else environ
    names = {setting_name(field): field for field in Settings.model_fields}
    given = {names[name]: value.strip() for name, value in environ.items() if name in names and value.strip()}
    for name in environ:
        _known(name)
    try:
        return Settings.model_validate({"data_dir": _default_data_dir(environ, root), **given})
    except ValidationError as error:
        raise SettingsError(_explained(error)) from error


def setting_name(field: str) -> str:
    """The name in the environment of a field of Settings."""
    name = field.upper()
    return name if name.startswith(SLACK_PREFIX) else f"{PREFIX}{name}"


def _known(name: str) -> None:
    names = [row.name for row in ROWS]
    if not name.startswith(PREFIX) or name in names:
        return
    near = process.extractOne(name, names, score_cutoff=85)
    hint = f"did you mean {near[0]}?" if near else f"the settings are {', '.join(names)}."
    raise SettingsError(f"{name} is not a setting: {hint}")


def _explained(error: ValidationError) -> str:
    fault = error.errors()[0]
    name = setting_name(str(fault["loc"][0]))
    row = next(row for row in ROWS if row.name == name)
    # The address of a database may hold a password, and a token is one.
    given = "something else" if name.endswith("STORE_URL") or name.startswith(SLACK_PREFIX) else repr(fault["input"])
    return f"{name} is {given}: it takes {row.bounds.replace('`', '')}."


def _default_data_dir(environ: Mapping[str, str], root: Path) -> Path:
    """Beside the repository's own files while there is one; in the user's data directory once the package is installed."""
    if (root / "pyproject.toml").exists():
        return Path("data")
    base = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "database-architect"
