"""In which guild a person who writes to the bot directly asks."""

from collections.abc import Callable

import discord

REMEMBERED_SECONDS = 60.0
"""Whoever leaves a guild must not read its documents for much longer."""

MOST_GUILDS = 20
"""Each look-up is a call per guild, so that a bot of very many guilds cannot ask all of them."""


class SharedGuilds:
    """Finds the one guild that a person shares with the bot; without the members intent, by asking."""

    def __init__(self, client: discord.Client, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[int, tuple[float, discord.Member | None]] = {}

    def holds(self, guild: int | None) -> bool:
        """Whether the bot itself is in a guild; a person who installed it may ask in any other, too."""
        return guild is not None and self._client.get_guild(guild) is not None

    async def membership(self, user: int) -> discord.Member | None:
        """Return the person as a member of the shared guild; None for no guild, or for several.

        Raises discord.HTTPException when Discord cannot tell.
        """
        now = self._clock()
        self._known = {id: entry for id, entry in self._known.items() if entry[0] > now}
        if user not in self._known:
            self._known[user] = (now + REMEMBERED_SECONDS, await self._look_up(user))
        return self._known[user][1]

    async def _look_up(self, user: int) -> discord.Member | None:
        guilds = self._client.guilds
        if len(guilds) > MOST_GUILDS:
            return None
        members = [member for guild in guilds if (member := await _member(guild, user)) is not None]
        return members[0] if len(members) == 1 else None


async def _member(guild: discord.Guild, user: int) -> discord.Member | None:
    try:
        return await guild.fetch_member(user)
    except discord.NotFound:
        return None
