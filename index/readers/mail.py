"""Reads e-mail: messages and mailboxes, with what each message itself says and nothing that it quotes."""

import re
from collections.abc import Iterator
from email import generator, message_from_bytes, parser, policy  # noqa: F401 - email imports two itself, late
from email.message import EmailMessage
from textwrap import shorten
from typing import cast

from index.errors import DocumentDamaged, DocumentUnreadable
from index.passages import Extract
from index.readers.decoding import clean, decode, refuse_extremes
from index.readers.foreign import refusing_damage
from index.readers.html import add_fragment
from index.readers.outline import Outline
from index.readers.plain import add_text

_HEADERS = frozenset({"date", "from", "message-id", "received", "subject", "to"})
_ENCRYPTED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted")
_LONGEST_SENDER = 60

LONGEST_HEADER = 2_000
"""Characters, more than anybody shows. Python takes far longer over a header twice as long."""

_ENVELOPE = re.compile(rb"(?:\A|\r?\n)From (?=[^\r\n]*\d{4})[^\r\n]*\r?\n")
_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)

_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_ORIGINAL = re.compile(
    r"^-{2,} ?Original Message ?-{2,}$|^_{20,}\nFrom: |^From: .+\nSent: .+\nTo: ",
    re.MULTILINE | re.IGNORECASE,
)
_QUOTES = re.compile(
    r"(?:^[^\n>][^\n]{0,200}(?:\n[^\n>]{0,100})?:\n\n?)?(?:^>[^\n]*(?:\n|\Z))+", re.MULTILINE
)
_QUOTES_IN_HTML = (
    "//blockquote[@type='cite'] | //*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
    " | //*[contains(concat(' ', @class, ' '), ' gmail_signature ')] | //*[@id='appendonsend']"
    " | //*[@id='divRplyFwdMsg'] | (//*[@id='divRplyFwdMsg'])[1]/following-sibling::*"
    " | //*[contains(concat(' ', @class, ' '), ' moz-cite-prefix ')]"
    " | //*[contains(concat(' ', @class, ' '), ' moz-signature ')]"
)


class _Policy(policy.EmailPolicy):
    """The library's own, which keeps of each header what can be of use."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return name and value of a header."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER]


_POLICY = _Policy()


class MessageReader:
    """Reads one e-mail. Its subject is the title; sender and day are its place."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        refuse_extremes(data)
        with refusing_damage():
            message = _parsed(data)
            outline = Outline(_header(message, "subject"))
            _add(message, outline)
        return outline.extract(name=name)


class MailboxReader:
    """Reads a mailbox: each message stands under its subject."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Return title and blocks. Raises DocumentUnreadable or a subclass."""
        refuse_extremes(data)
        outline = Outline()
        with refusing_damage():
            for message in map(_parsed, _messages(data)):
                outline.turn_to(_place(message))
                outline.heading(0, _header(message, "subject"))
                _add(message, outline)
        return outline.extract(name=name)


def _messages(data: bytes) -> Iterator[bytes]:
    starts = list(_ENVELOPE.finditer(data))
    if not starts:
        raise DocumentDamaged("The document is no mailbox. Export it from the mail program anew, as mbox.")
    for start, end in zip(starts, [*(each.start() for each in starts[1:]), len(data)], strict=True):
        yield _ESCAPED_FROM.sub(rb"\1", data[start.end() : end])


def _parsed(data: bytes) -> EmailMessage:
    message = cast(EmailMessage, message_from_bytes(data, policy=_POLICY))
    if _HEADERS.isdisjoint(header.lower() for header in message.keys()):  # noqa: SIM118  not a dict
        raise DocumentDamaged("The document is no e-mail. Export it from the mail program anew, as eml.")
    if message.get_content_type() in _ENCRYPTED:
        raise DocumentUnreadable("The e-mail is encrypted. Save what it says as text.")
    return message


def _add(message: EmailMessage, outline: Outline) -> None:
    outline.turn_to(_place(message))
    plain = _body(message, "plain")
    if plain:
        add_text(own_words(plain), outline)
    elif found := _body(message, "html"):
        add_fragment(found, outline, without=_QUOTES_IN_HTML)
    for inner in _forwarded(message):
        outline.turn_to(_place(inner))
        outline.heading(1, _header(inner, "subject"))
        _add(inner, outline)


def _forwarded(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the messages that are attached to one as they came."""
    for part in message.iter_attachments() if message.is_multipart() else ():
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            yield part.get_content()


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    payload = part.get_payload(decode=True) if part is not None else None
    if part is None or not isinstance(payload, bytes):
        return ""
    try:
        return decode(payload, declared=part.get_content_charset("") or "")
    except DocumentUnreadable:
        return ""  # the other form of the body may be readable


def own_words(text: str) -> str:
    """Return a message without what it quotes and without its signature; all of it if that is nothing."""
    own = _SIGNATURE.split(text, maxsplit=1)[0]
    own = _ORIGINAL.split(own, maxsplit=1)[0]
    own = _QUOTES.sub("\n", own)
    return own if own.strip() else text


def _place(message: EmailMessage) -> str:
    """Return who wrote a message and when: "Ann Lee, 2026-03-02"."""
    return ", ".join(filter(None, (_sender(message), _day(message))))


def _sender(message: EmailMessage) -> str:
    addresses = getattr(_field(message, "from"), "addresses", ())
    name = addresses[0].display_name or addresses[0].addr_spec if addresses else ""
    return shorten(clean(name), _LONGEST_SENDER, placeholder="…")


def _day(message: EmailMessage) -> str:
    moment = getattr(_field(message, "date"), "datetime", None)
    return moment.date().isoformat() if moment else ""


def _header(message: EmailMessage, name: str) -> str:
    return clean(str(_field(message, name) or ""))


def _field(message: EmailMessage, name: str) -> object:
    """Return a header; one that cannot be understood is none."""
    try:
        with refusing_damage():
            return cast(object, message[name])
    except DocumentUnreadable:
        return None
