"""Calling a human where the bot does not help, and telling the asker when one has seen to it."""

import secrets
from collections.abc import Callable
from datetime import timedelta

from bot.errands import Errands
from bot.messages import (
    Choice,
    Conversation,
    Decision,
    Errand,
    Escalate,
    HelpWanted,
    Hindrance,
    Item,
    Listing,
    Nearest,
    Notice,
    Post,
    Refused,
    Resolve,
    Tell,
    counted,
)
from bot.ports import Clock, Kept
from bot.preferences import PreferenceBook
from bot.questions import Questions
from bot.records import Records

KEPT = timedelta(days=90)

SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    question_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    name TEXT NOT NULL,
    channel TEXT NOT NULL,
    link TEXT NOT NULL,
    called_at TEXT NOT NULL,
    is_resolved INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS calls_under_way ON calls (workspace, question_id) WHERE NOT is_resolved;
"""

NOBODY_TO_CALL = (
    "I would call a human, but nobody has told me whom or where yet. A moderator can say so by the "
    "settings human.channel and human.group. Until then, please ask in a channel where people help."
)
ONLY_PRIVATELY = (
    "I would call a human, but only in this very place, and there your question is not for everyone to "
    "read. A moderator can name another channel by the setting human.channel. Until then, please ask in "
    "a channel where people help."
)
CALLED = "I have called for a human. You will hear from me when somebody has seen to it."
CALLED_ALREADY = "A human has been called for this question already."
SAVE_OFFERED = "If you gave an answer that others need too, save it, and I quote it from now on."
UNKNOWN = "I no longer know who called. It may be long ago, or they wished to be forgotten."
RESOLVED_ALREADY = "Somebody has resolved this already."
NOT_REACHED = (
    "I could not call a human after all: I cannot write where they are called. "
    "Please ask in a channel where people help."
)


class Escalation:
    """Calls for a human, and remembers for whom. Safe to use from several threads."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        *,
        questions: Questions,
        preferences: PreferenceBook,
        errands: Errands,
        hindered: Callable[[Hindrance], None],
    ) -> None:
        """``records`` hold who called; ``hindered`` is told where nobody can be called.

        Raises RecordsUnavailable.
        """
        self._records = records
        self._clock = clock
        self._questions = questions
        self._preferences = preferences
        self._errands = errands
        self._hindered = hindered
        records.reshape("calls", SCHEMA)

    def call(self, request: Escalate, question: str, near: tuple[Nearest, ...]) -> Notice | Refused:
        """Post who needs help with what, once until that is resolved. Raises sqlite3.Error."""
        at = request.conversation
        channel, group = (
            self._preferences.value(at.workspace, f"human.{part}") for part in ("channel", "group")
        )
        thread = ""
        if not channel and group:
            if not request.is_public:
                return Refused(text=ONLY_PRIVATELY)
            channel, thread = at.channel, at.thread
        if not channel:
            return Refused(text=NOBODY_TO_CALL)
        wanted = HelpWanted(
            id=secrets.token_urlsafe(9),
            name=request.actor.name,
            question=question,
            channel="" if at.private else at.channel,
            link=request.link,
            nearest=near,
        )
        post = Post(
            platform=at.platform,
            workspace=at.workspace,
            channel=channel,
            thread=thread,
            mention=group,
            reply=wanted,
        )
        return Notice(text=CALLED) if self._record(request, wanted, post) else Refused(text=CALLED_ALREADY)

    def refused(self, errand: Errand) -> None:
        """Tell the asker and the moderators of a call that the platform does not let through.

        Whoever called may call anew. Raises sqlite3.Error.
        """
        if not isinstance(errand, Post) or not isinstance(errand.reply, HelpWanted):
            return
        with self._records.write() as db:
            row = db.execute(
                "DELETE FROM calls WHERE id = ? AND workspace = ? RETURNING actor",
                (errand.reply.id, errand.workspace),
            ).fetchone()
            if row is not None:
                told = Tell(
                    platform=errand.platform,
                    workspace=errand.workspace,
                    actor_id=row[0],
                    reply=Notice(text=NOT_REACHED),
                )
                self._errands.give(told, within=db)
        self._hindered(
            Hindrance(
                platform=errand.platform,
                workspace=errand.workspace,
                place=f"the channel {errand.channel}",
                lacking="the right to write there, if it is there still",
                deed="call a human",
            )
        )

    def resolve(self, request: Resolve) -> HelpWanted | Refused:
        """Mark a call as resolved, and tell whoever called. Raises sqlite3.Error."""
        at = request.conversation
        with self._records.read() as db:
            row = db.execute(
                "SELECT question_id, actor, name, channel, link FROM calls WHERE id = ? AND workspace = ?",
                (request.call_id, at.workspace),
            ).fetchone()
        if row is None:
            return Refused(text=UNKNOWN)
        question_id, actor_id, name, channel, link = row
        asked = self._questions.recall(at.workspace, question_id)
        question = asked.words if asked else ""
        with self._records.write() as db:
            resolved = db.execute(
                "UPDATE calls SET is_resolved = 1 WHERE id = ? AND workspace = ? AND NOT is_resolved",
                (request.call_id, at.workspace),
            )
            if resolved.rowcount != 1:
                return Refused(text=RESOLVED_ALREADY)
            self._errands.give(_seen_to(at, actor_id, request.actor.name, question, link), within=db)
        return HelpWanted(
            id=request.call_id,
            name=name,
            question=question,
            channel=channel,
            link=link,
            resolved_by=request.actor.name or "a moderator",
            offer=_offer(question, request.call_id) if question else None,
        )

    def question(self, workspace: str, call_id: str) -> str:
        """Return the words of the question that a call was for; empty where they are not kept any more.

        Raises sqlite3.Error.
        """
        with self._records.read() as db:
            row = db.execute(
                "SELECT question_id FROM calls WHERE id = ? AND workspace = ?", (call_id, workspace)
            ).fetchone()
        asked = self._questions.recall(workspace, row[0]) if row else None
        return asked.words if asked else ""

    def _record(self, request: Escalate, wanted: HelpWanted, post: Post) -> bool:
        """Have the call posted unless one for this question is under way; return whether it is."""
        now, workspace = self._clock.now(), request.conversation.workspace
        with self._records.write() as db:
            db.execute("DELETE FROM calls WHERE called_at < ?", ((now - KEPT).isoformat(),))
            recorded = db.execute(
                "INSERT OR IGNORE INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
                (
                    wanted.id,
                    workspace,
                    request.answer_id,
                    request.actor.id,
                    request.actor.name,
                    wanted.channel,
                    request.link,
                    now.isoformat(),
                ),
            )
            if recorded.rowcount == 1:
                self._errands.give(post, about=request.actor.id, within=db)
            return recorded.rowcount == 1

    def kept_of(self, workspace: str, actor_id: str) -> Kept:
        """Return how often a person called for a human."""
        with self._records.read() as db:
            (calls,) = db.execute(
                "SELECT count(*) FROM calls WHERE workspace = ? AND actor = ?", (workspace, actor_id)
            ).fetchone()
        line = f"{counted(calls, 'call')} of yours for a human: when and where, for {KEPT.days} days"
        return Kept(lines=(line,) if calls else ())

    def forget(self, workspace: str, actor_id: str) -> None:
        """Forget that a person called; nobody can tell them of it any more. Raises sqlite3.Error."""
        with self._records.write() as db:
            db.execute("DELETE FROM calls WHERE workspace = ? AND actor = ?", (workspace, actor_id))


def _offer(question: str, call_id: str) -> Listing:
    choice = Choice(decision=Decision.SAVE, item=call_id)
    return Listing(
        text=SAVE_OFFERED, items=(Item(title=" ".join(question.split()), text="", choices=(choice,)),)
    )


def _seen_to(at: Conversation, actor_id: str, who: str, question: str, link: str) -> Tell:
    about = f": “{' '.join(question.split())}”" if question else ""
    reply = Notice(
        text=f"{who or 'A moderator'} has seen to the question for which you called a human{about}.",
        details=(link,) if link else (),
    )
    return Tell(platform=at.platform, workspace=at.workspace, actor_id=actor_id, reply=reply)
