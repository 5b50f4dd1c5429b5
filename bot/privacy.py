"""What is kept of a person, shown to them and erased when they say so."""

from collections.abc import Sequence

from bot.messages import ForgetMe, MyData, Notice, PersonalData
from bot.ports import Keeper, Kept

PUBLISHED = "Answers of yours that were published stay, with your name, until a moderator withdraws them."
NOTHING = f"Beyond what was published, I keep nothing of you in this community. {PUBLISHED}"
ERASED = "That is erased. Beyond what was published, I keep nothing of you in this community any more."
STILL_THERE = (
    "What I posted in channels stays there, and I no longer know that you asked for it: "
    "ask a moderator to delete it."
)
BEFOREHAND = (
    "What I posted in channels stays there. Delete it before by its button; later only moderators can."
)


class Privacy:
    """Asks every part of the core that keeps something of people."""

    def __init__(self, keepers: Sequence[Keeper]) -> None:
        """``keepers`` are all of those parts."""
        self._keepers = keepers

    def reply(self, request: MyData | ForgetMe) -> PersonalData | Notice:
        """Show what is kept of whoever asks in this workspace, or erase it. Raises sqlite3.Error."""
        workspace, actor_id = request.conversation.workspace, request.actor.id
        if isinstance(request, ForgetMe) and request.confirmed:
            for keeper in self._keepers:
                keeper.forget(workspace, actor_id)
            return Notice(text=ERASED, details=(PUBLISHED, STILL_THERE))
        kept = self._kept_of(workspace, actor_id)
        if not kept.lines and not kept.words:
            return Notice(text=NOTHING)
        erasing = isinstance(request, ForgetMe)
        stays = (PUBLISHED, BEFOREHAND) if erasing else (PUBLISHED,)
        return PersonalData(lines=(*kept.lines, *stays), words=kept.words, erasing=erasing)

    def _kept_of(self, workspace: str, actor_id: str) -> Kept:
        kept = [keeper.kept_of(workspace, actor_id) for keeper in self._keepers]
        return Kept(
            lines=tuple(line for each in kept for line in each.lines),
            words=tuple(words for each in kept for words in each.words),
        )
