"""Who is a moderator, and who decides on that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from bot.messages import (
    Actor,
    AddChannel,
    AddGolden,
    AddSource,
    Aliases,
    Arrive,
    Ask,
    Audit,
    Cancel,
    ChannelChanged,
    Conversation,
    Decide,
    Delete,
    Escalate,
    Export,
    Follow,
    ForgetMe,
    Gathered,
    GatherGolden,
    Golden,
    Inspect,
    More,
    MyData,
    Notify,
    Overhear,
    Overview,
    PauseSource,
    Prefer,
    Preferences,
    Rate,
    ReadOn,
    Refused,
    Reindex,
    Releases,
    RemoveSource,
    Request,
    Resolve,
    Review,
    SaveAnswer,
    ScheduleSource,
    Scope,
    SetMode,
    Share,
    ShowSource,
    Sources,
    Standing,
    Stats,
    Status,
    Suggest,
    Unanswered,
    Undo,
    Verify,
    Why,
)

IDS = "moderators.ids"
GROUPS = "moderators.groups"
ONLY_MODERATORS = (
    "Only moderators can do that. Ask someone who manages this community, "
    "or have them list you in the setting moderators.ids."
)

NOWHERE = Refused(text="I cannot tell which community's documents to look in. Ask me in one of its channels.")
STRANGER = Refused(
    text="What I have read is for the members of this community alone, not for guests or other communities."
)
UNKNOWN = Refused(
    text="I cannot tell right now whether you belong to this community, whose documents are for its members. "
    "Please try again."
)


def barrier(request: Request) -> Refused | None:
    """Say why nothing of a workspace is for an actor, whatever they ask; None when some may be.

    What is kept of themselves everyone may see and have erased. What is overheard comes before anyone
    looks up who said it: whoever shows an offer does so.
    """
    standing = request.actor.standing
    if not request.conversation.workspace:
        return NOWHERE
    if isinstance(request, MyData | ForgetMe):
        return None
    if standing is Standing.STRANGER:
        return STRANGER
    return UNKNOWN if standing is Standing.UNKNOWN and not isinstance(request, Overhear) else None


def is_for_moderators(request: Request) -> bool:
    """Say whether a request is for moderators alone, whatever the platform let its actor try.

    This is the one table of who may do what; the core looks at it before anything else. Of what is
    open to all, an answer is for its asker to share, and for them and moderators to delete; what is
    saved by others than moderators and those they trust waits for review; and of what moderators may
    choose, who moderates is for owners.
    """
    match request:
        case AddChannel():
            return True
        case AddSource() | Cancel() | PauseSource() | Reindex() | RemoveSource() | ScheduleSource() | Undo():
            return True
        case (
            AddGolden()
            | GatherGolden()
            | Golden()
            | Prefer()
            | Preferences()
            | Scope()
            | Decide()
            | Resolve()
        ):
            return True
        case Aliases() | Audit() | Export() | Inspect() | Review() | ShowSource() | Stats() | Unanswered():
            return True
        case SetMode():
            return bool(request.mode.strip())  # what the mode is, everyone may ask
        case Ask() | Delete() | Escalate() | More() | Rate() | ReadOn() | Share() | Verify() | Why():
            return False
        case Overview() | Releases() | Sources() | Status() | Suggest():
            return False
        case ForgetMe() | MyData() | Notify() | SaveAnswer():
            return False
        case Arrive() | ChannelChanged() | Follow() | Gathered() | Overhear():  # what platforms tell
            return False
        case _:
            assert_never(request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """Judges actors. ``ids`` and ``groups`` hold platform ids, bare or as ``platform:id``.

    ``preferred`` returns what a workspace has chosen under a name: IDS and GROUPS are more such ids,
    parted by spaces.
    """

    ids: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    preferred: Callable[[str, str], str] = lambda workspace, name: ""

    def is_owner(self, actor: Actor, conversation: Conversation) -> bool:
        """Say whether an actor may decide who moderates.

        Those may whom the platform lets manage the workspace; at the machine itself, everyone may.
        """
        return conversation.platform == "terminal" or actor.manages_workspace

    def is_moderator(self, actor: Actor, conversation: Conversation) -> bool:
        """Say whether an actor may manage the workspace's sources.

        Owners may, and whoever is listed in the settings or by an owner of this workspace.
        """
        return (
            self.is_owner(actor, conversation)
            or is_listed({actor.id}, self.ids, conversation)
            or is_listed(actor.groups, self.groups, conversation)
            or is_listed({actor.id}, self._chosen(conversation, IDS), conversation)
            or is_listed(actor.groups, self._chosen(conversation, GROUPS), conversation)
        )

    def listed(self, workspace: str, platform: str) -> frozenset[str]:
        """Return the platform's ids of the moderators who are listed one by one.

        A bare id of digits is Discord's, any other Slack's.
        """
        known = self.ids | frozenset(self.preferred(workspace, IDS).split())
        bare = {id for id in known if ":" not in id and id.isdecimal() == (platform == "discord")}
        return frozenset(bare | {id.partition(":")[2] for id in known if id.startswith(f"{platform}:")})

    def _chosen(self, conversation: Conversation, name: str) -> frozenset[str]:
        # Without a workspace nobody has chosen anything.
        workspace = conversation.workspace
        return frozenset(self.preferred(workspace, name).split()) if workspace else frozenset()


def is_listed(ids: frozenset[str] | set[str], listed: frozenset[str], conversation: Conversation) -> bool:
    """Say whether any of a platform's ids is listed, bare or as ``platform:id``."""
    return any(known in listed for id in ids for known in (id, f"{conversation.platform}:{id}"))
