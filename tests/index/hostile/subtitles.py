"""Subtitles with impossible times, and tags that never close."""

from tests.index.hostile.making import Traps

_CUE = b"1\n00:00:01,000 --> 00:00:02,000\n"
_WEB_CUE = b"WEBVTT\n\n00:01.000 --> 00:02.000\n"

SUBTITLES: Traps = {
    "20,000 subtitles": ("srt", lambda: (_CUE + b"tea\n\n") * 20_000),
    "times beyond all films": (
        "srt",
        lambda: b"1\n99999999999:99:99,999 --> 99:99:99,999\ntea\n\n2\n99:99:99,9 --> 00:00:00,0\nhot",
    ),
    "times before the film": ("srt", lambda: b"1\n-00:00:01,000 --> -00:00:02,000\ntea\n"),
    "a subtitle of tags that never close": ("srt", lambda: _CUE + b"<a" * 100_000),
    "a subtitle of braces that never close": ("srt", lambda: _CUE + b"tea" + b"{" * 100_000),
    "a subtitle of 200,000 empty lines": ("srt", lambda: _CUE + b"tea" + b"\n" * 200_000 + b"hot"),
    "subtitles of 50,000 lines": (
        "srt",
        lambda: _CUE + b"tea\n" * 50_000 + b"\n2\n00:00:02,000 --> 00:00:03,000\n" + b"hot\n" * 50_000,
    ),
    "tags 50,000 deep": ("srt", lambda: _CUE + b"<i>" * 50_000 + b"tea" + b"</i>" * 50_000),
    "a caption that never ends": ("vtt", lambda: _WEB_CUE + b"tea\n" * 100_000),
    "voices that never close": ("vtt", lambda: _WEB_CUE + b"<v a" * 100_000),
    "a line of 50,000 times": ("vtt", lambda: b"WEBVTT\n\n" + b"00:01.000 --> " * 50_000 + b"\ntea"),
    "captions of remarks alone": ("vtt", lambda: b"WEBVTT\n\n" + b"NOTE tea\n\n" * 50_000),
    "a caption after ten billion hours": (
        "vtt",
        lambda: b"WEBVTT\n\n9999999999:00:00.000 --> 9999999999:00:01.000\ntea",
    ),
}
