"""Forms that people fill in: modals, which live as long as an interaction's token."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

TIMEOUT_SECONDS = 900.0
"""How long a form is waited for; the library forgets it then."""

LONGEST_LABEL = 45
LONGEST_HINT = 100

Submitted = Callable[[discord.Interaction[Any], str], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """The one thing that a form asks for; ``limit`` counts characters, 4,000 at most."""

    label: str
    hint: str = ""
    value: str = ""
    limit: int = 300


class Form(ui.Modal):
    """A form with one field; ``submitted`` is called with what was typed."""

    def __init__(self, title: str, field: Field, submitted: Submitted) -> None:
        super().__init__(title=title, timeout=TIMEOUT_SECONDS)
        self._submitted = submitted
        self._input: ui.TextInput[Form] = ui.TextInput(
            style=discord.TextStyle.paragraph,
            default=field.value[: field.limit] or None,
            max_length=field.limit,
        )
        hint = field.hint[:LONGEST_HINT] or None
        self.add_item(ui.Label(text=field.label[:LONGEST_LABEL], description=hint, component=self._input))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Hand on what was typed."""
        await self._submitted(interaction, self._input.value)
