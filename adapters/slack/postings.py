"""Where cards stand in Slack, as the core is told it."""

from bot.messages import Answer, Closest, Offer, Posting, Reply
from bot.ports import Core


async def report(core: Core, workspace: str, channel: str, reply: Reply, shown: str) -> None:
    """Tell the core where a card now stands for a whole channel to see; ``shown`` is empty if it does not."""
    card = reply.answer if isinstance(reply, Offer) else reply
    if not shown or not isinstance(card, Answer | Closest):
        return
    await core.posted(
        Posting(
            platform="slack",
            workspace=workspace,
            channel=channel,
            message=shown,
            answer_id=card.id,
            offset=card.offset,
            shared_by=card.shared_by if isinstance(card, Answer) else None,
            is_searched=bool(card.searched),
        )
    )
