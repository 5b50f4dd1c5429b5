"""What the bot does when Discord calls: acknowledge, translate, ask the core, show its replies."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

import discord
import structlog
from discord.app_commands import AppCommandChannel

from adapters.discord import translate
from adapters.discord.arriving import added_by, introduce
from adapters.discord.errands import report
from adapters.discord.failures import FOREIGN, TOKEN_GONE, code_of
from adapters.discord.forms import Field, Form
from adapters.discord.forums import mark_answered
from adapters.discord.guilds import SharedGuilds
from adapters.discord.outlets import BROKEN, ChannelOutlet, InteractionOutlet, Outlet, passive
from adapters.discord.render import render
from adapters.discord.translate import Party
from bot.messages import (
    ALL_SOURCES,
    ANY_RELEASE,
    AddGolden,
    AddSource,
    Aliases,
    Answer,
    Arrive,
    Aside,
    Ask,
    Audit,
    Blank,
    Cancel,
    Decision,
    Delete,
    Deleted,
    Escalate,
    Export,
    Exported,
    ExportFormat,
    ExportKind,
    Failed,
    ForgetMe,
    GatherGolden,
    Golden,
    HelpWanted,
    Hindrance,
    Inspect,
    MyData,
    Notice,
    Notify,
    Offer,
    Overview,
    PauseSource,
    PreferenceList,
    Preferences,
    Progress,
    Rate,
    Refused,
    Reindex,
    ReleaseList,
    Releases,
    Remark,
    RemoveSource,
    Reply,
    Request,
    Resolve,
    Review,
    ScheduleSource,
    SetMode,
    Share,
    ShowSource,
    SourceList,
    Sources,
    StatisticsReport,
    Stats,
    Status,
    Suggest,
    Suggestions,
    Unanswered,
    Undo,
    Upload,
    Verify,
)
from bot.ports import Core

Interaction: TypeAlias = discord.Interaction[Any]

TOO_OLD = Refused(text="This button no longer works. Please ask again.")
MOST_BEGUN = 1_000
"""Threads whose first message is waited for."""

EDITING = ("quoth:share:", "quoth:delete:", "quoth:resolve:")
"""How the ids of buttons begin that change the message on which they stand."""

MOST_CHOICES = 25
LONGEST_CHOICE = 100

_log = structlog.get_logger("quoth.discord")


class Listeners:
    """One method per kind of thing that Discord tells us."""

    def __init__(
        self, *, core: Core, guilds: SharedGuilds, clock: Callable[[], float], max_upload_bytes: int
    ) -> None:
        self._core = core
        self._guilds = guilds
        self._clock = clock
        self._max_upload_bytes = max_upload_bytes
        self._running: set[asyncio.Task[Any]] = set()
        self._begun: OrderedDict[int, None] = OrderedDict()

    async def close(self) -> None:
        """Stop what is still being answered."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    # Listeners

    async def on_ask(
        self, interaction: Interaction, question: str, source: str = "", version: str = ""
    ) -> None:
        """Answer ``/ask`` and "Find an answer" to the asker alone."""
        async with self._serving(interaction) as party:
            text = translate.question(question, interaction.application_id)
            request = Ask(
                actor=party.actor,
                conversation=party.conversation,
                question=text,
                source=source,
                release=version,
                whispered=_is_whispered(interaction),
            )
            await self._whisper(interaction, request)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Introduce the bot to whoever has added it."""
        async with self._guarded(_untold):
            person = await added_by(guild)
            party = translate.party(user=person, name="", manages=True, guild=guild.id)
            async for reply in self._core.replies(Arrive(actor=party.actor, conversation=party.conversation)):
                if isinstance(reply, Notice):
                    await introduce(guild, person, reply)

    async def on_message(self, message: discord.Message, bot: int) -> None:
        """Answer a mention, a reply to the bot or a direct message; let the core overhear all else."""
        if not _is_by_a_person(message):
            return
        if not _is_for_us(message, bot):
            await self._overhear(message)
            return
        reference = message.to_reference(fail_if_not_exists=False)
        outlet = ChannelOutlet(message.channel, reference, hindered=partial(self._hindered, message.guild))
        async with self._guarded(outlet.say):
            party = await self._author(message)
            text = translate.question(message.content, bot)
            request = Ask(actor=party.actor, conversation=party.conversation, question=text)
            await self._deliver(request, outlet, private=False, aside=ChannelOutlet(message.author))

    def on_thread(self, thread: int) -> None:
        """Remember that a thread has begun: its first message is still to come."""
        self._begun[thread] = None
        while len(self._begun) > MOST_BEGUN:
            self._begun.popitem(last=False)

    async def _overhear(self, message: discord.Message) -> None:
        thread = message.channel if isinstance(message.channel, discord.Thread) else None
        opens = thread is not None and thread.id in self._begun and message.author.id == thread.owner_id
        outlet = ChannelOutlet(message.channel, message.to_reference(fail_if_not_exists=False))
        async with self._guarded(_untold):
            party = await self._author(message)
            heard = translate.overheard(
                party,
                title=thread.name if thread and opens else "",
                content=message.content,
                is_addressed=bool(message.mentions) or message.type is discord.MessageType.reply,
                to=_spoken_to(message),
                opens_thread=opens,
            )
            if thread is not None:
                self._begun.pop(thread.id, None)
            async for reply in self._core.replies(heard):
                if isinstance(reply, Offer):
                    sent = await outlet.say(render(reply))
                    await report(self._core, party.conversation.workspace, reply, sent)

    async def on_mode(self, interaction: Interaction, mode: str) -> None:
        """Set the channel's mode, or tell it."""
        async with self._serving(interaction) as party:
            await self._whisper(
                interaction, SetMode(actor=party.actor, conversation=party.conversation, mode=mode)
            )

    async def on_scope(
        self, interaction: Interaction, sources: str, role: discord.Role | None, version: str
    ) -> None:
        """Give the channel or a role its own sources, or tell which it has."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, translate.scope(party, sources, role, version))

    async def versions(self, interaction: Interaction, typed: str) -> list[str]:
        """Return the versions, of the source that a person chose, that hold what they typed so far."""
        party = await self._asker(interaction)
        source = interaction.namespace.source or ""
        request = Releases(actor=party.actor, conversation=party.conversation, source=source)
        releases: list[str] = []
        async for reply in self._core.replies(request):
            if isinstance(reply, ReleaseList):
                releases = list(reply.releases)
        return _choices(releases, typed)

    async def scope_versions(self, interaction: Interaction, typed: str) -> list[str]:
        """Return what a channel can be about: any version, or one of those that there are."""
        return [*_choices([ANY_RELEASE], typed), *await self.versions(interaction, typed)][:MOST_CHOICES]

    async def scope_names(self, interaction: Interaction, typed: str) -> list[str]:
        """Return what was typed so far of a list of sources, its last name completed."""
        earlier, _, last = typed.rpartition(",")
        chosen = [name.strip() for name in earlier.split(",") if name.strip()]
        names = [name for name in await self.source_names(interaction, last.strip()) if name not in chosen]
        lists = [", ".join((*chosen, name)) for name in names]
        every = [ALL_SOURCES] if not chosen and ALL_SOURCES.startswith(last.strip().casefold()) else []
        return [*every, *(each for each in lists if len(each) <= LONGEST_CHOICE)][:MOST_CHOICES]

    async def on_press(self, interaction: Interaction, custom_id: str) -> None:
        """Act on a button of a card, however old the card is."""
        if opened := translate.form(custom_id):
            await self._fill_in(interaction, *opened)
            return
        async with self._serving(interaction, edits=custom_id.startswith(EDITING)) as party:
            request = translate.press(custom_id, party) or translate.source_press(custom_id, party)
            if isinstance(request, Share):
                await self._share(interaction, request)
            elif isinstance(request, Delete):
                await self._delete(interaction, replace(request, message=_message(interaction)))
            elif isinstance(request, Resolve):
                await self._resolve(interaction, request)
            elif isinstance(request, Escalate):
                await self._whisper(interaction, replace(request, link=_link(interaction)))
            elif isinstance(request, Rate):
                await self._rate(interaction, request)
            else:
                await self._whisper(interaction, request or TOO_OLD)

    async def on_save(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask which question somebody's message answers, to keep it as the answer."""
        async with self._guarded(self._teller(interaction)):
            problem = _unsavable(message)
            if problem is not None:
                await self._teller(interaction)(render(problem))
                return
            remark = translate.remark(
                message.content,
                author=message.author.display_name,
                written_at=message.created_at,
                guild=interaction.guild_id,
                channel=message.channel.id,
                message=message.id,
            )
            await interaction.response.send_modal(self._save_form(interaction, message, remark))

    def _save_form(self, interaction: Interaction, message: discord.Message, remark: Remark) -> Form:
        async def submitted(interaction: Interaction, question: str) -> None:
            async with self._serving(interaction) as party:
                await self._whisper(interaction, translate.save(party, question, remark))

        field = Field(
            label="Which question does it answer?",
            hint="As somebody would ask it. The message itself is kept word for word.",
            value=_replied_to(interaction, message),
        )
        return Form("Save as answer", field, submitted)

    async def on_answer(self, interaction: Interaction, question: str, text: str) -> None:
        """Keep what a person writes here as the answer to a question."""
        async with self._serving(interaction) as party:
            remark = Remark(text=text, author=party.actor.name, written_at=interaction.created_at)
            await self._whisper(interaction, translate.save(party, question, remark))

    async def on_review(self, interaction: Interaction) -> None:
        """List the answers that wait for a moderator."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, Review(actor=party.actor, conversation=party.conversation))

    async def on_edited(self, message: discord.Message) -> None:
        """Let what was saved of a message follow its edit."""
        text = translate.edited(message.content, message.edited_at, discord.utils.utcnow())
        if text is not None and message.guild is not None and not message.author.bot:
            who = message.author
            party = translate.party(user=who.id, name=who.display_name, guild=message.guild.id)
            await self._follow(party, message.channel.id, message.id, text)

    async def on_deleted(self, guild: int | None, channel: int, messages: Iterable[int]) -> None:
        """Let what was saved of messages go with them."""
        if guild is not None:
            # Discord does not say who deleted them, or whose they were.
            party = translate.party(user=0, name="", guild=guild, channel=channel)
            for message in messages:
                await self._follow(party, channel, message, None)

    async def on_channel_changed(self, guild: int, channel: int | None) -> None:
        """Let what is quoted of a channel, or of all in the guild, follow."""
        async with self._guarded(_untold):
            async for _ in self._core.replies(translate.channel_changed(guild, channel)):
                pass

    async def _fill_in(self, interaction: Interaction, decision: Decision, item: str, blank: Blank) -> None:
        async def submitted(interaction: Interaction, words: str) -> None:
            async with self._serving(interaction) as party:
                await self._whisper(interaction, translate.fill(party, decision, item, words))

        async with self._guarded(self._teller(interaction)):
            field = Field(label=blank.label, limit=blank.limit)
            await interaction.response.send_modal(Form(blank.title, field, submitted))

    async def on_unanswered(self, interaction: Interaction) -> None:
        """List the questions that nothing answered."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, Unanswered(actor=party.actor, conversation=party.conversation))

    async def on_aliases(self, interaction: Interaction) -> None:
        """List the questions that were pointed to a passage."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, Aliases(actor=party.actor, conversation=party.conversation))

    async def on_golden(self, interaction: Interaction) -> None:
        """List the golden questions."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, Golden(actor=party.actor, conversation=party.conversation))

    async def on_add_golden(self, interaction: Interaction, question: str) -> None:
        """Keep a golden question."""
        async with self._serving(interaction) as party:
            request = AddGolden(actor=party.actor, conversation=party.conversation, question=question)
            await self._whisper(interaction, request)

    async def on_gather_golden(self, interaction: Interaction) -> None:
        """Keep golden questions that were answered well."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, GatherGolden(actor=party.actor, conversation=party.conversation))

    async def on_notify(self, interaction: Interaction, *, on: bool) -> None:
        """Tell a person, or do not, when there is an answer to what they asked."""
        async with self._serving(interaction) as party:
            await self._whisper(
                interaction, Notify(actor=party.actor, conversation=party.conversation, on=on)
            )

    async def on_sources(self, interaction: Interaction) -> None:
        """List the sources."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, Sources(actor=party.actor, conversation=party.conversation))

    async def on_overview(self, interaction: Interaction) -> None:
        """Say what the bot knows, and what it can be asked."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, Overview(actor=party.actor, conversation=party.conversation))

    async def on_status(self, interaction: Interaction) -> None:
        """Say how the bot is."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, Status(actor=party.actor, conversation=party.conversation))

    async def on_stats(self, interaction: Interaction) -> None:
        """Say what is asked and answered, in numbers."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, Stats(actor=party.actor, conversation=party.conversation))

    async def on_hygiene(self, interaction: Interaction) -> None:
        """Look for what should be mended in the sources."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, Inspect(actor=party.actor, conversation=party.conversation))

    async def on_export(self, interaction: Interaction, kind: ExportKind, format: ExportFormat) -> None:
        """Hand out questions or feedback as a file."""
        async with self._serving(interaction) as party:
            request = Export(actor=party.actor, conversation=party.conversation, kind=kind, format=format)
            await self._whisper(interaction, request)

    async def on_audit(self, interaction: Interaction) -> None:
        """List who changed what."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, Audit(actor=party.actor, conversation=party.conversation))

    async def on_verify(self, interaction: Interaction, receipt: str) -> None:
        """Check a quote by its receipt."""
        async with self._serving(interaction) as party:
            await self._whisper(
                interaction, Verify(actor=party.actor, conversation=party.conversation, receipt=receipt)
            )

    async def on_my_data(self, interaction: Interaction) -> None:
        """Show what is kept of a person."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, MyData(actor=party.actor, conversation=party.conversation))

    async def on_forget_me(self, interaction: Interaction) -> None:
        """Ask whether to erase it."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, ForgetMe(actor=party.actor, conversation=party.conversation))

    async def on_add(
        self,
        interaction: Interaction,
        *,
        file: discord.Attachment | None,
        address: str | None,
        name: str | None,
        url: str | None,
        kind: str | None,
        options: str | None,
    ) -> None:
        """Add an attached file, a web address or a path."""
        async with self._serving(interaction) as party:
            upload = await self._fetched(file) if file else None
            if isinstance(upload, Refused):
                await self._whisper(interaction, upload)
            else:
                request = translate.add(
                    party, upload=upload, address=address, name=name, url=url, kind=kind, options=options
                )
                await self._whisper(interaction, request)

    async def on_add_channel(
        self, interaction: Interaction, channel: AppCommandChannel, name: str | None
    ) -> None:
        """Quote what is solved and pinned in a channel."""
        async with self._serving(interaction) as party:
            added = translate.add_channel(party, channel.id, channel.name, name)
            await self._whisper(interaction, added)

    async def on_remove(self, interaction: Interaction, name: str) -> None:
        """Remove a source."""
        async with self._serving(interaction) as party:
            await self._whisper(
                interaction, RemoveSource(actor=party.actor, conversation=party.conversation, name=name)
            )

    async def on_show(self, interaction: Interaction, name: str) -> None:
        """Show one source."""
        async with self._serving(interaction) as party:
            await self._whisper(
                interaction, ShowSource(actor=party.actor, conversation=party.conversation, name=name)
            )

    async def on_pause(self, interaction: Interaction, name: str, *, paused: bool) -> None:
        """Pause or resume a source."""
        async with self._serving(interaction) as party:
            await self._whisper(
                interaction,
                PauseSource(actor=party.actor, conversation=party.conversation, name=name, paused=paused),
            )

    async def on_schedule(self, interaction: Interaction, name: str, schedule: str) -> None:
        """Read a source by a schedule."""
        async with self._serving(interaction) as party:
            await self._whisper(
                interaction,
                ScheduleSource(
                    actor=party.actor, conversation=party.conversation, name=name, schedule=schedule
                ),
            )

    async def on_undo(self, interaction: Interaction) -> None:
        """Undo the last change to the sources."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, Undo(actor=party.actor, conversation=party.conversation))

    async def on_cancel(self, interaction: Interaction) -> None:
        """Cancel what is being read."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, Cancel(actor=party.actor, conversation=party.conversation))

    async def on_reindex(self, interaction: Interaction, name: str) -> None:
        """Sync one source or all."""
        async with self._serving(interaction) as party:
            await self._whisper(
                interaction, Reindex(actor=party.actor, conversation=party.conversation, name=name)
            )

    async def suggestions(self, interaction: Interaction, typed: str) -> list[str]:
        """Return what could be asked, given what a person has typed so far and the source they chose."""
        party = await self._asker(interaction)
        source, version = interaction.namespace.source or "", interaction.namespace.version or ""
        request = Suggest(
            actor=party.actor, conversation=party.conversation, typed=typed, source=source, release=version
        )
        texts: tuple[str, ...] = ()
        async for reply in self._core.replies(request):
            if isinstance(reply, Suggestions):
                texts = reply.texts
        return [text for text in texts if _utf16(text) <= LONGEST_CHOICE][:MOST_CHOICES]

    async def source_names(self, interaction: Interaction, typed: str) -> list[str]:
        """Return the names of sources that hold what a person has typed so far."""
        party = await self._asker(interaction)
        request = Sources(actor=party.actor, conversation=party.conversation)
        names: list[str] = []
        async for reply in self._core.replies(request):
            if isinstance(reply, SourceList):
                names = [source.name for source in reply.sources]
        return _choices(names, typed)

    async def on_settings(self, interaction: Interaction, name: str | None, value: str | None) -> None:
        """List what the community can choose, or choose it."""
        async with self._serving(interaction) as party:
            await self._whisper(interaction, translate.settings(party, name=name, value=value))

    async def preference_names(self, interaction: Interaction, typed: str) -> list[str]:
        """Return the names of settings that hold what a person has typed so far."""
        party = await self._asker(interaction)
        names: list[str] = []
        async for reply in self._core.replies(
            Preferences(actor=party.actor, conversation=party.conversation)
        ):
            if isinstance(reply, PreferenceList):
                names = [each.name for each in reply.preferences]
        return _choices(names, typed)

    async def on_error(self, interaction: Interaction, error: Exception) -> None:
        """Log what should not have happened, and say so to whoever waits."""
        await self._teller(interaction)(_failed(error))

    # Steps

    @asynccontextmanager
    async def _serving(self, interaction: Interaction, *, edits: bool = False) -> AsyncIterator[Party]:
        """Acknowledge within the three seconds that Discord allows, and say who asks and where.

        With ``edits`` the reply is to change the message that the button stands on.
        """
        async with self._guarded(self._teller(interaction)):
            private = _is_whispered(interaction)
            await interaction.response.defer(thinking=not edits, ephemeral=private and not edits)
            yield await self._asker(interaction)

    @asynccontextmanager
    async def _guarded(self, tell: Callable[[discord.ui.LayoutView], Any]) -> AsyncIterator[None]:
        """Let this task be cancelled with the adapter, and let no fault end in silence."""
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            yield
        except FOREIGN as error:
            _log.warning("Discord cut a conversation short.", code=code_of(error))
            if getattr(error, "code", None) not in TOKEN_GONE:  # else nobody can be told any more
                await tell(_failed(error))
        except Exception as error:  # a fault of ours must not leave the asker waiting
            await tell(_failed(error))
        finally:
            self._running.discard(task)

    def _teller(self, interaction: Interaction) -> Callable[[discord.ui.LayoutView], Any]:
        async def tell(view: discord.ui.LayoutView) -> None:
            try:
                if interaction.response.is_done():
                    await interaction.followup.send(view=passive(view), ephemeral=True)
                else:
                    await interaction.response.send_message(view=passive(view), ephemeral=True)
            except FOREIGN as error:
                _log.warning("Discord refused a message.", code=code_of(error))

        return tell

    async def _whisper(self, interaction: Interaction, request: Request | Refused) -> Reply | None:
        """Show the asker alone what the core replies, and return what it said last."""
        is_job = isinstance(request, AddSource | Reindex | Undo)
        outlet = InteractionOutlet(interaction, self._clock, is_job=is_job)
        # What a community's documents say is not for a button to show elsewhere.
        may_share = _is_whispered(interaction) and self._guilds.holds(interaction.guild_id)
        return await self._deliver(request, outlet, private=may_share)

    async def _deliver(
        self, request: Request | Refused, outlet: Outlet, *, private: bool, aside: Outlet | None = None
    ) -> Reply | None:
        """Show what the core replies and return the last of it; what needs no core is its own reply.

        ``aside`` takes what is for the asker alone, where the outlet is read by everyone.
        """
        reply: Reply | None = None
        if isinstance(request, Refused):
            await outlet.say(render(request))
            return request
        async for reply in self._core.replies(request):
            view = render(reply, private=private)
            if isinstance(reply, Progress):
                await outlet.progress(view)
                continue
            attachment = reply.attachment if isinstance(reply, Exported | StatisticsReport) else None
            to = aside if isinstance(reply, Aside) and aside else outlet
            shown = await to.say(view, attachment)
            if not request.conversation.private:
                await report(self._core, request.conversation.workspace, reply, shown)
        return reply

    async def _rate(self, interaction: Interaction, request: Rate) -> None:
        """Have the core take a rating; a forum post in which something has helped is tagged as answered."""
        taken = isinstance(await self._whisper(interaction, request), Notice)
        if taken and request.helpful and self._guilds.holds(interaction.guild_id):
            await mark_answered(interaction, partial(self._hindered, interaction.guild, deed="tag posts"))

    async def _follow(self, party: Party, channel: int, message: int, text: str | None) -> None:
        async def tell(view: discord.ui.LayoutView) -> None:
            passive(view)  # nobody waits for it

        async with self._guarded(tell):
            async for _ in self._core.replies(translate.follow(party, channel, message, text)):
                pass

    async def _share(self, interaction: Interaction, request: Share) -> None:
        """Post the answer for all, and take the button for it off the asker's own card."""
        async for reply in self._core.replies(request):
            if isinstance(reply, Answer):
                shown = await interaction.followup.send(view=passive(render(reply)), wait=True)
                await report(self._core, request.conversation.workspace, reply, shown)
                own = replace(reply, shared_by=None)
                await interaction.edit_original_response(view=passive(render(own)))
            elif not isinstance(reply, Progress):
                await interaction.followup.send(view=passive(render(reply)), ephemeral=True)

    async def _delete(self, interaction: Interaction, request: Delete) -> None:
        async for reply in self._core.replies(request):
            if isinstance(reply, Deleted):
                await interaction.delete_original_response()
            elif not isinstance(reply, Progress):
                await interaction.followup.send(view=passive(render(reply)), ephemeral=True)

    async def _resolve(self, interaction: Interaction, request: Resolve) -> None:
        async for reply in self._core.replies(request):
            if isinstance(reply, HelpWanted):
                await interaction.edit_original_response(view=passive(render(reply)))
                if reply.offer is not None:
                    await interaction.followup.send(view=passive(render(reply.offer)), ephemeral=True)
            elif not isinstance(reply, Progress):
                await interaction.followup.send(view=passive(render(reply)), ephemeral=True)

    async def _fetched(self, file: discord.Attachment) -> Upload | Refused:
        if file.size > self._max_upload_bytes:
            megabytes = self._max_upload_bytes / 1_000_000
            return Refused(text=translate.TOO_LARGE.format(name=file.filename, megabytes=megabytes))
        try:
            return Upload(filename=file.filename, data=await file.read())
        except FOREIGN as error:
            _log.warning("An attached file could not be fetched.", code=code_of(error))
            return Refused(text=translate.NOT_FETCHED.format(name=file.filename))

    async def _hindered(
        self, guild: discord.Guild | None, place: str, lacking: str, *, deed: str = "answer"
    ) -> None:
        if guild is not None:
            workspace = f"discord:{guild.id}"
            await self._core.hindered(
                Hindrance(platform="discord", workspace=workspace, place=place, lacking=lacking, deed=deed)
            )

    # Who and where

    async def _asker(self, interaction: Interaction) -> Party:
        user = interaction.user
        if not self._guilds.holds(interaction.guild_id) or not isinstance(user, discord.Member):
            # Where others read along, this is no conversation between the person and the bot alone.
            alone = not _is_whispered(interaction)
            return await self._correspondent(user, interaction.channel_id, private=alone)
        permissions = interaction.permissions
        channel = interaction.channel
        return translate.party(
            user=user.id,
            name=user.display_name,
            manages=permissions.manage_guild or permissions.administrator,
            roles=[role.id for role in user.roles],
            guild=interaction.guild_id,
            channel=interaction.channel_id,
            parent=channel.parent_id if isinstance(channel, discord.Thread) else None,
        )

    async def _author(self, message: discord.Message) -> Party:
        author, channel = message.author, message.channel
        if not isinstance(author, discord.Member):
            return await self._correspondent(author, channel.id)
        return _member(author, channel.id, channel.parent_id if isinstance(channel, discord.Thread) else None)

    async def _correspondent(
        self, user: discord.User | discord.Member, channel: int | None, *, private: bool = True
    ) -> Party:
        """Who asks outside the bot's guilds asks in the one guild that both are in."""
        member = await self._guilds.membership(user.id)
        if member is None:
            return translate.party(user=user.id, name=user.display_name, channel=channel, private=private)
        return _member(member, channel, None, private=private)


def _member(
    member: discord.Member, channel: int | None, parent: int | None, *, private: bool = False
) -> Party:
    return translate.party(
        user=member.id,
        name=member.display_name,
        manages=member.guild_permissions.manage_guild,
        roles=[role.id for role in member.roles],
        guild=member.guild.id,
        channel=channel,
        parent=parent,
        private=private,
    )


def _message(interaction: Interaction) -> str:
    """Return which message was pressed, as ``channel/message``."""
    return f"{interaction.channel_id}/{interaction.message.id}" if interaction.message else ""


def _link(interaction: Interaction) -> str:
    """Return the address of the message that was pressed, if others than the presser see it."""
    message = interaction.message
    if message is None or message.flags.ephemeral or interaction.guild_id is None:
        return ""
    return message.jump_url


def _choices(names: list[str], typed: str) -> list[str]:
    fitting = [name for name in names if len(name) <= LONGEST_CHOICE]
    return [name for name in fitting if typed.casefold() in name.casefold()][:MOST_CHOICES]


def _unsavable(message: discord.Message) -> Refused | None:
    if message.author.bot or message.webhook_id or message.is_system():
        return translate.NO_PERSON
    return None if message.content.strip() else translate.NO_WORDS


def _replied_to(interaction: Interaction, message: discord.Message) -> str:
    """Return what a message replies to, else the title of the thread that it stands in."""
    replied = message.reference.resolved if message.reference else None
    if isinstance(replied, discord.Message) and replied.content:
        return translate.question(replied.content, interaction.application_id)
    return interaction.channel.name if isinstance(interaction.channel, discord.Thread) else ""


def _is_for_us(message: discord.Message, bot: int) -> bool:
    if message.guild is None or translate.mentions(message.content, bot):
        return True
    return bool(message.content.strip()) and _replies_to(message, bot)


def _replies_to(message: discord.Message, bot: int) -> bool:
    """Whether a message replies to one of the bot's. Discord lets the bot read it if it pings the bot."""
    answered = message.reference.resolved if message.reference is not None else None
    is_reply = message.type is discord.MessageType.reply
    return is_reply and isinstance(answered, discord.Message) and answered.author.id == bot


def _spoken_to(message: discord.Message) -> list[int]:
    """Return whom a message mentions, or replies to with or without a ping."""
    answered = message.reference.resolved if message.reference is not None else None
    replied = [answered.author.id] if isinstance(answered, discord.Message) else []
    return [*(person.id for person in message.mentions), *replied]


def _is_by_a_person(message: discord.Message) -> bool:
    return not (message.author.bot or message.webhook_id or message.is_system())


async def _untold(view: discord.ui.LayoutView) -> None:
    """Tell nobody: who asked nothing is not told what went wrong."""


def _is_whispered(interaction: Interaction) -> bool:
    """Whether only the person sees the response. Where nobody else is, it may as well stay."""
    return interaction.guild_id is not None or bool(interaction.context.private_channel)


def _failed(error: Exception) -> discord.ui.LayoutView:
    reference = secrets.token_hex(4)
    _log.error("A Discord listener failed.", reference=reference, exc_info=error)
    return render(Failed(text=BROKEN, reference=reference))


def _utf16(text: str) -> int:
    """Return how long Discord takes a text to be."""
    return len(text.encode("utf-16-le")) // 2
