"""Files to evaluate with: queries with their qrels, and the answers that Quoth gave.

A qrel ("query relevance") says which passages are right for a query. Both files hold one JSON
object a line; docs/evaluation.md describes them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from index.errors import EvaluationInvalid

T = TypeVar("T")

Id: TypeAlias = str | int
"""What a query and its answer have in common."""


class Kind(StrEnum):
    """What there is to expect: the right passage, or silence."""

    ANSWERABLE = "answerable"
    UNANSWERABLE = "unanswerable"
    CHATTER = "chatter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Qrel:
    """What makes a passage right: the ``snippet`` that it holds, the ``page`` where it stands, or both.

    ``page`` is the end of a document's path or address. Either may be empty, not both.
    """

    snippet: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One line of a question file. Any of its ``qrels`` will do; in the file they are called gold."""

    id: Id
    corpus: str
    text: Annotated[str, Field(validation_alias="question")]
    kind: Kind
    qrels: Annotated[tuple[Qrel, ...], Field(validation_alias="gold")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One passage of an answer; ``highlight`` is the span of its answering sentence, in characters."""

    text: str
    uri: str = ""
    highlight: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One line that `quoth ask --jsonl` wrote. ``passages`` stand best first, shown or not."""

    id: Id
    answered: bool
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    elapsed_ms: float = 0.0
    passages: tuple[Candidate, ...] = ()


_QUERY = TypeAdapter(Query)
_ANSWER = TypeAdapter(Answer)


def read_queries(path: Path) -> list[Query]:
    """Read a question file. Raises EvaluationInvalid, which names the file and the line.

    A line without an id is known by its question, one without a corpus belongs to the file's name,
    and one without a kind is answerable.
    """
    queries: dict[Id, Query] = {}
    for place, given in _objects(path):
        defaults = {"id": str(given.get("question")), "corpus": path.stem, "kind": Kind.ANSWERABLE}
        query = _valid(_QUERY, defaults | given, place)
        if problem := _problem(query, queries):
            raise EvaluationInvalid(f"{place}: {problem}")
        queries[query.id] = query
    if not queries:
        raise EvaluationInvalid(f"{path} holds no questions. docs/evaluation.md shows how to write them.")
    return list(queries.values())


def read_answers(path: Path) -> dict[Id, Answer]:
    """Read what an earlier run answered, by id. Raises EvaluationInvalid like ``read_queries``."""
    answers = (_valid(_ANSWER, given, place) for place, given in _objects(path))
    return {answer.id: answer for answer in answers}


def to_answer(record: dict[str, Any]) -> Answer:
    """Return the answer that a JSON object describes."""
    return _ANSWER.validate_python(record)


def _objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the JSON object of every line that is not blank, after "file, line n"."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise EvaluationInvalid(f"{path} could not be read ({error.strerror}). Check its path.") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            place = f"{path}, line {number}"
            yield place, _object(line, place)


def _object(line: bytes, place: str) -> dict[str, Any]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise EvaluationInvalid(f"{place}: this is not JSON ({error}).") from error
    if not isinstance(given, dict):
        raise EvaluationInvalid(f"{place}: a line must be a JSON object, in braces.")
    return given


def _valid(kind: TypeAdapter[T], given: dict[str, Any], place: str) -> T:
    try:
        return kind.validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"][:3]))
        raise EvaluationInvalid(f"{place}: {name}: {first['msg']}.") from error


def _problem(query: Query, others: dict[Id, Query]) -> str:
    """Say what is wrong with a query that has the right form, or nothing."""
    if query.id in others:
        return f"the id {query.id!r} stands on an earlier line, too."
    if query.kind is Kind.ANSWERABLE and not query.qrels:
        return (
            "an answerable question needs gold. If nothing answers it, its kind is unanswerable or chatter."
        )
    if not all(qrel.snippet.strip() or qrel.page.strip("/. ") for qrel in query.qrels):
        return "gold needs a snippet, a page or both."
    return ""
