"""E-mails become what their writers wrote, without what they quote, with sender and day as the place."""

from email.message import EmailMessage

import pytest
from hypothesis import given, settings, strategies as st

from index.errors import DocumentDamaged, DocumentEmpty, DocumentUnreadable
from index.passages import Block
from index.readers.mail import MailboxReader, MessageReader

REPLY = """Hello Bo,

the kettle boils at noon, every day of the week, as long as the
building is open to people.

- Bring a cup

On Monday, 2 March 2026, Bo Berg <bo@example.org> wrote:
> When does it boil?
>> Never, I think.

See you there.

--\x20
Ann Lee
Head of Tea
"""


def message(text: str = REPLY, **headers: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in {
        "Subject": "Re: The kettle",
        "From": "Ann Lee <ann@example.org>",
        "Date": "Tue, 03 Mar 2026 09:12:00 +0100",
        **headers,
    }.items():
        made[name] = value
    made.set_content(text)
    return made


def blocks_of(data: bytes) -> list[Block]:
    return list(MessageReader().read(data, name="a.eml").blocks)


def test_a_message_says_what_its_writer_wrote() -> None:
    extract = MessageReader().read(message().as_bytes(), name="a.eml")
    assert "Re: The kettle" == extract.title
    assert [
        "Hello Bo,",
        "the kettle boils at noon, every day of the week, as long as the building is open to people.",
        "- Bring a cup",
        "See you there.",
    ] == [block.text for block in extract.blocks]
    assert {"Ann Lee, 2026-03-03"} == {block.place for block in extract.blocks}


def test_a_page_in_a_message_is_read_without_what_it_quotes() -> None:
    made = EmailMessage()
    made["Subject"] = "Grüße aus der Küche"
    made["From"] = "kitchen@example.org"
    made.set_content("<p>Tee um <b>vier</b>.</p><blockquote type=cite>Wann?</blockquote>", subtype="html")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="tea.png")
    extract = MessageReader().read(made.as_bytes(), name="a.eml")
    assert ("Grüße aus der Küche", ["Tee um vier."]) == (
        extract.title,
        [block.text for block in extract.blocks],
    )
    assert "kitchen@example.org" == extract.blocks[0].place


def test_the_plain_form_is_preferred_and_its_encoding_believed() -> None:
    made = message()
    made.set_content("Żółć gęślą jaźń.", charset="iso-8859-2")
    made.add_alternative("<p>Page.</p>", subtype="html")
    assert ["Żółć gęślą jaźń."] == [block.text for block in blocks_of(made.as_bytes())]


def test_a_message_that_is_attached_is_read_under_its_own_subject() -> None:
    inner = message("Tea at four.\n", Subject="Tea", From="Bo <bo@example.org>")
    outer = message("See below.\n", Subject="Fwd: Tea")
    outer.add_attachment(inner)
    assert [
        ("See below.", (), "Ann Lee, 2026-03-03"),
        ("Tea", (), "Bo, 2026-03-03"),
        ("Tea at four.", ("Tea",), "Bo, 2026-03-03"),
    ] == [(block.text, block.heading, block.place) for block in blocks_of(outer.as_bytes())]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes.\n\n-----Original Message-----\nFrom: Bo\nNo?", ["Yes."]),
        ("Yes.\n\nFrom: Bo\nSent: Monday\nTo: Ann\nSubject: x\n\nNo?", ["Yes."]),
        ("> Only what Bo said.\n", ["> Only what Bo said."]),
        ("No header, but text:\n\n> quoted\n\nand an answer.", ["and an answer."]),
    ],
)
def test_what_a_message_quotes_is_left_out(text: str, own: list[str]) -> None:
    assert own == [block.text for block in blocks_of(message(text).as_bytes())]


def test_the_messages_of_a_mailbox_stand_under_their_subjects() -> None:
    first = message("Tea is ready.\n\n>From here it smells good.\n", Subject="Tea").as_bytes()
    second = message("Coffee is, too.\n", Subject="Coffee", From="Bo <bo@example.org>").as_bytes()
    data = b"".join(b"From a@b Tue Mar  3 09:12:00 2026\n" + each + b"\n" for each in (first, second))
    extract = MailboxReader().read(data, name="kitchen-list.mbox")
    assert "Kitchen list" == extract.title
    assert [
        ("Tea", (), "Ann Lee, 2026-03-03"),
        ("Tea is ready.", ("Tea",), "Ann Lee, 2026-03-03"),
        ("From here it smells good.", ("Tea",), "Ann Lee, 2026-03-03"),
        ("Coffee", (), "Bo, 2026-03-03"),
        ("Coffee is, too.", ("Coffee",), "Bo, 2026-03-03"),
    ] == [(block.text, block.heading, block.place) for block in extract.blocks]


def test_what_is_no_mail_or_holds_no_text_says_so() -> None:
    with pytest.raises(DocumentDamaged, match="no e-mail"):
        MessageReader().read(b"The kettle boils.\n", name="a")
    with pytest.raises(DocumentDamaged, match="no mailbox"):
        MailboxReader().read(message().as_bytes(), name="a")
    with pytest.raises(DocumentEmpty):
        blocks_of(message("").as_bytes())
    with pytest.raises(DocumentUnreadable, match="encrypted"):
        blocks_of(b"Subject: x\nContent-Type: multipart/encrypted; boundary=a\n\n--a\n\nx\n--a--\n")


HEADERS = st.sampled_from(
    ["From", "Date", "Subject", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition"]
)
VALUES = st.one_of(
    st.text(st.characters(codec="ascii"), max_size=40),
    st.sampled_from(
        [
            "=?utf-8?q?=F0?=",
            "text/html; charset=rot13",
            "multipart/mixed; boundary=b",
            "base64",
            "<@>",
            "a:;",
            "(",
        ]
    ),
)


@settings(max_examples=300, deadline=None)
@given(headers=st.lists(st.tuples(HEADERS, VALUES), min_size=1), body=st.binary(max_size=200))
def test_any_headers_are_read_or_refused(headers: list[tuple[str, str]], body: bytes) -> None:
    data = "".join(f"{name}: {value}\n" for name, value in headers).encode() + b"\n--b\n\n" + body
    for reader, given_ in ((MessageReader(), data), (MailboxReader(), b"From a 2026\n" + data)):
        try:
            extract = reader.read(given_, name="a")
        except DocumentUnreadable as error:
            refusal = str(error)
            assert refusal.endswith(".")
        else:
            assert all(block.text.strip() for block in extract.blocks)


def test_a_sender_that_nobody_understands_is_left_out() -> None:
    data = b"From: " + b"(" * 1_900 + b"\nSubject: Kettles\n\nThe kettle boils."
    assert ["The kettle boils."] == [
        block.text for block in MessageReader().read(data, name="a.eml").blocks if not block.place
    ]
