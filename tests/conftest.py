"""What every test leaves as it found it."""

import logging
import signal
from collections.abc import Iterator

import pytest
import structlog

# A shell starts what it runs in the background deaf to Ctrl-C, and so would be every program that
# these tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """Undo what a command configured: its log would go to a stream that is closed with its test."""
    yield
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if type(handler) is logging.StreamHandler:  # pytest's own are of other kinds
            root.removeHandler(handler)
    structlog.reset_defaults()
