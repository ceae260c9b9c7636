"""Settings from an environment, and the one line that says what is wrong with it."""

from pathlib import Path

import pytest

from service.errors import SettingsError
from service.settings import ROWS, Settings, read_settings, setting_name
from service.wiring import store_url


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = read_settings({"PATH": "/bin", "DBARCH_PORT": ""})
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8080, Path("data"))


def test_what_is_set_is_read() -> None:
    settings = read_settings(
        {"DBARCH_PORT": "99", "DBARCH_DATA_DIR": "/srv", "DBARCH_PUBLIC_URL": "https://db.example.org/x"}
    )
    assert (settings.port, settings.data_dir, settings.public_url) == (99, Path("/srv"), "https://db.example.org/x")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DBARCH_PROT", "1", "DBARCH_PROT is not a setting: did you mean DBARCH_PORT?"),
        ("DBARCH_ZZZZ", "1", "the settings are DBARCH_DATA_DIR"),
        ("DBARCH_PORT", "none", "DBARCH_PORT is 'none': it takes 1 to 65535."),
        ("DBARCH_PORT", "70000", "1 to 65535"),
        ("DBARCH_CHROMA_URL", "chroma", "http(s)://host[:port]"),
        ("DBARCH_PUBLIC_URL", "ftp://x", "http(s)://"),
        ("DBARCH_STORE_URL", "mysql://me:secret@host/d", "DBARCH_STORE_URL is something else: it takes sqlite:///FILE"),
        ("DBARCH_STORE_DAYS", "0", "1 to 3650"),
        ("DBARCH_LOG_FORMAT", "xml", "text or json"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({name: value})
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_slack_is_set_by_its_own_names_and_a_wrong_token_is_not_repeated() -> None:
    settings = read_settings({"SLACK_BOT_TOKEN": "xoxb-1 ", "SLACK_SIGNING_SECRET": "0" * 32, "SLACK_CHANNEL": "x"})
    assert (settings.slack_bot_token, settings.slack_app_token) == ("xoxb-1", "")
    assert "xoxb" not in repr(settings)
    with pytest.raises(SettingsError) as caught:
        read_settings({"SLACK_APP_TOKEN": "xoxb-secret"})
    assert str(caught.value) == "SLACK_APP_TOKEN is something else: it takes xapp-…."


def test_every_setting_has_its_row_and_no_row_is_left_over() -> None:
    assert [row.name for row in ROWS] == [setting_name(field) for field in Settings.model_fields]
    assert len(ROWS) <= 25


def test_the_store_is_a_file_in_the_data_directory_unless_another_one_is_named(tmp_path: Path) -> None:
    assert store_url(Settings(data_dir=tmp_path)) == f"sqlite:///{tmp_path}/store.db"
    named = {"DBARCH_STORE_URL": "postgresql://me@host/d", "DBARCH_STORE_DAYS": "7"}
    settings = read_settings(named)
    assert (store_url(settings), settings.store_days) == ("postgresql://me@host/d", 7)


def test_an_installation_without_the_repository_keeps_its_data_with_the_user() -> None:
    assert read_settings({"XDG_DATA_HOME": "/x"}, Path("/nowhere")).data_dir == Path("/x/database-architect")
    assert read_settings({"HOME": "/h"}, Path("/nowhere")).data_dir.parts[-3:] == (
        ".local",
        "share",
        "database-architect",
    )
