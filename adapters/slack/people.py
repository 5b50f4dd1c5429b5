"""What Slack knows of the people who ask: asked for softly, and kept for some minutes."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import FOREIGN, code_of, lacking
from adapters.slack.translate import Person, read_person

KEPT_SECONDS = 300.0
# A person waits for their answer meanwhile; without an answer from Slack they have no rights.
PATIENCE_SECONDS = 5.0

_log = structlog.get_logger("quoth.slack")


class People:
    """Looks people up by users.info, and their user groups by usergroups.list."""

    def __init__(
        self, client: AsyncWebClient, clock: Callable[[], float], *, lacks: Callable[[str], Awaitable[None]]
    ) -> None:
        """``lacks`` is told the permission without which nobody can be looked up."""
        self._client = client
        self._clock = clock
        self._lacks = lacks
        self._people: dict[str, tuple[float, Person]] = {}
        self._groups: dict[str, frozenset[str]] = {}
        self._groups_until = float("-inf")

    async def look_up(self, user: str) -> Person:
        """Return what is known of a person: nothing, and so no rights, when Slack does not say."""
        until, person = self._people.get(user, (float("-inf"), Person()))
        if self._clock() < until:
            return person
        groups = await self.groups_of(user)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await self._client.users_info(user=user)
        except FOREIGN as error:
            _log.warning("Slack does not say who a person is.", code=code_of(error))
            if what := lacking(error):
                await self._lacks(what)
            return Person(groups=groups)
        return self._keep(user, read_person(answer["user"], groups))

    def _keep(self, user: str, person: Person) -> Person:
        now = self._clock()
        self._people = {key: entry for key, entry in self._people.items() if entry[0] > now}
        self._people[user] = (now + KEPT_SECONDS, person)
        return person

    async def groups_of(self, user: str) -> frozenset[str]:
        """Return the ids of a person's user groups, from a list of all that is kept for some minutes."""
        if self._clock() >= self._groups_until:
            # Also kept when it fails: user groups belong to paid plans, and the method is slow-tier.
            self._groups = await self._list_groups()
            self._groups_until = self._clock() + KEPT_SECONDS
        return self._groups.get(user, frozenset())

    async def _list_groups(self) -> dict[str, frozenset[str]]:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await self._client.usergroups_list(include_users=True)
        except FOREIGN as error:
            _log.info("User groups are not known here.", code=code_of(error))
            return {}
        members: defaultdict[str, set[str]] = defaultdict(set)
        for group in answer["usergroups"]:
            for user in group.get("users") or ():
                members[user].add(group["id"])
        return {user: frozenset(groups) for user, groups in members.items()}
