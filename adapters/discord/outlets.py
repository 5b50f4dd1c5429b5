"""Where replies go: to one person as the answer to an interaction, or into the channel."""

import secrets
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any, Protocol, TypeAlias

import discord
import structlog
from discord import ui

from adapters.discord.failures import FOREIGN, INVALID_FORM, NOT_ALLOWED, TOKEN_GONE, code_of
from adapters.discord.render import render
from bot.messages import Attachment, Failed

UPDATE_SECONDS = 1.5
"""Between two edits of a message: Discord takes about five in five seconds."""

BROKEN = "Something went wrong on my side. Please try again."

_log = structlog.get_logger("quoth.discord")


Hindered: TypeAlias = Callable[[str, str], Awaitable[None]]


class Outlet(Protocol):
    """Takes messages; a Discord that refuses one is logged and survived."""

    async def progress(self, view: ui.LayoutView) -> None:
        """Show how far a job is, as often as Discord bears."""
        ...

    async def say(self, view: ui.LayoutView, attachment: Attachment | None = None) -> discord.Message | None:
        """Show the reply, in place of any progress; return the message if a channel got it.

        The attachment is a file that the view shows.
        """
        ...


class InteractionOutlet:
    """Edits the deferred response of an interaction.

    Its token lives for 15 minutes. A job that takes longer goes on in a message of the channel.
    """

    def __init__(
        self, interaction: discord.Interaction[Any], clock: Callable[[], float], *, is_job: bool
    ) -> None:
        self._interaction = interaction
        self._clock = clock
        self._is_job = is_job
        self._due = 0.0
        self._onward: _Onward | None = None

    async def progress(self, view: ui.LayoutView) -> None:
        """Edit, unless the last edit was just now."""
        if self._clock() < self._due:
            return
        self._due = self._clock() + UPDATE_SECONDS
        await self.say(view)

    async def say(self, view: ui.LayoutView, attachment: Attachment | None = None) -> None:
        """Edit; after the token's end go on elsewhere, if it is a job."""
        if self._onward is not None:
            await self._onward.show(view)
            return
        try:
            await self._edit(view, attachment)
        except discord.HTTPException as error:
            _log_refusal(error)
            if error.code in TOKEN_GONE and self._is_job:
                self._onward = _Onward(self._interaction)
                await self._onward.show(view)
        except FOREIGN as error:
            _log_refusal(error)

    async def _edit(self, view: ui.LayoutView, attachment: Attachment | None) -> None:
        try:
            await self._interaction.edit_original_response(view=passive(view), attachments=_files(attachment))
        except discord.HTTPException as error:
            if error.code != INVALID_FORM:
                raise
            await self._interaction.edit_original_response(view=unshowable(error))


class _Onward:
    """A message that is edited for as long as a job goes on, first of all in the channel.

    Where the bot may not write it is sent to the person directly.
    """

    def __init__(self, interaction: discord.Interaction[Any]) -> None:
        channel = interaction.channel
        here = [channel] if isinstance(channel, discord.abc.Messageable) else []
        self._places: list[discord.abc.Messageable] = [*here, interaction.user]
        self._message: discord.Message | None = None

    async def show(self, view: ui.LayoutView) -> None:
        """Edit the message, or send it to the first place that takes it."""
        try:
            await self._show(view)
        except discord.HTTPException as error:
            if error.code != INVALID_FORM:
                raise
            await self._show(unshowable(error))

    async def _show(self, view: ui.LayoutView) -> None:
        if self._message is not None and await self._edited(self._message, view):
            return
        for place in self._places:
            try:
                self._message = await place.send(view=passive(view))
            except FOREIGN as error:
                _pass_over(error)
            else:
                return

    async def _edited(self, message: discord.Message, view: ui.LayoutView) -> bool:
        try:
            await message.edit(view=passive(view))
        except FOREIGN as error:  # it was deleted, say
            _pass_over(error)
            return False
        return True


class ChannelOutlet:
    """Sends into a channel, as the answer to a message if there is one."""

    def __init__(
        self,
        channel: discord.abc.Messageable,
        reference: discord.MessageReference | None = None,
        *,
        role: int | None = None,
        hindered: Hindered | None = None,
        nonce: str = "",
    ) -> None:
        """``role`` is called by name above what is said; nothing else ever is.

        Discord takes a message that comes again within minutes, with the same ``nonce`` of at most 25
        characters, for the first one.

        ``hindered`` is told the channel's name and what the bot lacks, where it may not send.
        """
        self._hindered = hindered
        self._channel = channel
        self._reference = reference
        self._role = role
        self._sent_with: dict[str, Any] = {"nonce": nonce} if nonce else {}

    async def progress(self, view: ui.LayoutView) -> None:
        """Show nothing: what a channel is told is told once."""

    async def say(self, view: ui.LayoutView, attachment: Attachment | None = None) -> discord.Message | None:
        """Send, and return the message."""
        try:
            return await self.send(view, attachment)
        except FOREIGN as error:
            _log_refusal(error)
            if self._hindered and isinstance(error, discord.Forbidden) and error.code in NOT_ALLOWED:
                await self._hindered(f"#{self._channel}", lacking(self._channel))
            return None

    async def send(self, view: ui.LayoutView, attachment: Attachment | None = None) -> discord.Message | None:
        """Send, and return the message unless its form is refused. Raises what is FOREIGN."""
        try:
            return await self._send_once(view, attachment)
        except discord.HTTPException as error:
            if error.code != INVALID_FORM:
                raise
            await self._send_once(unshowable(error))
            return None

    async def _send_once(self, view: ui.LayoutView, attachment: Attachment | None = None) -> discord.Message:
        files = _files(attachment)
        if self._role is not None:
            role = discord.Object(self._role)
            allowed = discord.AllowedMentions(everyone=False, users=False, roles=[role], replied_user=False)
            return await self._channel.send(
                view=passive(calling(role, view)), files=files, allowed_mentions=allowed, **self._sent_with
            )
        if self._reference is None:
            return await self._channel.send(view=passive(view), files=files, **self._sent_with)
        return await self._channel.send(
            view=passive(view), files=files, reference=self._reference, mention_author=False
        )


def lacking(channel: discord.abc.Messageable) -> str:
    """Return which permission the bot lacks to answer in a channel or thread."""
    in_thread = isinstance(channel, discord.Thread)
    needed = (
        "view_channel",
        "send_messages_in_threads" if in_thread else "send_messages",
        "read_message_history",
    )
    missing = needed[1]
    if isinstance(channel, discord.Thread | discord.abc.GuildChannel):
        allowed = channel.permissions_for(channel.guild.me)
        missing = next((name for name in needed if not getattr(allowed, name)), missing)
    return f"the permission {missing.replace('_', ' ').title().replace(' In ', ' in ')}"


def calling(role: discord.Object, view: ui.LayoutView) -> ui.LayoutView:
    """Return the view below a line that mentions a role."""
    called = ui.LayoutView(timeout=None)
    called.add_item(ui.TextDisplay(f"<@&{role.id}>"))
    for item in view.children:
        called.add_item(item)
    return called


def _files(attachment: Attachment | None) -> list[discord.File]:
    """Return what goes with a message; its view shows it by its name."""
    if attachment is None:
        return []
    return [discord.File(BytesIO(attachment.data), attachment.filename, description=attachment.about)]


def passive(view: ui.LayoutView) -> ui.LayoutView:
    """Return the view, stopped: the library would keep it for ever to wait for its buttons.

    Buttons are told by their ids instead, which works after a restart too.
    """
    view.stop()
    return view


def unshowable(error: BaseException) -> ui.LayoutView:
    """Return what stands in for a message that Discord finds malformed."""
    reference = secrets.token_hex(4)
    _log.error("Discord refused a message's form.", reference=reference, exc_info=error)
    return passive(render(Failed(text=BROKEN, reference=reference)))


def _pass_over(error: BaseException) -> None:
    """Log a refusal that another place may make good. Raises it when it is the message that is wrong."""
    if isinstance(error, discord.HTTPException) and error.code == INVALID_FORM:
        raise error
    _log_refusal(error)


def _log_refusal(error: BaseException) -> None:
    _log.warning("Discord refused a message.", code=code_of(error))
