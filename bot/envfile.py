"""Changes lines of `.env` and leaves all others as they are."""

import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.errors import SettingInvalid

PLAIN = re.compile(r"[A-Za-z0-9._~+/=:-]+")
"""Values that mean the same in every dialect of .env files, unquoted."""


def with_values(text: str, values: Mapping[str, str]) -> str:
    """Return the text with these variables set, each where it stood, or else at the end.

    Raises SettingInvalid for a value that no token looks like.
    """
    for name, value in values.items():
        if not PLAIN.fullmatch(value):
            raise SettingInvalid(
                f"What was given for {name} holds characters that no token has. Copy it anew."
            )
        line = f"{name}={value}"
        # The last of several lines counts, so all of them are set.
        text, count = re.subn(rf"(?m)^[ \t]*(?:export[ \t]+)?{name}[ \t]*=.*$", line, text)
        if not count:
            text += f"{'' if not text or text.endswith(chr(10)) else chr(10)}{line}\n"
    return text


def write(path: Path, values: Mapping[str, str]) -> None:
    """Set these variables in the file, which only its owner may read from then on.

    Raises SettingInvalid, and leaves the file as it was.
    """
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        changed = with_values(text, values)
        # Made for its owner alone; a link stays one.
        target = path.resolve()
        with NamedTemporaryFile("w", encoding="utf-8", dir=target.parent, delete=False) as file:
            made = Path(file.name)
            try:
                file.write(changed)
                file.flush()
                made.replace(target)
            except BaseException:
                made.unlink(missing_ok=True)
                raise
    except (OSError, UnicodeError) as error:
        raise SettingInvalid(f"{path} could not be written ({error}). Check its permissions.") from error
