"""What each community has chosen for itself, in chat, over what the settings say for all."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import available_timezones

from bot.errors import PreferenceInvalid
from bot.messages import PreferenceLine
from bot.records import Records

DEFAULT = "default"
"""What stands for going back to the default."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS preferences (
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (workspace, name)
) STRICT;
"""


_ID = re.compile(r"(?:[a-z]+:)?[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """One thing to choose: what it does, the value without a choice, and how a choice is checked.

    ``checked`` returns the value as it is kept, or raises PreferenceInvalid with what is expected.
    ``for_owners`` says that moderators may not choose it.
    """

    about: str
    default: str
    checked: Callable[[str], str]
    for_owners: bool = False


def days(value: str) -> str:
    """Take a number of days, 0 to 365."""
    if not value.isdecimal() or int(value) > 365:
        raise PreferenceInvalid("Give a number of days from 0 to 365.")
    return str(int(value))


def ids(value: str) -> str:
    """Take ids of the platform with commas or spaces between them; each is kept once."""
    given = value.replace(",", " ").split()
    if strange := next((id for id in given if not _ID.fullmatch(id)), ""):
        raise PreferenceInvalid(f"{strange} is no id. Mention the people or groups, or give their ids.")
    return " ".join(dict.fromkeys(given))


def hours(value: str) -> str:
    """Take the hours from one to another, such as 22-7; an end before the start is on the next day."""
    found = re.fullmatch(r"([0-9]{1,2})\s*-\s*([0-9]{1,2})", value)
    if found is None or int(found[1]) > 23 or int(found[2]) > 24:
        raise PreferenceInvalid("Give two full hours of the day, as in 22-7.")
    if found[1].lstrip("0") == found[2].lstrip("0"):
        raise PreferenceInvalid("From an hour to itself is no time or a whole day. For all day, give 0-24.")
    return f"{int(found[1])}-{int(found[2])}"


def zone(value: str) -> str:
    """Take the name of a time zone, as the IANA writes it."""
    names = {name.casefold(): name for name in ("UTC", *available_timezones())}
    if value.casefold() not in names:
        raise PreferenceInvalid("Give a time zone by its name, as in Europe/Berlin or UTC.")
    return names[value.casefold()]


def probability(value: str) -> str:
    """Take a probability, 0 to 1."""
    if not re.fullmatch(r"[01]|[01]?\.[0-9]{1,6}|[01]\.", value) or float(value) > 1:
        raise PreferenceInvalid("Give a probability from 0 to 1, as in 0.5.")
    return f"{float(value):g}"


def switch(value: str) -> str:
    """Take on or off."""
    if value.casefold() not in ("on", "off"):
        raise PreferenceInvalid("Say on or off.")
    return value.casefold()


def one_id(value: str) -> str:
    """Take one id of the platform."""
    if not _ID.fullmatch(value):
        raise PreferenceInvalid(f"{value} is no id. Mention the one that is meant, or give its id.")
    return value


PREFERENCES = {
    "answers.follow": Preference(
        about="For how many days posted answers follow the changes of their sources; 0 leaves them be",
        default="30",
        checked=days,
    ),
    "curators.groups": Preference(
        about="Roles or user groups whose saved answers need no review", default="", checked=ids
    ),
    "moderators.groups": Preference(
        about="Whose members moderate: roles or user groups", default="", checked=ids, for_owners=True
    ),
    "moderators.ids": Preference(about="Who moderates", default="", checked=ids, for_owners=True),
    "overhear.threshold": Preference(
        about="How sure I must be to answer what nobody asked me, from 0 to 1",
        default="0.7",
        checked=probability,
    ),
    "golden.hold": Preference(
        about="Whether a sync is taken back and held that makes a golden question lose its answer, on or off",
        default="off",
        checked=switch,
    ),
    "human.channel": Preference(
        about="The channel in which “Need a human” calls for one", default="", checked=one_id
    ),
    "human.group": Preference(
        about="The role or user group that “Need a human” calls", default="", checked=one_id
    ),
    "questions.keep": Preference(
        about="For how many days the words of questions are kept; 0 keeps none", default="0", checked=days
    ),
    "sources.channel": Preference(
        about="The channel in which I tell what scheduled syncs have changed", default="", checked=one_id
    ),
    "quiet.hours": Preference(
        about="Hours in which I answer only those who ask me, as in 22-7", default="", checked=hours
    ),
    "quiet.zone": Preference(
        about="The time zone of the quiet hours, as in Europe/Berlin", default="UTC", checked=zone
    ),
}
"""Every preference by name. One line each makes it settable on every platform."""


class PreferenceBook:
    """The choices of all communities. Safe to use from several threads."""

    def __init__(self, records: Records) -> None:
        """``records`` hold the choices. Raises RecordsUnavailable."""
        self._records = records
        records.define(SCHEMA)

    def value(self, workspace: str, name: str) -> str:
        """Return the choice of a community, or the default."""
        with self._records.read() as db:
            row = db.execute(
                "SELECT value FROM preferences WHERE workspace = ? AND name = ?", (workspace, name)
            ).fetchone()
        return str(row[0]) if row else PREFERENCES[name].default

    def lines(self, workspace: str, name: str = "") -> tuple[PreferenceLine, ...]:
        """List what counts in a community: of the named preference, or of all. Raises PreferenceInvalid."""
        preferences = {name: preference_of(name)} if name else PREFERENCES
        return tuple(
            PreferenceLine(name=each, value=self.value(workspace, each), about=preference.about)
            for each, preference in preferences.items()
        )

    def choose(self, workspace: str, name: str, value: str) -> str:
        """Record a choice, or go back to the default; return what counts now.

        Raises PreferenceInvalid.
        """
        preference, given = preference_of(name), value.strip()
        checked = "" if given in ("", DEFAULT) else preference.checked(given)
        with self._records.write() as db:
            if checked:
                db.execute("INSERT OR REPLACE INTO preferences VALUES (?, ?, ?)", (workspace, name, checked))
            else:
                db.execute("DELETE FROM preferences WHERE workspace = ? AND name = ?", (workspace, name))
        return checked or preference.default


def preference_of(name: str) -> Preference:
    """Return what can be chosen by this name. Raises PreferenceInvalid, which says what there is."""
    if name not in PREFERENCES:
        raise PreferenceInvalid(f"There is no setting {name}. There are: {', '.join(PREFERENCES)}.")
    return PREFERENCES[name]
