"""The commands and buttons that Discord shows, and whether it has been told of them."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Self, TypeAlias

import discord
import structlog
from discord import app_commands, ui

from adapters.discord import translate
from adapters.discord.listeners import Interaction, Listeners
from bot.messages import ExportFormat, ExportKind, Mode

SYNCED_FILE = "discord-commands.json"
MODERATORS = discord.Permissions(manage_guild=True)
"""Who sees the moderators' commands, unless the guild's settings say otherwise. The core checks too."""

MODES = {
    Mode.OFF: "off: say nothing aloud, answer mentions in private",
    Mode.MENTION: "mention: answer those who mention me",
    Mode.SUGGEST: "suggest: offer an answer unasked, behind a button",
    Mode.ANSWER: "answer: answer unasked when I am sure",
}

IN_GUILDS = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
"""Said in full: what a command leaves open is taken from the tree."""

Completion: TypeAlias = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]

_log = structlog.get_logger("quoth.discord")


class Commands(app_commands.CommandTree[discord.Client]):
    """All commands of the bot; they work in guilds and in direct messages to it."""

    def __init__(self, client: discord.Client, listeners: Listeners) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
        )
        self._listeners = listeners
        _for_everyone(self, listeners)
        _for_moderators(self, listeners)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        """Tell the person that a command failed before it reached a listener."""
        await self._listeners.on_error(interaction, getattr(error, "original", error))

    async def sync_changed(self, application: int, state_dir: Path) -> None:
        """Tell Discord of the commands if they are not those that it was last told of.

        Discord allows 200 such calls a day, and shows commands as new after each.
        Raises discord.HTTPException.
        """
        now = {"application": application, "commands": self._digest()}
        remembered = state_dir / SYNCED_FILE
        if now == _read(remembered):
            return
        await self.sync()
        _log.info("Discord was told of the commands.")
        try:
            remembered.write_text(json.dumps(now), encoding="utf-8")
        except OSError as error:
            _log.warning("Discord will be told again at the next start.", reason=str(error))

    def _digest(self) -> str:
        commands = [command.to_dict(self) for command in self.get_commands()]
        return hashlib.sha256(json.dumps(commands, sort_keys=True).encode()).hexdigest()


class Press(ui.DynamicItem[ui.Button[Any]], template=f"{translate.PRESS.pattern}|{translate.CHOICE.pattern}"):
    """Any button of any card, whichever process sent it; heard by the ``listeners`` of the client."""

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]) -> Self:
        """Take the button as it stands on the message."""
        assert isinstance(item, ui.Button)
        return cls(item)

    async def callback(self, interaction: Interaction) -> None:
        """Act on it."""
        await interaction.client.listeners.on_press(interaction, self.custom_id)


class SourcePress(Press, template=translate.SOURCE_PRESS.pattern):
    """Any button about sources."""


def _names(listeners: Listeners) -> Completion:
    return _choices(listeners.source_names)


def _choices(complete: Callable[[Interaction, str], Awaitable[list[str]]]) -> Completion:
    async def choices(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=text, value=text) for text in await complete(interaction, typed)]

    return choices


class Readable(app_commands.Transformer):
    """Takes the channels that can be read, as they come: also such as the bot cannot see, to say so."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """What Discord lets people choose from."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """The kinds of channel among them."""
        return [discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum]

    async def transform(self, interaction: Interaction, value: Any, /) -> Any:
        """Return what was chosen, without looking for it."""
        return value


def _for_everyone(tree: Commands, listeners: Listeners) -> None:
    @tree.command(name="ask", description="Ask a question: I quote the passage that answers")
    @app_commands.describe(
        question="Your question, in your own words",
        source="The one source to look in; all of them if you leave this out",
        version="The version of the product you ask about; any if you leave this out",
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.autocomplete(
        question=_choices(listeners.suggestions),
        source=_names(listeners),
        version=_choices(listeners.versions),
    )
    async def ask(interaction: Interaction, question: str, source: str = "", version: str = "") -> None:
        await listeners.on_ask(interaction, question, source, version)

    @tree.context_menu(name="Find an answer")
    async def find(interaction: Interaction, message: discord.Message) -> None:
        await listeners.on_ask(interaction, message.content)

    @tree.context_menu(name="Save as answer")
    async def save(interaction: Interaction, message: discord.Message) -> None:
        await listeners.on_save(interaction, message)

    @tree.command(name="answer", description="Write an answer for me to quote")
    @app_commands.describe(question="The question that it answers", text="The answer, as it is to be quoted")
    async def answer(interaction: Interaction, question: str, text: str) -> None:
        await listeners.on_answer(interaction, question, text)

    @tree.command(name="notify", description="Whether I tell you when there is an answer to what you asked")
    @app_commands.describe(told="On, or off")
    @app_commands.choices(told=[app_commands.Choice(name=name, value=name) for name in ("on", "off")])
    async def notify(interaction: Interaction, told: str) -> None:
        await listeners.on_notify(interaction, on=told == "on")

    @tree.command(name="sources", description="List what I have read")
    async def sources(interaction: Interaction) -> None:
        await listeners.on_sources(interaction)

    @tree.command(name="overview", description="What I know, and what you can ask me")
    async def overview(interaction: Interaction) -> None:
        await listeners.on_overview(interaction)

    @tree.command(name="status", description="How much I have read, and how I am")
    async def status(interaction: Interaction) -> None:
        await listeners.on_status(interaction)

    @tree.command(name="verify", description="Check whether a quote still stands where it was found")
    @app_commands.describe(receipt="The receipt's id, which stands below each passage")
    async def verify(interaction: Interaction, receipt: str) -> None:
        await listeners.on_verify(interaction, receipt)

    @tree.command(name="my-data", description="Show what I keep of you in this community")
    async def my_data(interaction: Interaction) -> None:
        await listeners.on_my_data(interaction)

    @tree.command(name="forget-me", description="Erase what I keep of you in this community")
    async def forget_me(interaction: Interaction) -> None:
        await listeners.on_forget_me(interaction)


def _for_moderators(tree: Commands, listeners: Listeners) -> None:
    source = app_commands.Group(
        name="source",
        description="Add and remove what I read",
        default_permissions=MODERATORS,
        allowed_contexts=IN_GUILDS,
    )

    @source.command(name="add", description="Let me read a file, a web page or site, a feed, or a folder")
    @app_commands.describe(
        file="A file to read: text, page, office document, table, e-book, e-mail and more",
        address="A web address, or a file or folder on the machine I run on",
        name="What to call it; its own name if you leave this out",
        url="Where the same files stand on the web, so that answers link there",
        kind="Of which kind it is, such as page, site or feed; I tell by myself if you leave this out",
        options="What the kind of source can be told, as NAME=VALUE with spaces between",
    )
    async def add(
        interaction: Interaction,
        file: discord.Attachment | None = None,
        address: str | None = None,
        name: str | None = None,
        url: str | None = None,
        kind: str | None = None,
        options: str | None = None,
    ) -> None:
        await listeners.on_add(
            interaction, file=file, address=address, name=name, url=url, kind=kind, options=options
        )

    @source.command(name="channel", description="Let me quote a channel's solved threads and pinned messages")
    @app_commands.describe(
        channel="A channel or forum that everyone here can read",
        name="What to call it; its own name if you leave this out",
    )
    async def add_channel(
        interaction: Interaction,
        channel: app_commands.Transform[app_commands.AppCommandChannel, Readable],
        name: str | None = None,
    ) -> None:
        await listeners.on_add_channel(interaction, channel, name)

    @source.command(name="remove", description="Forget a source and everything in it")
    @app_commands.describe(name="The source to forget")
    @app_commands.autocomplete(name=_names(listeners))
    async def remove(interaction: Interaction, name: str) -> None:
        await listeners.on_remove(interaction, name)

    @source.command(name="show", description="Show a source's documents, and what I could not read")
    @app_commands.describe(name="The source to show")
    @app_commands.autocomplete(name=_names(listeners))
    async def show(interaction: Interaction, name: str) -> None:
        await listeners.on_show(interaction, name)

    @source.command(name="pause", description="Do not read a source anew; I still quote what I have read")
    @app_commands.describe(name="The source to pause")
    @app_commands.autocomplete(name=_names(listeners))
    async def pause(interaction: Interaction, name: str) -> None:
        await listeners.on_pause(interaction, name, paused=True)

    @source.command(name="resume", description="Read a paused source again")
    @app_commands.describe(name="The source to resume")
    @app_commands.autocomplete(name=_names(listeners))
    async def resume(interaction: Interaction, name: str) -> None:
        await listeners.on_pause(interaction, name, paused=False)

    @source.command(name="schedule", description="Read a source anew by itself from time to time")
    @app_commands.describe(
        name="The source to read", schedule="Such as every 6h, every 30m, daily 03:00 (UTC), or off"
    )
    @app_commands.autocomplete(name=_names(listeners))
    async def schedule(interaction: Interaction, name: str, schedule: str) -> None:
        await listeners.on_schedule(interaction, name, schedule)

    @tree.command(name="undo", description="Undo the last source that was added or removed")
    @app_commands.default_permissions(MODERATORS)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def undo(interaction: Interaction) -> None:
        await listeners.on_undo(interaction)

    @tree.command(name="cancel", description="Stop reading what I am reading")
    @app_commands.default_permissions(MODERATORS)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def cancel(interaction: Interaction) -> None:
        await listeners.on_cancel(interaction)

    @tree.command(name="reindex", description="Read again what has changed in the sources")
    @app_commands.describe(source="One source; all of them if you leave this out")
    @app_commands.autocomplete(source=_names(listeners))
    @app_commands.default_permissions(MODERATORS)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def reindex(interaction: Interaction, source: str = "") -> None:
        await listeners.on_reindex(interaction, source)

    @tree.command(name="unanswered", description="What was asked and nothing answered, by meaning")
    @app_commands.default_permissions(MODERATORS)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def unanswered(interaction: Interaction) -> None:
        await listeners.on_unanswered(interaction)

    @tree.command(name="aliases", description="Questions that were pointed to a passage")
    @app_commands.default_permissions(MODERATORS)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def aliases(interaction: Interaction) -> None:
        await listeners.on_aliases(interaction)

    golden = app_commands.Group(
        name="golden",
        description="Questions of which you know which document must answer them",
        default_permissions=MODERATORS,
        allowed_contexts=IN_GUILDS,
    )

    @golden.command(name="list", description="The golden questions, and which have lost their answer")
    async def golden_list(interaction: Interaction) -> None:
        await listeners.on_golden(interaction)

    @golden.command(name="add", description="Keep a question with the document that answers it now")
    @app_commands.describe(question="As people ask it")
    async def golden_add(interaction: Interaction, question: str) -> None:
        await listeners.on_add_golden(interaction, question)

    @golden.command(name="gather", description="Keep the questions whose answers people found helpful")
    async def golden_gather(interaction: Interaction) -> None:
        await listeners.on_gather_golden(interaction)

    @tree.command(name="review", description="Answers that wait for you, and those that were saved")
    @app_commands.default_permissions(MODERATORS)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def review(interaction: Interaction) -> None:
        await listeners.on_review(interaction)

    async def settings_names(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = await listeners.preference_names(interaction, typed)
        return [app_commands.Choice(name=name, value=name) for name in found]

    @tree.command(name="settings", description="What this community can choose for itself")
    @app_commands.describe(
        name="One setting; all of them are listed if you leave this out",
        value="What it is to be; “default” takes a choice back",
    )
    @app_commands.autocomplete(name=settings_names)
    @app_commands.default_permissions(MODERATORS)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def settings(interaction: Interaction, name: str | None = None, value: str | None = None) -> None:
        await listeners.on_settings(interaction, name, value)

    @tree.command(name="stats", description="What is asked and answered here, in numbers")
    @app_commands.default_permissions(MODERATORS)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def stats(interaction: Interaction) -> None:
        await listeners.on_stats(interaction)

    @tree.command(name="export", description="Questions or feedback as a file")
    @app_commands.describe(what="What to export", format="How the file is written; CSV if you leave this out")
    @app_commands.choices(
        what=[app_commands.Choice(name=kind, value=kind) for kind in ExportKind],
        format=[app_commands.Choice(name=format, value=format) for format in ExportFormat],
    )
    @app_commands.default_permissions(MODERATORS)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def export(interaction: Interaction, what: str, format: str = ExportFormat.CSV) -> None:
        await listeners.on_export(interaction, ExportKind(what), ExportFormat(format))

    @tree.command(name="hygiene", description="What should be mended in my sources, as a file")
    @app_commands.default_permissions(MODERATORS)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def hygiene(interaction: Interaction) -> None:
        await listeners.on_hygiene(interaction)

    @tree.command(name="audit", description="Who changed what, newest first")
    @app_commands.default_permissions(MODERATORS)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def audit(interaction: Interaction) -> None:
        await listeners.on_audit(interaction)

    @tree.command(name="mode", description="What I do in this channel")
    @app_commands.describe(mode="From now on; what it is now if you leave this out")
    @app_commands.choices(mode=[app_commands.Choice(name=name, value=mode) for mode, name in MODES.items()])
    @app_commands.default_permissions(MODERATORS)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def mode(interaction: Interaction, mode: str = "") -> None:
        await listeners.on_mode(interaction, mode)

    @tree.command(name="scope", description="The only sources that I look in for this channel")
    @app_commands.describe(
        sources="Names, parted by commas, or “all”; what counts now if you leave this out",
        role="A role that these sources are for, wherever it asks; “none” takes them back",
        version="The version of the product that this channel is about, or “any”",
    )
    @app_commands.autocomplete(
        sources=_choices(listeners.scope_names), version=_choices(listeners.scope_versions)
    )
    @app_commands.default_permissions(MODERATORS)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def scope(
        interaction: Interaction, sources: str = "", role: discord.Role | None = None, version: str = ""
    ) -> None:
        await listeners.on_scope(interaction, sources, role, version)

    tree.add_command(source)
    tree.add_command(golden)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
