"""What counts as an identifier, and what as a phrase."""

import doctest
import time

import pytest
from hypothesis import given, strategies as st

from index import lexicon
from index.lexicon import identifiers, phrases


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("undo with --amend or -x.", ["--amend", "-x"]),
        ("(--color=always)", ["--color"]),
        ("set -Xmx512m", ["-xmx512m"]),
        ("str.split, std::vector; git-rebase!", ["str.split", "std::vector", "git-rebase"]),
        ("core.autocrlf in /etc/fstab or ~/.gitconfig", ["core.autocrlf", "/etc/fstab", "~/.gitconfig"]),
        ("a->b and ../up and .gitignore", ["a->b", "../up", ".gitignore"]),
        (r"C:\Windows\system.ini", [r"c:\windows\system.ini"]),
        ("see https://example.org/a/b.", ["https://example.org/a/b"]),
        ("snake_case __init__ _", ["snake_case", "__init__"]),
        ("camelCase PascalCase HTTPServer Word", ["camelcase", "pascalcase", "httpserver"]),
        ("error E0382: utf8 0x80070005", ["e0382", "utf8", "0x80070005"]),
        ("ERR_CONNECTION_REFUSED, ENOENT, OK", ["err_connection_refused", "enoent"]),
        ("404 is not 40 nor 4", ["404"]),
        ("Python 3.11.", ["3.11"]),
        ("`commit` and ``git log``", ["commit", "git", "log"]),
        ("an unclosed ` does no harm", []),
        ("print() and len(x) of passage(s)", ["print", "len"]),
        ("printf(3)", ["printf"]),
        ("Plain words, well known.", []),
        ("--- a rule --- and a dash — here... end", []),
        ("Größe über_alles ÉCOLE 日本語 😀", ["über_alles", "école"]),
        ("", []),
    ],
)
def test_identifiers_are_what_is_meant_to_the_letter(text: str, found: list[str]) -> None:
    assert found == identifiers(text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('"permission denied" on push', ["permission denied"]),
        ("“detached HEAD” „zwei Wörter“ «deux mots»", ["detached HEAD", "zwei Wörter", "deux mots"]),
        ('"over\n  two lines"', ["over two lines"]),
        ('"one" word', []),
        ('an "unclosed phrase', []),
        ('""', []),
        ("", []),
    ],
)
def test_phrases_are_what_stands_in_double_quotes(query: str, found: list[str]) -> None:
    assert found == phrases(query)


@pytest.mark.parametrize(
    "junk",
    ["`", "``` `a", "-", "--a-", "a.", "a::", "_", "/", "./", "/.", '"', "“a", "a", "(", "A", "\u0301"],
)
def test_junk_takes_linear_time(junk: str) -> None:
    text = (junk * 100_000)[:100_000]
    begun = time.process_time()
    identifiers(text)
    phrases(text)
    assert 1 > time.process_time() - begun


@given(st.text())
def test_identifiers_hold_no_white_space(text: str) -> None:
    assert all([name] == name.split() for name in identifiers(text))


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(lexicon).failed == 0
