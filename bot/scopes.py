"""The sources that a channel or a role is given: what is quoted where, and to whom."""

from collections.abc import Collection
from dataclasses import replace

from bot.answering import sources_named
from bot.bounds import Bounds
from bot.errors import OutOfScope, ReleaseUnknown
from bot.messages import (
    Actor,
    Ask,
    Conversation,
    Group,
    More,
    Notice,
    Posting,
    ReadOn,
    Refused,
    ReleaseList,
    Releases,
    Scope,
    Share,
    Suggest,
    Verify,
    Why,
)
from bot.permissions import Permissions
from bot.ports import Library, Searcher
from bot.records import Records
from index.errors import LISTED_SOURCES
from index.passages import Audience, Passage
from index.releases import release_of, resolved, shown

NO_CHANNELS = Refused(
    text="There are no channels here. Only a community's channels and roles have sources of their own."
)
ALL_GONE = "All sources that this channel was given were removed"
FOR_ROLES = "What I could look in here is for people with a certain role, and you have none of those."
FOR_ROLES_ALONE = "What I could look in here is for people with a certain role. Ask me where only you read."
NOT_FOR_ROLES = Refused(text="A version is for a channel. A role is given sources alone.")
OTHER_RELEASE = "That answer is for another version than this channel is about. Ask again, please."
NOT_FOR_YOU = "That answer is from sources that I do not show you here."
NOT_ALOUD = "That passage is for people with a certain role, so I do not show it to everyone here."


class Scopes:
    """The sources of all channels and roles, by name. Safe to call from several threads.

    What a role is given is for those who have it, and what several are given is for whoever has one
    of them; all else is for everyone. A channel's own set bounds both: nothing else is quoted there.
    """

    def __init__(
        self, records: Records, *, library: Library, searcher: Searcher, permissions: Permissions
    ) -> None:
        """``library`` knows the sources, ``searcher`` the versions. Raises RecordsUnavailable."""
        self._bounds = Bounds(records)
        self._library = library
        self._searcher = searcher
        self._permissions = permissions

    def audience(self, actor: Actor, conversation: Conversation, *, aloud: bool = False) -> Audience:
        """Return who reads what an actor is told in a channel, or in its thread.

        ``aloud`` says that all who read the channel read it too: what a role has been given is then
        quoted only where the channel was given it as well. A source that was removed since is left
        out. Raises OutOfScope when none is left.
        """
        bounds = self._readers(actor, conversation, aloud=aloud)
        return replace(bounds, release=self._release(conversation, bounds))

    def _readers(self, actor: Actor, conversation: Conversation, *, aloud: bool) -> Audience:
        workspace, given = conversation.workspace, self._bounds.sources(conversation)
        owned = self._bounds.owned(workspace)
        if not given and not owned:
            return Audience(workspace=workspace)
        names = frozenset(self._library.names(workspace))
        left = names & given if given else names
        if given and not left:
            raise OutOfScope(f"{ALL_GONE}. A moderator can give it others.")
        theirs = {name for name in left if _is_for(actor, name, owned)}
        shown = frozenset(name for name in theirs if not aloud or name in given or name not in owned)
        if not shown:
            raise OutOfScope(FOR_ROLES_ALONE if theirs else FOR_ROLES)
        return Audience(workspace=workspace, sources=shown)

    def audience_of(self, request: Ask | Suggest) -> Audience:
        """Return who reads the answer to a question, which may name a source and version of the channel.

        Moderators may name any. Raises OutOfScope, SourceUnknown, ReleaseUnknown.
        """
        found = self._within(request)
        if not request.release.strip():
            return found
        return replace(found, release=self._named(request, found))

    def _within(self, request: Ask | Suggest) -> Audience:
        actor, where = request.actor, request.conversation
        aloud = isinstance(request, Ask) and request.is_aloud
        if not request.source.strip():
            return self.audience(actor, where, aloud=aloud)
        known = self.known_to(actor, where)
        named = Audience(workspace=where.workspace, sources=sources_named(request.source, known))
        if self._permissions.is_moderator(actor, where):
            return named
        bounds = self.audience(actor, where, aloud=aloud)
        if bounds.sources and not named.sources <= bounds.sources:
            raise OutOfScope(self._outside(named, bounds, self._bounds.sources(where)))
        return replace(named, release=bounds.release)

    def _named(self, request: Ask | Suggest, bounds: Audience) -> str:
        meant = self._meant(request.release, replace(bounds, release=""))
        is_moderator = self._permissions.is_moderator(request.actor, request.conversation)
        if bounds.release and meant != bounds.release and not is_moderator:
            raise OutOfScope(
                f"In this channel I look only in version {shown(bounds.release)}. "
                f"For {shown(meant)} ask me elsewhere, or ask a moderator."
            )
        return meant

    def has_sources(self, where: Conversation) -> bool:
        """Whether a channel was given its own sources."""
        return bool(self._bounds.sources(where))

    def releases(self, request: Releases) -> ReleaseList:
        """List the versions that may be asked about. Raises OutOfScope, SourceUnknown."""
        asked = Suggest(
            actor=request.actor, conversation=request.conversation, typed="", source=request.source
        )
        found = self._searcher.releases(audience=self.audience_of(asked))
        return ReleaseList(releases=tuple(map(shown, found)))

    def audience_again(
        self, request: More | ReadOn | Share | Why, searched: Audience, *, aloud: bool = False
    ) -> Audience:
        """Return who reads more of an answer: what was searched for it, and is for whoever asks for more.

        Raises OutOfScope.
        """
        if self._permissions.is_moderator(request.actor, request.conversation):  # they may name any
            return searched
        bounds = self.audience(request.actor, request.conversation, aloud=aloud)
        known, allowed = searched.sources, bounds.sources
        both = known & allowed if known and allowed else known | allowed
        if known and not both:
            raise OutOfScope(NOT_FOR_YOU)
        if searched.release and bounds.release not in ("", searched.release):
            raise OutOfScope(OTHER_RELEASE)
        return replace(searched, sources=both, release=searched.release or bounds.release)

    def known_to(self, actor: Actor, where: Conversation) -> list[str]:
        """Return the names of the sources that an actor may know of, wherever they are quoted."""
        names = self._library.names(where.workspace)
        if self._permissions.is_moderator(actor, where):
            return names
        owned = self._bounds.owned(where.workspace)
        return [name for name in names if _is_for(actor, name, owned)]

    def may_verify(self, request: Verify, source: str) -> bool:
        """Whether an actor may be told here of a quote from a source."""
        if self._permissions.is_moderator(request.actor, request.conversation):
            return True
        given = self._bounds.sources(request.conversation)
        owned = self._bounds.owned(request.conversation.workspace)
        return (not given or source in given) and _is_for(request.actor, source, owned)

    def may_show(self, posting: Posting, passage: Passage) -> bool:
        """Whether a message that all of a channel read may show a passage that took another's place."""
        place = Conversation(
            platform=posting.platform,
            workspace=posting.workspace,
            channel=posting.within or posting.channel,
        )
        if self._release(place, Audience(workspace=place.workspace)) not in ("", passage.release):
            return not passage.release
        given = self._bounds.sources(place)
        return passage.source in given if given else passage.source not in self._bounds.owned(place.workspace)

    def reply(self, request: Scope) -> Notice | Refused:
        """Give a channel or a role its sources, or tell which it has, for moderators.

        Raises SourceUnknown.
        """
        where = request.conversation
        if where.platform == "terminal" or where.private:
            return NO_CHANNELS
        if request.group:
            return self._reply_on(request.group, request)
        wished = self._wished(request)
        if request.release is not None:
            kept = self._chosen(request.release, where, wished)
            self._bounds.give_release(where, kept)
        if wished is not None:
            self._bounds.give(where, wished)
        return self._told(where, now=wished is not None or request.release is not None)

    def _reply_on(self, group: Group, request: Scope) -> Notice | Refused:
        if request.release is not None:
            return NOT_FOR_ROLES
        wished = self._wished(request)
        if wished is None:
            return self._told_of(group, request.conversation)
        return self._given_to(group, request.conversation, wished)

    def _wished(self, request: Scope) -> frozenset[str] | None:
        if request.sources is None:
            return None
        names = self._library.names(request.conversation.workspace)
        return frozenset[str]().union(*(sources_named(name, names) for name in sorted(request.sources)))

    def _chosen(self, release: str, where: Conversation, wished: frozenset[str] | None) -> str:
        """Return a version as it is kept for a channel: "latest" stays what it is, and moves on."""
        if not release:
            return ""
        sources = self._bounds.sources(where) if wished is None else wished
        self._meant(release, Audience(workspace=where.workspace, sources=sources))
        return release_of(release)

    def _given_to(self, group: Group, where: Conversation, wished: frozenset[str]) -> Notice:
        self._bounds.own(where.workspace, group, wished)
        if not wished:
            return Notice(text=f"{group.called} has no sources of its own any more.")
        return Notice(
            text=f"From now on these sources are for {group.called}: {_listed(wished)}.",
            details=(
                "Whoever has no role that was given them is told nothing of them.",
                "I quote them aloud only in channels that were given them, too.",
            ),
        )

    def _told(self, where: Conversation, *, now: bool) -> Notice:
        """Tell what a channel has; ``now`` says that it was just given it."""
        told = self._told_here(where)
        if now and not told.startswith(ALL_GONE):
            return Notice(text=f"From now on {told}")
        return Notice(
            text=told,
            details=tuple(
                f"Only for {name}: {_listed(sources)}"
                for name, sources in sorted(self._bounds.groups(where.workspace).items())
            ),
        )

    def _told_here(self, where: Conversation) -> str:
        given = self._bounds.sources(where)
        left = given.intersection(self._library.names(where.workspace))
        if given and not left:
            return f"{ALL_GONE}, so I answer nothing here."
        looks = f"only in these sources here: {_listed(left)}" if given else "in all sources here"
        kept = self._bounds.release(where)
        about = f", for version {self._in_words(kept, where, left)}" if kept else ""
        return f"I look {looks}{about}."

    def _in_words(self, kept: str, where: Conversation, sources: frozenset[str]) -> str:
        meant = self._release(where, Audience(workspace=where.workspace, sources=sources))
        return shown(kept) if kept == meant else f"{shown(kept)}, which is {shown(meant)} now"

    def _told_of(self, group: Group, where: Conversation) -> Notice:
        owned = self._bounds.owned(where.workspace)
        theirs = frozenset(name for name, groups in owned.items() if group.id in groups)
        if not theirs:
            return Notice(text=f"{group.called} has no sources of its own.")
        return Notice(text=f"These sources are for {group.called}: {_listed(theirs)}.")

    def _outside(self, named: Audience, bounds: Audience, given: frozenset[str]) -> str:
        if not given or named.sources <= given:
            return f"{_listed(named.sources)} is for people with a certain role. Ask me where only you read."
        return (
            f"In this channel I look only in these sources: {_listed(bounds.sources)}. "
            f"For {_listed(named.sources)} ask me elsewhere, or ask a moderator."
        )

    def _meant(self, asked: str, audience: Audience) -> str:
        known = self._searcher.releases(audience=audience)
        if found := resolved(asked, known):
            return found
        if not known:
            raise ReleaseUnknown(
                f"There is no version {asked.strip()}: no document says which one it is for."
            )
        there = ", ".join(map(shown, known[:LISTED_SOURCES]))
        raise ReleaseUnknown(f"There is no version {asked.strip()}. There are: {there}.")

    def _release(self, where: Conversation, audience: Audience) -> str:
        """Return the version that a channel is about: of "latest", the one that it is now."""
        kept = self._bounds.release(where)
        return (resolved(kept, self._searcher.releases(audience=audience)) or kept) if kept else ""


def _is_for(actor: Actor, source: str, owned: dict[str, set[str]]) -> bool:
    return source not in owned or not actor.groups.isdisjoint(owned[source])


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))
