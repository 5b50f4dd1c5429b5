"""Addresses of files on forges."""

import pytest

from index.sources.forges import forge_of

AT = "c0ffee"


@pytest.mark.parametrize(
    ("remote", "path", "link", "line"),
    [
        (
            "https://github.com/ann/tea.git",
            "docs/black tea.md",
            "https://github.com/ann/tea/blob/c0ffee/docs/black%20tea.md?plain=1",
            "L7",
        ),
        ("git@github.com:ann/tea.git", "a.txt", "https://github.com/ann/tea/blob/c0ffee/a.txt", "L7"),
        ("ssh://git@gitlab.com/g/s/tea", "a.py", "https://gitlab.com/g/s/tea/-/blob/c0ffee/a.py", "L7"),
        ("https://gitlab.ex.org/g/tea", "a.py", "https://gitlab.ex.org/g/tea/-/blob/c0ffee/a.py", "L7"),
        ("https://bitbucket.org/ann/tea", "a.md", "https://bitbucket.org/ann/tea/src/c0ffee/a.md", "lines-7"),
        (
            "https://codeberg.org/ann/tea",
            "a.md",
            "https://codeberg.org/ann/tea/src/commit/c0ffee/a.md?display=source",
            "L7",
        ),
        ("https://git.sr.ht/~ann/tea", "a.c", "https://git.sr.ht/~ann/tea/tree/c0ffee/item/a.c", "L7"),
    ],
)
def test_a_file_is_linked_at_its_commit_where_its_lines_can_be_pointed_at(
    remote: str, path: str, link: str, line: str
) -> None:
    forge = forge_of(remote)

    assert forge is not None
    assert (link, line) == (forge.link(AT, path), forge.line.format(7))


@pytest.mark.parametrize("remote", ["", "https://git.example.org/tea.git", "../tea", "https://github.com/"])
def test_a_forge_that_is_not_known_has_no_addresses(remote: str) -> None:
    assert forge_of(remote) is None
