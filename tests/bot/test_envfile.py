"""Tokens in `.env`, and everything else in it as it was."""

import stat
from pathlib import Path

import pytest

from bot.envfile import with_values, write
from bot.errors import SettingInvalid


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "TOKEN=new\n"),
        ("# mine\nOTHER=1", "# mine\nOTHER=1\nTOKEN=new\n"),
        ("A=1\nTOKEN=old\n\n# end\n", "A=1\nTOKEN=new\n\n# end\n"),
        ("TOKEN=\nB=2\n", "TOKEN=new\nB=2\n"),
        ("export TOKEN = 'old'\n", "TOKEN=new\n"),
        ("TOKEN=a\nTOKEN=b\n", "TOKEN=new\nTOKEN=new\n"),
        ("# TOKEN=old\nMY_TOKEN=x\n", "# TOKEN=old\nMY_TOKEN=x\nTOKEN=new\n"),
    ],
)
def test_a_variable_is_set_where_it_stood_and_no_other_line_changes(before: str, after: str) -> None:
    assert after == with_values(before, {"TOKEN": "new"})


@pytest.mark.parametrize("value", ["", "a b", "a\nB=1", "'a'", "a#b", "$A"])
def test_what_no_token_looks_like_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(SettingInvalid, match="What was given for TOKEN holds characters that no token has"):
        with_values("", {"TOKEN": value})


def test_only_the_owner_may_read_the_file_even_if_others_could_before(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("OTHER=1\n")
    path.chmod(0o644)
    write(path, {"TOKEN": "new"})
    assert "OTHER=1\nTOKEN=new\n" == path.read_text()
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert [path] == list(tmp_path.iterdir())


def test_a_file_that_is_linked_to_stays_linked_to(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("OTHER=1\n")
    (tmp_path / ".env").symlink_to(tmp_path / "secrets")
    write(tmp_path / ".env", {"TOKEN": "new"})
    assert (tmp_path / ".env").is_symlink()
    assert "TOKEN=new" in (tmp_path / "secrets").read_text()


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="could not be written"):
        write(tmp_path / "away" / ".env", {"TOKEN": "new"})
