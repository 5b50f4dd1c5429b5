"""What the bot does when Slack calls: acknowledge, translate, ask the core, show its replies."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import translate
from adapters.slack.agent import Agent
from adapters.slack.blocks import escape
from adapters.slack.card import CHOICE
from adapters.slack.deliveries import Deliveries
from adapters.slack.engaged import Engaged
from adapters.slack.failures import FOREIGN, code_of
from adapters.slack.files import Files
from adapters.slack.forms import Field, Filled, Kept, filled, form
from adapters.slack.outlets import Outlet, ThreadOutlet, WhisperOutlet
from adapters.slack.people import People
from adapters.slack.postings import report
from adapters.slack.render import render, render_home
from adapters.slack.translate import Home, Party, Place
from bot.messages import (
    AddSource,
    Answer,
    Arrive,
    Aside,
    Ask,
    Attachment,
    Blank,
    Conversation,
    Delete,
    Deleted,
    Escalate,
    Exported,
    Failed,
    Follow,
    HelpWanted,
    Hindrance,
    More,
    Notice,
    Offer,
    Overview,
    OverviewReport,
    Progress,
    ReadOn,
    Refused,
    Reindex,
    Remark,
    Reply,
    Request,
    Resolve,
    Share,
    Standing,
    StatisticsReport,
    Undo,
)
from bot.ports import Core

Payload = Mapping[str, Any]

ASK = "/ask"
QUOTH = "/quoth"
FIND = "quoth_find"
SAVE = "quoth_save"
OURS = re.compile("^quoth_")
ANYTHING = re.compile(".*")
PREFILL_SECONDS = 1.5
"""A form must be opened within three seconds; whatever is asked for before takes of them."""

NO_FORM = Refused(text="Slack did not let me open the form. Please try once more.")
BROKEN = "Something went wrong on my side. Please try again."

_log = structlog.get_logger("quoth.slack")


class Listeners:
    """One method per kind of thing that Slack tells us of one workspace."""

    def __init__(
        self,
        *,
        core: Core,
        client: AsyncWebClient,
        home: Home,
        people: People,
        files: Files,
        deliveries: Deliveries,
        clock: Callable[[], float],
    ) -> None:
        self._core = core
        self._client = client
        self._home = home
        self._people = people
        self._files = files
        self._deliveries = deliveries
        self._clock = clock
        self._saved: Kept[Remark] = Kept()
        self._agent = Agent(client)
        self._engaged = Engaged()
        self._running: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Stop what is still being answered."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    # Listeners

    async def on_ask(self, ack: AsyncAck, body: Payload) -> None:
        """Answer ``/ask`` to the asker alone."""
        await ack()
        async with self._serving(_key("trigger", body)) as is_new:
            if is_new:
                place = translate.place_of_command(body)
                party = await self._party(place)
                text = translate.question(body.get("text") or "", self._home)
                await self._whisper(translate.whispered(translate.ask_within(text, party)), place, body)

    async def on_quoth(self, ack: AsyncAck, body: Payload) -> None:
        """Do ``/quoth``; only the person sees what comes of it."""
        await ack()
        async with self._serving(_key("trigger", body)) as is_new:
            if is_new:
                place = translate.place_of_command(body)
                await self._whisper(self._commanded(body, await self._party(place)), place, body)

    async def on_shortcut(self, ack: AsyncAck, body: Payload) -> None:
        """Take somebody's message as the question, and answer to the one who wondered."""
        await ack()
        async with self._serving(_key("trigger", body)) as is_new:
            if is_new:
                place = translate.place_of_interaction(body)
                text = translate.question(body["message"].get("text") or "", self._home)
                asked = translate.ask(text, await self._party(place))
                await self._whisper(translate.whispered(asked), place, body)

    async def on_save(self, ack: AsyncAck, body: Payload) -> None:
        """Ask which question somebody's message answers, to keep it as the answer."""
        await ack()
        async with self._serving(_key("trigger", body)) as is_new:
            if not is_new:
                return
            place, message = translate.place_of_interaction(body), body["message"]
            problem = translate.unsavable(message, self._home)
            if problem is not None:
                await self._whisper(problem, place, body)
                return
            key = secrets.token_hex(8)
            self._saved.put(
                key, replace(translate.remark(message, place.channel), author=message.get("user", ""))
            )
            field = Field(
                label="Which question does it answer?",
                hint="As somebody would ask it. The message itself is kept word for word.",
                value=await self._replied_to(message, place.channel),
            )
            view = form(
                "Save as answer",
                "Save",
                field,
                purpose=SAVE,
                subject=key,
                place=place,
                response_url=body.get("response_url", ""),
            )
            await self._open(view, place, body)

    async def on_form(self, ack: AsyncAck, body: Payload) -> None:
        """Do what a form was for; what comes of it stands where the form was opened."""
        await ack()
        async with self._serving(f"view:{body['view']['id']}") as is_new:
            if is_new:
                sent = filled(body)
                await self._whisper(await self._filled(sent), sent.place, {"response_url": sent.response_url})

    async def on_press(self, ack: AsyncAck, body: Payload) -> None:
        """Act on a button of a card, however old the card is."""
        await ack()
        async with self._serving(_key("trigger", body)) as is_new:
            if not is_new:
                return
            place = translate.place_of_interaction(body)
            if opened := translate.form_of(body["actions"][0]):
                await self._fill_in(*opened, place, body)
                return
            action, party = body["actions"][0], await self._party(place)
            request = translate.press(action, party) or translate.source_press(action, party)
            await self._pressed(request, place, body)

    async def on_message(self, body: Payload) -> None:
        """Answer a mention, a direct message or a reply to the bot in its thread; overhear all else.

        Replies come only where the app is subscribed to the messages of channels.
        """
        event = body["event"]
        if follow := translate.follow(event, self._home):
            await self._follow(follow, body)
            return
        if not translate.is_for_us(event, self._home):
            return
        if not translate.is_to_us(event) and not self._engaged.follows(event):
            await self._overhear(body)
            return
        # One message may come as two events (mention and message), each of them repeatedly.
        async with self._serving(_key("event", body), self._message_key(event)) as is_new:
            if is_new:
                place = translate.place_of_event(body)
                await self._answer_message(event, place, await self._party(place))

    async def on_channel_changed(self, body: Payload) -> None:
        """Let what is quoted of a channel follow its pins and check marks."""
        changed = translate.channel_changed(body["event"], self._home)
        if changed is None:
            return
        async with self._serving(_key("event", body)) as is_new:
            if is_new:
                async for _ in self._core.replies(changed):
                    pass

    async def take_up(self, channel: str, ts: str) -> None:
        """Serve a message that was being served when the bot stopped: Slack does not send it again."""
        try:
            found = await self._client.conversations_replies(channel=channel, ts=ts, limit=1)
        except FOREIGN as error:
            _log.info("A message from before the start cannot be read.", code=code_of(error))
            return
        for message in found["messages"]:
            if message["ts"] == ts:
                external = not channel.startswith("D") and await self._is_external(channel)
                await self.on_message(translate.found(message, channel, self._home, external=external))

    async def _overhear(self, body: Payload) -> None:
        event, place = body["event"], translate.place_of_event(body)
        # Where another company reads along, nobody is answered unasked.
        if place.external or not translate.is_overheard(event, self._home):
            return
        async with self._serving(_key("event", body), self._message_key(event)) as is_new:
            if not is_new:
                return
            # Who writes all this is looked up for an offer only: it would be a call for each message.
            # Their groups, for which some sources are alone, are known from one call for everyone's.
            groups = await self._people.groups_of(place.user)
            party = translate.party(place, translate.Person(groups=groups), self._home)
            async for reply in self._core.replies(translate.overheard(event, party)):
                if isinstance(reply, Offer) and await self._may_see(place):
                    await self._offer(reply, place, party)

    async def _may_see(self, place: Place) -> bool:
        person = await self._people.look_up(place.user)
        return translate.standing(place, person, self._home) is Standing.MEMBER

    async def _offer(self, offer: Offer, place: Place, party: Party) -> None:
        thread = ThreadOutlet(self._client, place.channel, place.thread, self._clock)
        outlet = self._whisperer(place, {}) if offer.private else thread
        # Slack makes the addresses of messages itself; there are three at most.
        similar = [
            replace(each, url=await self._link(f"{each.posting.channel}/{each.posting.message}"))
            for each in offer.similar
        ]
        shown = await outlet.say(render(replace(offer, similar=tuple(similar))))
        await self._report(party.conversation, offer, shown)

    async def on_home(self, body: Payload) -> None:
        """Offer questions to a person who opens the bot's messages, and show its Home tab."""
        event = body["event"]
        if event.get("tab") not in ("messages", "home"):
            return
        async with self._serving(_key("event", body)) as is_new:
            if is_new:
                place = translate.place_of_home(event)
                party = await self._party(place)
                await self._show_home(event["tab"], place, party)
                await self._introduce(party)

    def welcome(self, user: str) -> None:
        """Introduce the bot to the one who installed it; a first sync may take longer than their patience."""
        task = asyncio.create_task(self._introduce(translate.installer(user, self._home)))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _introduce(self, party: Party) -> None:
        """Introduce the bot to whoever comes first; whoever comes later is told nothing."""
        outlet = ThreadOutlet(self._client, party.actor.id, "", self._clock)
        async for reply in self._core.replies(Arrive(actor=party.actor, conversation=party.conversation)):
            if isinstance(reply, Notice):
                await outlet.say(render(reply))

    async def on_error(self, error: Exception, body: Payload) -> None:
        """Log what should not have happened, and say so to whoever waits."""
        reference = secrets.token_hex(4)
        _log.error("A Slack listener failed.", reference=reference, exc_info=error)
        if "event" in body and not translate.is_to_us(body["event"]):
            return  # nobody waits who asked nothing
        try:
            outlet = self._outlet_for_error(body)
        except (KeyError, TypeError):  # a payload in which nobody waits, or that is itself the trouble
            return
        await outlet.say(render(Failed(text=BROKEN, reference=reference)))

    # Steps

    @asynccontextmanager
    async def _serving(self, *keys: str) -> AsyncIterator[bool]:
        """Let this task be cancelled with the adapter, and say whether the delivery is a new one."""
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            with self._deliveries.claim(*(key for key in keys if key)) as is_new:
                yield is_new
        finally:
            self._running.discard(task)

    def _message_key(self, event: Payload) -> str:
        # A channel that two workspaces share has one id, and a message there may be for both.
        return f"message:{self._home.team}:{event['channel']}:{event['ts']}"

    def _commanded(self, body: Payload, party: Party) -> Request | Notice | Refused:
        written = body.get("text") or ""
        chosen = (
            translate.settings(written, party)
            or translate.scope(written, party)
            or translate.add_channel(written, party)
        )
        return chosen or translate.command(translate.question(written, self._home), party)

    async def _party(self, place: Place) -> Party:
        return translate.party(place, await self._people.look_up(place.user), self._home)

    async def _answer_message(self, event: Payload, place: Place, party: Party) -> None:
        self._engaged.note(place)
        text = translate.question(event.get("text") or "", self._home)
        outlet, private = self._outlet_for_message(place)
        files = event.get("files") or []
        if not place.private and ((translate.is_adding(text) and files) or translate.is_command(text)):
            # What the machine's folders are called is for the moderator, not for the channel.
            outlet, private = self._whisperer(place, {}), True
        if translate.is_adding(text) and files:
            for file in files:
                upload = await self._files.fetch(file)
                request = upload if isinstance(upload, Refused) else translate.add_upload(text, upload, party)
                await self._deliver(request, outlet, private=private)
        elif translate.is_adding(text) and len(text) == len("add"):
            await self._deliver(translate.NOTHING_ATTACHED, outlet, private=private)
        elif files and not text:
            await self._deliver(translate.FILE_ALONE, outlet, private=private)
        else:
            said, aside = translate.spoken(text, party), self._whisperer(place, {})
            if place.private and isinstance(said, Ask):
                is_new = place.thread == event["ts"]
                await self._agent.begin(place.channel, place.thread, said.question, is_new=is_new)
            if private and isinstance(said, Ask):
                said = translate.whispered(said)
            await self._deliver(said, outlet, private=private, aside=aside)

    async def _follow(self, request: Follow, body: Payload) -> None:
        async with self._serving(_key("event", body)) as is_new:
            if is_new:
                async for _ in self._core.replies(request):
                    pass  # nobody waits for it

    async def _filled(self, sent: Filled) -> Request | Refused:
        if sent.purpose == CHOICE:
            party = await self._party(sent.place)
            return translate.decide(sent.subject, party, sent.words) or translate.BUTTON_TOO_OLD
        remark = self._saved.take(sent.subject)
        if remark is None:
            return translate.FORM_TOO_OLD
        author = await self._people.look_up(remark.author)
        named = replace(remark, author=author.name or "Someone", link=await self._link(remark.message))
        return translate.save(sent.words, named, await self._party(sent.place))

    async def _fill_in(self, chosen: str, blank: Blank, place: Place, body: Payload) -> None:
        view = form(
            blank.title,
            "Send",
            Field(label=blank.label, limit=blank.limit),
            purpose=CHOICE,
            subject=chosen,
            place=place,
            response_url=body.get("response_url", ""),
        )
        await self._open(view, place, body)

    async def _open(self, view: Payload, place: Place, body: Payload) -> None:
        try:
            await self._client.views_open(trigger_id=body["trigger_id"], view=dict(view))
        except FOREIGN as error:
            _log.warning("Slack opened no form.", code=code_of(error))
            await self._whisper(NO_FORM, place, body)

    async def _replied_to(self, message: Payload, channel: str) -> str:
        """Return what the thread of a message began with, where the bot may read it; else nothing."""
        thread = message.get("thread_ts")
        if not thread or thread == message["ts"]:
            return ""
        try:
            async with asyncio.timeout(PREFILL_SECONDS):
                found = await self._client.conversations_replies(channel=channel, ts=thread, limit=1)
        except FOREIGN as error:
            _log.info("What a thread began with is not known.", code=code_of(error))
            return ""
        return translate.question(found["messages"][0].get("text") or "", self._home)

    async def _link(self, message: str) -> str:
        channel, _, ts = message.partition("/")
        try:
            found = await self._client.chat_getPermalink(channel=channel, message_ts=ts)
        except FOREIGN as error:
            _log.warning("Slack gave no link to a message.", code=code_of(error))
            return ""
        return str(found["permalink"])

    async def _is_external(self, channel: str) -> bool:
        """Whether another company reads a channel, which a press does not tell; also where none can say."""
        try:
            found = await self._client.conversations_info(channel=channel)
        except FOREIGN as error:
            _log.warning("Slack did not tell who reads a channel.", code=code_of(error))
            return True
        about = found["channel"]
        return bool(about.get("is_ext_shared") or about.get("is_pending_ext_shared"))

    async def _pressed(self, request: Request | None, place: Place, body: Payload) -> None:
        container = body.get("container") or {}
        if isinstance(request, Share):
            await self._share(request, place, body)
        elif isinstance(request, Delete):
            await self._delete(request, place, body)
        elif isinstance(request, Resolve):
            await self._resolve(request, place, body)
        elif isinstance(request, Escalate) and not container.get("is_ephemeral") and not place.private:
            link = await self._link(f"{place.channel}/{container.get('message_ts', '')}")
            external = await self._is_external(place.channel)
            await self._whisper(replace(request, link=link, external=external), place, body)
        elif isinstance(request, More | ReadOn) and place.private:
            # In channels only the presser sees what follows, and may share it: a press does not tell
            # whether another company reads along.
            thread = place.thread or container.get("message_ts", "")
            outlet = ThreadOutlet(self._client, place.channel, thread, self._clock)
            await self._deliver(request, outlet, private=False)
        else:
            await self._whisper(request or translate.BUTTON_TOO_OLD, place, body)

    async def _share(self, request: Share, place: Place, body: Payload) -> None:
        outlet = self._whisperer(place, body)
        async for reply in self._core.replies(request):
            if isinstance(reply, Answer):
                shown = await outlet.announce(render(reply))
                await self._report(request.conversation, reply, shown)
                if shown and not place.thread:
                    self._engaged.open(place.channel, shown)
            elif not isinstance(reply, Progress):
                await outlet.say(render(reply))

    async def _delete(self, request: Delete, place: Place, body: Payload) -> None:
        container, outlet = body.get("container") or {}, self._whisperer(place, body)
        shown = "" if container.get("is_ephemeral") else container.get("message_ts", "")
        message = f"{place.channel}/{shown}" if shown else ""
        async for reply in self._core.replies(replace(request, message=message)):
            if isinstance(reply, Deleted):
                await outlet.delete(shown)
            elif not isinstance(reply, Progress):
                await outlet.say(render(reply))

    async def _resolve(self, request: Resolve, place: Place, body: Payload) -> None:
        container, outlet = body.get("container") or {}, self._whisperer(place, body)
        async for reply in self._core.replies(request):
            if isinstance(reply, HelpWanted):
                await outlet.replace(container.get("message_ts", ""), render(reply))
                if reply.offer is not None:
                    await outlet.say(render(reply.offer))
            elif not isinstance(reply, Progress):
                await outlet.say(render(reply))

    async def _show_home(self, tab: str, place: Place, party: Party) -> None:
        request = Overview(actor=party.actor, conversation=party.conversation)
        async for reply in self._core.replies(request):
            if tab == "home":
                await self._agent.publish(place.user, render_home(reply))
            else:
                questions = reply.questions if isinstance(reply, OverviewReport) else ()
                await self._agent.suggest(place.channel, questions)

    async def _whisper(self, request: Request | Notice | Refused, place: Place, body: Payload) -> None:
        is_job = isinstance(request, AddSource | Reindex | Undo)
        outlet = self._whisperer(place, body, is_job=is_job)
        await self._deliver(request, outlet, private=not place.private)

    async def _deliver(
        self,
        request: Request | Notice | Refused,
        outlet: Outlet,
        *,
        private: bool,
        aside: Outlet | None = None,
    ) -> None:
        """Show what the core replies; what needs no core is its own reply.

        ``aside`` takes what is for the asker alone, where the outlet is read by everyone.
        """
        if isinstance(request, Notice | Refused):
            await outlet.say(render(request))
            return
        async for reply in self._core.replies(request):
            message = render(reply, private=private)
            if isinstance(reply, Progress):
                await outlet.progress(message)
                continue
            shown = await (aside if isinstance(reply, Aside) and aside else outlet).say(message)
            if isinstance(reply, Exported | StatisticsReport):
                await self._attach(request.actor.id, reply.attachment, outlet)
            if not request.conversation.private:
                await self._report(request.conversation, reply, shown)

    async def _attach(self, user: str, attachment: Attachment, outlet: Outlet) -> None:
        """Send a file to a person directly: in a channel, Slack shows files to everyone."""
        try:
            # Files go to channels only, and a first message is what tells the one of this person.
            told = await self._client.chat_postMessage(channel=user, text=escape(attachment.about))
            await self._client.files_upload_v2(
                channel=told["channel"],
                filename=attachment.filename,
                content=attachment.data,
                title=attachment.about,
                alt_txt=attachment.about,
            )
        except FOREIGN as error:
            _log.warning("Slack did not take a file.", code=code_of(error))
            await outlet.say(render(translate.FILE_NOT_SENT))

    async def _report(self, at: Conversation, reply: Reply, shown: str) -> None:
        await report(self._core, at.workspace, at.channel, reply, shown)

    # Outlets

    def _whisperer(self, place: Place, body: Payload, *, is_job: bool = False) -> WhisperOutlet:
        return WhisperOutlet(
            self._client,
            self._clock,
            channel=place.channel,
            user=place.user,
            thread=place.thread,
            response_url=body.get("response_url", ""),
            is_job=is_job,
        )

    def _outlet_for_message(self, place: Place) -> tuple[Outlet, bool]:
        """Where a message is answered, and whether to its author alone.

        In a channel that another company reads, nothing is quoted to everyone unasked: the author
        sees the answer and may share it.
        """
        if place.external:
            return self._whisperer(place, {}), True
        outlet = ThreadOutlet(self._client, place.channel, place.thread, self._clock, hindered=self._hindered)
        return outlet, False

    async def _hindered(self, place: str, lacking: str) -> None:
        workspace = f"slack:{self._home.team}"
        await self._core.hindered(
            Hindrance(platform="slack", workspace=workspace, place=place, lacking=lacking)
        )

    def _outlet_for_error(self, body: Payload) -> Outlet:
        if "event" in body:
            return self._outlet_for_message(translate.place_of_event(body))[0]
        is_command = "command" in body
        place = translate.place_of_command(body) if is_command else translate.place_of_interaction(body)
        return self._whisperer(place, body)


def _key(kind: str, body: Payload) -> str:
    """What a delivery and its repeats have in common: ``trigger_id`` or ``event_id``."""
    value = body.get(f"{kind}_id")
    return f"{kind}:{value}" if value else ""
