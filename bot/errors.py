"""What can go wrong outside the index.

::

    QuothError
    +-- SettingInvalid
    +-- AdapterFailure
    |   +-- TokenRejected
    |   +-- IntentMissing
    +-- AlreadyRunning
    +-- Cancelled
    +-- OutOfScope
    +-- PreferenceInvalid
    +-- RecordsUnavailable
    +-- ReleaseUnknown
    +-- Stopping

The docstring of a class is its message when it is raised without one.
"""

import inspect

from index.errors import refused_host


class QuothError(Exception):
    """Quoth cannot go on. The log says why."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))


class SettingInvalid(QuothError):
    """A setting is not valid. Correct it in quoth.toml, in the environment or in .env."""


class AdapterFailure(QuothError):
    """The chat platform could not be reached. Check the network and the platform's status page."""


class TokenRejected(AdapterFailure):
    """The platform rejects the token. Copy it anew from the platform's developer page into .env."""


class IntentMissing(AdapterFailure):
    """The platform refuses an intent. Switch it on in the developer portal, or off in the settings."""


class AlreadyRunning(QuothError):
    """Quoth already runs with this data folder. Stop it, or choose another folder with --data."""


class RecordsUnavailable(QuothError):
    """The bot's own records could not be opened. Check that the data folder exists and is writable."""


class Stopping(QuothError):
    """I am being stopped. Nothing is lost; what was not read yet is read with the next sync."""


class Cancelled(QuothError):
    """The reading was cancelled. What I had read before still answers."""


class OutOfScope(QuothError):
    """This channel was not given that source. Ask elsewhere, or ask a moderator."""


class ScheduleInvalid(QuothError):
    """That is no schedule. Say “every 6h”, “every 30m”, “daily 03:00” (UTC), “cron 0 3 * * 1” or “off”."""


class ReleaseUnknown(QuothError):
    """No document describes that version. `versions` lists those that there are."""


class PreferenceInvalid(QuothError):
    """That is no choice here. `settings` lists what can be chosen."""


def told_at_the_machine(error: Exception) -> str:
    """Return what is said of an error to whoever sits where Quoth runs: with the setting that mends it."""
    host = refused_host(error)
    if not host:
        return str(error)
    return (
        f'{error} In quoth.toml, beside other hosts if there are any:\n\n[fetch]\nallowed_hosts = ["{host}"]'
    )
