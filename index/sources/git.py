"""A git repository: the files of one branch, tag or commit, each cited at its commit and line."""

import re
import shutil
import stat
import weakref
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from mmap import ACCESS_READ, mmap
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO, ClassVar
from urllib.parse import quote, urlsplit

from dulwich.client import HttpGitClient, HTTPUnauthorized
from dulwich.config import ConfigDict
from dulwich.errors import FileFormatException, GitProtocolError, NotGitRepository
from dulwich.ignore import IgnoreFilter
from dulwich.object_store import DEFAULT_MAX_TREE_DEPTH, MaxTreeDepthExceeded, iter_tree_contents
from dulwich.objects import Blob, Commit, ObjectID, Tag, TreeEntry
from dulwich.refs import Ref
from dulwich.repo import Repo
from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from index.errors import DocumentTooLarge, DocumentUnreadable, SourceUnavailable
from index.ports import Entry
from index.readers.decoding import MAX_DOCUMENT_BYTES, too_large
from index.sources.clones import opened
from index.sources.folder import file_format, printable
from index.sources.forges import forge_of
from index.sources.moments import EPOCH, since_1970
from index.sources.options import Option, Options
from index.sources.packs import LARGEST_OBJECT, has_large_object

PACKS = 30
"""Fetches whose objects are kept; what no commit needs any more goes with the oldest."""

MAX_ENTRIES = 300_000
"""Files and folders of one commit: a few objects can stand for billions, each in the next many times."""

_LFS = b"version https://git-lfs.github.com/spec/"
_NAMES = (b"refs/heads/", b"refs/tags/", b"refs/remotes/origin/")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def _ref(value: str) -> str:
    if re.fullmatch(r"[\w][\w./+-]*", value) and ".." not in value:
        return value
    raise ValueError("the name of a branch or tag, or a commit's 40 digits")


def _patterns(value: str) -> list[bytes]:
    """Part patterns, as a .gitignore has them, at commas."""
    patterns = [pattern.strip().encode() for pattern in value.split(",") if pattern.strip()]
    if patterns:
        return patterns
    raise ValueError("patterns as in a .gitignore, parted by commas")


class GitSource:
    """The files of a repository whose format has a reader, as they are in one commit.

    Nothing is checked out and no program is started, so no hook or filter of the repository runs.
    Links and submodules are left alone, as are hidden files.
    """

    OPTIONS: ClassVar[Options] = {
        "ref": Option(about="a branch, tag or commit instead of the main branch", example="v2.1", read=_ref),
        "include": Option(about="takes only what matches", example="docs/,*.rst", read=_patterns),
        "exclude": Option(about="leaves out what matches", example="docs/old/", read=_patterns),
    }

    def __init__(
        self,
        origin: str,
        *,
        formats: frozenset[str],
        options: Mapping[str, str],
        clone: Path,
        pool: Callable[[], PoolManager],
        base_url: str = "",
    ) -> None:
        """``origin`` is a web address or the path of a repository on this machine.

        What is fetched of the web is kept in the folder ``clone``; ``pool`` says where requests may go.
        ``base_url`` is where the files stand on the web, if not on the repository's own forge.
        """
        self._origin = origin
        self._formats = formats
        self._ref = options.get("ref", "")
        self._include = _filter(options.get("include"))
        self._exclude = _filter(options.get("exclude"))
        self._clone = clone
        self._pool = pool
        self._base_url = base_url.rstrip("/")
        self._repo: Repo | None = None
        self._blobs: dict[str, ObjectID] = {}

    def entries(self) -> Iterator[Entry]:
        """List the files of the newest commit by path. Raises SourceUnavailable."""
        with _in_our_words(self._origin):
            repo, commit = self._newest()
            files = _files(repo, commit)
        self._repo = repo
        forge = forge_of(_address(repo) if _is_local(self._origin) else self._origin)
        at = commit.id.decode()
        updated_at = since_1970(commit.commit_time) or EPOCH
        for file in files:
            path = PurePosixPath(file.path.decode("utf-8", "replace"))
            if not stat.S_ISREG(file.mode) or not self._takes(path):
                continue
            uri = printable(str(path))
            self._blobs[uri] = file.sha
            url, line = "", ""
            if self._base_url:
                url = f"{self._base_url}/{quote(str(path))}"
            elif forge:
                url, line = forge.link(at, str(path)), forge.line
            yield Entry(
                uri=uri,
                name=printable(path.name),
                format=file_format(path),
                version=file.sha.decode(),
                updated_at=updated_at,
                url=url,
                line_anchor=line,
            )

    def fetch(self, entry: Entry) -> bytes:
        """Return a file's bytes. Raises DocumentUnreadable."""
        assert self._repo is not None, "only what was listed is fetched"
        try:
            blob = self._repo[self._blobs[entry.uri]]
        except (KeyError, OSError, ValueError) as error:
            raise DocumentUnreadable("The repository has lost it. Sync the source again.") from error
        data = blob.data if isinstance(blob, Blob) else b""
        if len(data) > MAX_DOCUMENT_BYTES:
            raise DocumentTooLarge(too_large(len(data)))
        if data.startswith(_LFS):
            raise DocumentUnreadable("It is kept in Git LFS, which Quoth does not read. Add it as a file.")
        return data

    def _newest(self) -> tuple[Repo, Commit]:
        repo = opened(self._origin) if _is_local(self._origin) else self._kept()
        weakref.finalize(self, repo.close)  # its packs stay open for what is fetched next
        refs = repo.get_refs() if _is_local(self._origin) else self._fetched(repo)
        return repo, _commit(repo, _named(refs, self._ref))

    def _kept(self) -> Repo:
        """Return the repository that holds what was fetched so far.

        One that is broken, or has grown by many fetches, is begun anew.
        """
        packs = len(list(self._clone.glob("objects/pack/*.pack")))
        try:
            if packs <= PACKS:
                return Repo(str(self._clone))
        except NotGitRepository:
            pass
        shutil.rmtree(self._clone, ignore_errors=True)
        self._clone.parent.mkdir(parents=True, exist_ok=True)
        return Repo.init_bare(str(self._clone), mkdir=True)

    def _fetched(self, repo: Repo) -> Mapping[Ref, ObjectID | None]:
        """Fetch the one commit that is wanted, without its history; return what the remote's names are at."""
        parts = urlsplit(self._origin)
        client = HttpGitClient(
            f"{parts.scheme}://{parts.netloc}", pool_manager=self._pool(), config=ConfigDict(), quiet=True
        )

        def wants(refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:
            wanted = _found(refs, self._ref)
            return [] if wanted is None or wanted in repo.object_store else [wanted]

        try:
            with TemporaryFile() as pack:
                fetched = client.fetch_pack(parts.path, wants, repo.get_graph_walker(), pack.write, depth=1)
                _keep(pack, repo)
        finally:
            client.pool_manager.clear()
        repo.update_shallow(fetched.new_shallow, fetched.new_unshallow)
        return fetched.refs

    def _takes(self, path: PurePosixPath) -> bool:
        return (
            file_format(path) in self._formats
            and not any(part.startswith(".") for part in path.parts)
            and (self._include is None or bool(self._include.is_ignored(str(path))))
            and (self._exclude is None or not self._exclude.is_ignored(str(path)))
        )


@contextmanager
def _in_our_words(origin: str) -> Iterator[None]:
    """Raise as SourceUnavailable what git, the network and the disk have to say."""
    try:
        yield
    except NotGitRepository as error:
        raise SourceUnavailable(
            f"There is no repository at {origin}, or none that everybody may read. Check its address."
        ) from error
    except MaxTreeDepthExceeded as error:
        raise SourceUnavailable(f"The repository {origin} has folders in folders without end.") from error
    except (FileFormatException, IndexError, zlib.error) as error:
        raise SourceUnavailable(f"The repository {origin} is damaged ({error}).") from error
    except (KeyError, GitProtocolError, HTTPUnauthorized, HTTPError, OSError, ValueError) as error:
        raise SourceUnavailable(f"The repository {origin} could not be fetched ({error}).") from error


def _is_local(origin: str) -> bool:
    return urlsplit(origin).scheme not in ("http", "https")


def _named(refs: Mapping[Ref, ObjectID | None], name: str) -> ObjectID:
    """Return what a branch or tag is at, without a name the main branch. Raises SourceUnavailable."""
    found = _found(refs, name)
    if found is None:
        raise SourceUnavailable(
            f"The repository has no branch or tag {name}. Check the option ref."
            if name
            else "The repository has no commit yet. Add the source when there is one."
        )
    return found


def _found(refs: Mapping[Ref, ObjectID | None], name: str) -> ObjectID | None:
    if _COMMIT.fullmatch(name):
        return ObjectID(name.encode())
    places = [Ref(place + name.encode()) for place in _NAMES] if name else [Ref(b"HEAD")]
    # A tag with a text of its own is an object; what it stands for is listed beside it.
    both = [Ref(place + peeled) for place in places for peeled in (b"^{}", b"")]
    return next((id for place in both if (id := refs.get(place))), None)


def _commit(repo: Repo, id: ObjectID) -> Commit:
    found = repo[id]
    while isinstance(found, Tag):
        found = repo[found.object[1]]
    if isinstance(found, Commit):
        return found
    raise SourceUnavailable("The option ref names no commit. Name a branch, a tag or a commit.")


def _files(repo: Repo, commit: Commit) -> list[TreeEntry]:
    """Return all that stands in a commit, folders too. Raises SourceUnavailable when that is too much."""
    walk = iter_tree_contents(
        repo.object_store, commit.tree, include_trees=True, max_depth=DEFAULT_MAX_TREE_DEPTH
    )
    files = list(islice(walk, MAX_ENTRIES + 1))
    if len(files) > MAX_ENTRIES:
        raise SourceUnavailable(
            f"The repository has more than {MAX_ENTRIES:,} files and folders, which is the limit. "
            "Add what it holds as a site or as files."
        )
    return files


def _keep(pack: IO[bytes], repo: Repo) -> None:
    """Add what was sent to the repository. Raises SourceUnavailable when an object is too large."""
    pack.flush()
    if not pack.tell():
        return  # nothing was wanted
    with mmap(pack.fileno(), 0, access=ACCESS_READ) as sent:
        if has_large_object(sent):
            raise SourceUnavailable(
                f"The repository holds a file of more than {LARGEST_OBJECT // 1_000_000} MB. "
                "Clone it on the machine, without that file, and give the path."
            )
    pack.seek(0)
    repo.object_store.add_thin_pack(pack.read, None)


def _address(repo: Repo) -> str:
    """Return the address that a clone was made from, empty if from none."""
    try:
        return repo.get_config().get((b"remote", b"origin"), b"url").decode("utf-8", "replace")
    except KeyError:
        return ""


def _filter(patterns: str | None) -> IgnoreFilter | None:
    return None if patterns is None else IgnoreFilter(_patterns(patterns))
