"""E-mail in e-mail, and headers over which Python's own library ponders without end."""

from tests.index.hostile.making import Traps

_HEAD = b"From: Ann Lee <ann@example.org>\nSubject: Kettles\n"


def _nested_parts(depth: int) -> bytes:
    part = b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n'
    return _HEAD + b"".join(part % (number, number) for number in range(depth)) + b"\ntea"


def _attachments(count: int) -> bytes:
    attached = b"--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\ntea\n"
    return (
        _HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\ntea\n' + attached * count + b"--b--"
    )


MAIL: Traps = {
    "parts of an e-mail 2,000 deep": ("eml", lambda: _nested_parts(2_000)),
    "2,000 e-mails in each other": (
        "eml",
        lambda: (_HEAD + b"Content-Type: message/rfc822\n\n") * 2_000 + _HEAD + b"\ntea",
    ),
    "1,000 attachments": ("eml", lambda: _attachments(1_000)),
    "an e-mail without the boundary that it names": (
        "eml",
        lambda: _HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--a\n\ntea",
    ),
    "200,000 headers": ("eml", lambda: _HEAD + b"X: tea\n" * 200_000 + b"\ntea"),
    "a header of 5 MB": ("eml", lambda: b"Subject: " + b"te a " * 1_000_000 + b"\n\ntea"),
    "a sender of 50,000 addresses": ("eml", lambda: b"From: " + b"a@b.c, " * 50_000 + b"\nSubject: a\n\ntea"),
    "a sender in 1,900 brackets": ("eml", lambda: b"From: " + b"(" * 1_900 + b"\nSubject: a\n\ntea"),
    "a type of 20,000 parameters": (
        "eml",
        lambda: _HEAD + b"Content-Type: text/plain; " + b"a=b; " * 20_000 + b"\n\ntea",
    ),
    "20,000 encoded words": ("eml", lambda: b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\n\ntea"),
    "a subject in Punycode": (
        "eml",
        lambda: b"Subject: =?punycode?q?" + b"a" * 100_000 + b"-" + b"9" * 100_000 + b"?=\n\ntea",
    ),
    "an e-mail in Punycode": (
        "eml",
        lambda: (
            _HEAD + b"Content-Type: text/plain; charset=punycode\n\n" + b"a" * 200_000 + b"-" + b"9" * 200_000
        ),
    ),
    "an e-mail whose attachment is called /etc/passwd": (
        "eml",
        lambda: _HEAD + b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 /etc/passwd\n#=&5A\n \nend\n",
    ),
    "10,000 beginnings of a quote": (
        "eml",
        lambda: (
            _HEAD + b"Content-Type: text/html\n\n<p>tea</p>" + b"<div id=divRplyFwdMsg>tea</div>" * 10_000
        ),
    ),
    "a mailbox of 300,000 beginnings": ("mbox", lambda: b"From a@b 2026\n" * 300_000),
    "a mailbox that begins and does not end": (
        "mbox",
        lambda: b"From a@b 2026\n" + _HEAD + b"\ntea\nFrom " + b"1" * 100_000,
    ),
    "a mailbox of half a million marks of quotes": (
        "mbox",
        lambda: b"From a@b 2026\n" + _HEAD + b"\ntea\n" + b">" * 500_000,
    ),
}
