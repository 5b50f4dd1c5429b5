"""Opens a clone on this machine if all that is read of it stands in its own folder."""

import os
from collections.abc import Iterator
from pathlib import Path

from dulwich.config import ConfigFile
from dulwich.errors import NotGitRepository
from dulwich.repo import COMMONDIR, CONTROLDIR, OBJECTDIR, Repo

from index.errors import SourceUnavailable

_READ = ("HEAD", "config", "info", OBJECTDIR, "packed-refs", "refs", "reftable", "shallow")
"""What is read of a repository; whatever else is in it, such as hooks, may be a link."""


class Clone(Repo):
    """A repository whose settings include no other files."""

    def get_config(self) -> ConfigFile:
        """Return the repository's own settings."""
        path = os.path.join(self.commondir(), "config")
        return ConfigFile.from_path(path, expand_includes=False) if os.path.exists(path) else ConfigFile()


def opened(origin: str) -> Clone:
    """Open a clone. Raises NotGitRepository, and SourceUnavailable if a part of it stands elsewhere.

    Whoever allowed the folder of a clone allowed no more.
    """
    root = Path(origin)
    hidden = root / CONTROLDIR
    control = hidden if os.path.lexists(hidden) else root
    for part in _leading_out(control):
        raise SourceUnavailable(
            f"The repository {root} leads out of its folder ({part.relative_to(root)}). "
            "Clone it with git clone --no-local, and add that clone."
        )
    if not (control / OBJECTDIR).is_dir():
        raise NotGitRepository(origin)
    return Clone(controldir=str(control))


def _leading_out(control: Path) -> Iterator[Path]:
    """Yield links, pipes and the like, and the files by which git leads to another repository."""
    if control.name == CONTROLDIR and (control.is_symlink() or control.is_file()):
        yield control
    leads = (control / COMMONDIR, control / OBJECTDIR / "info" / "alternates")
    yield from (path for path in leads if os.path.lexists(path))
    for part in _READ:
        yield from (path for path in _below(control / part) if not _stands_there(path))


def _stands_there(path: Path) -> bool:
    return not path.is_symlink() and (path.is_file() or path.is_dir() or not path.exists())


def _below(path: Path) -> Iterator[Path]:
    yield path
    for folder, folders, files in os.walk(path):
        yield from (Path(folder, name) for name in (*folders, *files))
