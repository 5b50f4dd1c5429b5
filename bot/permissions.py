"""Who is a moderator."""

from dataclasses import dataclass

from bot.messages import Actor, Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """Judges actors. ``ids`` and ``groups`` hold platform ids, bare or as ``platform:id``."""

    ids: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def is_moderator(self, actor: Actor, conversation: Conversation) -> bool:
        """Say whether an actor may manage the workspace's sources.

        Those may whom the platform lets manage the workspace, and whoever the settings list;
        at the machine itself, everyone may.
        """
        if conversation.platform == "terminal" or actor.manages_workspace:
            return True
        return _listed({actor.id}, self.ids, conversation) or _listed(actor.groups, self.groups, conversation)


def _listed(ids: frozenset[str] | set[str], listed: frozenset[str], conversation: Conversation) -> bool:
    return any(known in listed for id in ids for known in (id, f"{conversation.platform}:{id}"))
