"""The table of foreign errors."""

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from adapters.discord.failures import failure_of

PLACE = ConnectionKey("discord.com", 443, True, True, None, None, None)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (aiohttp.ClientConnectorDNSError(PLACE, OSError(-2, "unknown")), "its address was not found"),
        (aiohttp.ClientConnectorError(PLACE, OSError(111, "refused")), "it takes no connection"),
        (aiohttp.ClientConnectorSSLError(PLACE, OSError(1, "old")), "its certificate could not be checked"),
        (aiohttp.ServerDisconnectedError(), "the connection broke off"),
        (TimeoutError(), "it did not answer in time"),
        (OSError(), "there is no connection"),
    ],
    ids=lambda given: type(given).__name__,
)
def test_why_discord_is_away_is_said_in_words(error: Exception, reason: str) -> None:
    assert f"Discord could not be reached: {reason}. Check the network" in str(failure_of(error))
