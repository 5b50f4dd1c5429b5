"""Moments as files, messages and commits say them."""

from datetime import UTC, datetime

EPOCH = datetime.fromtimestamp(0, UTC)
"""Stands for a moment that nobody knows."""


def moment(said: str) -> datetime | None:
    """Return the moment that a date and time name, of UTC where they name no zone; None for none."""
    try:
        found = datetime.fromisoformat(said)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def since_1970(seconds: str | float) -> datetime | None:
    """Return the moment of a timestamp such as "1700000000.000100"; None for one beyond all calendars."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
