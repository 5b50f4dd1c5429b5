"""Where a file of a repository stands on the web, on the forges that people use."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Forge:
    """How a forge addresses a file at a commit.

    ``path`` has places for commit and path; ``line`` is the fragment of a line, with a place for it.
    """

    home: str
    path: str
    line: str
    rendered: str = ""

    def link(self, commit: str, path: str) -> str:
        """Return the address of a file as it is in a commit, such that lines can be pointed at."""
        address = f"{self.home}/{self.path.format(commit=commit, path=quote(path))}"
        return f"{address}{self.rendered}" if path.lower().endswith(_RENDERED) else address


_RENDERED = (".adoc", ".asciidoc", ".ipynb", ".markdown", ".md", ".rst")
"""What forges show laid out, where no line can be pointed at unless one asks for the plain file."""

_FORGES = (
    (r"(^|\.)github\b", "blob/{commit}/{path}", "L{}", "?plain=1"),
    (r"(^|\.)gitlab\b", "-/blob/{commit}/{path}", "L{}", "?plain=1"),
    (r"^bitbucket\.org$", "src/{commit}/{path}", "lines-{}", ""),
    (r"^codeberg\.org$|(^|\.)(gitea|forgejo)\b", "src/commit/{commit}/{path}", "L{}", "?display=source"),
    (r"^git\.sr\.ht$", "tree/{commit}/item/{path}", "L{}", ""),
)


def forge_of(remote: str) -> Forge | None:
    """Return the forge that a remote's address is of; None for one that is not known.

    >>> forge_of("git@github.com:ann/tea.git").home
    'https://github.com/ann/tea'
    """
    if short := re.fullmatch(r"(?:[\w.-]+@)?([\w.-]+):(?!//)(.+)", remote):
        remote = f"ssh://{short[1]}/{short[2]}"
    address = urlsplit(remote)
    host, repository = address.hostname or "", address.path.strip("/").removesuffix(".git")
    for pattern, path, line, rendered in _FORGES:
        if re.search(pattern, host) and repository:
            return Forge(home=f"https://{host}/{repository}", path=path, line=line, rendered=rendered)
    return None
