"""How well each candidate answers: signals from words, sentences and token vectors, fused and calibrated.

The second stage is late interaction (Khattab and Zaharia 2020, "ColBERT") between the token vectors
of query and passage, taken from the embedder itself. The weights are learned by
benchmarks/train_ranking.py and ship as ranking.json, to be read.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.catalog import CandidateRow
from index.ports import Embedding, Ids, Numbers, Vectors
from index.tokens import HEADING, Tokens, unpack

STOP_WEIGHT = 0.25
"""What a word counts that says how somebody asks, not what about, where words are weighed by rarity."""

STOP_WORDS = frozenset(
    """a about again all also always am an and any anybody anyone anything are as at be been being both but
    by can cant could d did didnt do does doesnt doing done dont down each even ever every everybody everyone
    few for from get gets getting got guys had has have having he hello help her here hey hi him his how i
    idk if im in into is isnt it its ive just know like ll lol m may me might mine more most must my need
    never no nor not now of off ok okay on once onto only or other our out over please pls plz re really s
    same shall she should so some somebody someone something still such t than thank thanks that the their
    them then there these they thing things this those to too tried try trying u under up ur us ve very
    wanna want was way we were what when where which who whom whose why will with without wont would yes
    you your yours""".split()
)

SIGNALS = ("tokens", "rare tokens", "words", "sentence", "focus", "code", "coverage", "pairs")
"""What candidates are ranked by, in the order of the columns of ``Evidence.signals``:

- tokens: mean over the query's tokens of the highest similarity to any token of the passage
- rare tokens: the same, weighed by the tokens' rarity in this workspace
- words: the lexical store's score (BM25), 0 for what it did not find
- sentence: highest similarity of a sentence's mean vector to the query's
- focus: of the best sentence, how much of it has to do with the query: the mean over its tokens,
  weighed by rarity, of the highest similarity to any token of the query
- code: the share of the passage's sentences that are code
- coverage: the share of the query's rarity that stands in the passage letter for letter
- pairs: the share of the query's neighbouring tokens that are neighbours in the passage
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query as ranking sees it: its own tokens with weights that each sum to 1."""

    text: str
    embedding: Embedding
    vector: Vectors
    tokens: Vectors
    rarity: Numbers
    telling: NDArray[np.bool_]

    @property
    def weights(self) -> Numbers:
        """Return the tokens' weights by rarity."""
        weights = self.rarity * np.where(self.telling, 1.0, STOP_WEIGHT)
        return np.asarray(weights / max(weights.sum(), 1e-9))

    @property
    def shares(self) -> Numbers:
        """Return the tokens' weights half by rarity and half all alike, as sentences are compared."""
        return (self.weights + 1 / len(self.rarity)) / 2

    def word(self, token: int) -> str:
        """Return the word that a token belongs to."""
        return _around(WORD, self.text, *self.embedding.spans[token].tolist())


WORD = re.compile(r"\w+")
CONTRACTION = re.compile(r"\w+(?:['’]\w+)*")


def telling(text: str, embedding: Embedding) -> NDArray[np.bool_]:
    """Return which tokens of a query say what it is about; if none does, all of them.

    A token counts as its whole word does: of "rebase", "re" is telling; of "won't", "won" is not.
    """
    marks = np.array([_is_telling(text, *span) for span in embedding.spans.tolist()], bool)
    return marks if marks.any() else np.ones(len(marks), bool)


def _is_telling(text: str, start: int, end: int) -> bool:
    whole = re.sub("['’]", "", _around(CONTRACTION, text, start, end))
    asks = not STOP_WORDS.isdisjoint((whole.lower(), _around(WORD, text, start, end).lower()))
    return any(c.isalnum() for c in text[start:end]) and not asks


def _around(pattern: re.Pattern[str], text: str, start: int, end: int) -> str:
    """Return the match in whose midst a token stands, or the token itself if there is none."""
    found = (match for match in pattern.finditer(text) if match.start() <= start and end <= match.end())
    return next((match[0] for match in found), text[start:end])


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for each of n candidates; rows are in the order of ``rows``.

    ``signals`` is (n, len(SIGNALS)); ``similarity`` (n,) the cosine of query and passage; ``texts``
    (n,) numbers passages of the same text alike, whatever their headings;
    ``matches`` (m, n) is the highest similarity of each of the query's m tokens in each passage, and
    ``by_run`` (m, runs) that in each run of ``tokens``; ``own_ids`` are the tokens of each passage below
    its headings.
    """

    rows: tuple[CandidateRow, ...]
    signals: Numbers
    similarity: Numbers
    texts: NDArray[np.int64]
    matches: Numbers
    tokens: Tokens
    by_run: Vectors
    own_ids: list[Ids]

    def sentences(self, candidate: int) -> tuple[NDArray[np.uint8], Vectors]:
        """Return the numbers of a candidate's sentences, and their columns of ``by_run``."""
        runs = slice(*np.searchsorted(self.tokens.runs, self.tokens.starts[candidate : candidate + 2]))
        numbers = self.tokens.sentences[self.tokens.runs[runs]]
        own = numbers != HEADING
        return numbers[own], self.by_run[:, runs][:, own]


def weigh(
    query: Query,
    rows: list[CandidateRow],
    *,
    lexical: dict[int, float],
    rarity: Numbers,
) -> Evidence:
    """Compare a query with at least one candidate, token by token; ``rarity`` is by token id."""
    tokens = unpack([row.tokens for row in rows])
    compared = tokens.similarity(np.vstack((query.tokens, query.vector)))
    similar, along = compared[:-1], compared[-1]
    runs = tokens.runs
    by_run = np.maximum.reduceat(similar, runs, axis=1)
    firsts = np.searchsorted(runs, tokens.starts[:-1])
    matches = np.maximum.reduceat(by_run, firsts, axis=1).astype(np.float64)
    rare = rarity[np.minimum(tokens.ids, len(rarity) - 1)]
    focus = np.add.reduceat(similar.max(axis=0) * rare, runs) / np.maximum(np.add.reduceat(rare, runs), 1e-9)
    likeness = np.add.reduceat(along, runs) / np.maximum(tokens.lengths, 1e-12)
    # Headings are no sentences: neither do they answer, nor is anything of them marked.
    own = tokens.sentences[runs] != HEADING
    owners = np.searchsorted(firsts, np.flatnonzero(own), side="right") - 1
    having, starts = np.unique(owners, return_index=True)
    best, nearest = np.zeros(len(rows)), np.zeros(len(rows))
    if len(having):
        nearest[having] = np.maximum.reduceat(likeness[own], starts)
        order = np.lexsort((-(query.shares @ by_run[:, own]), owners))
        best[having] = focus[own][order[starts]]
    signals = np.column_stack(
        (
            matches.mean(axis=0),
            query.weights @ matches,
            [lexical.get(row.id, 0.0) for row in rows],
            nearest,
            best,
            tokens.code,
            _coverage(query, tokens),
            _pairs(query, tokens),
        )
    )
    vectors = np.frombuffer(b"".join(row.vector for row in rows), np.float32).reshape(len(rows), -1)
    own_ids = tokens.own_ids()
    return Evidence(
        rows=tuple(rows),
        signals=signals,
        similarity=(vectors @ query.embedding.vector).astype(np.float64),
        texts=_numbered(own_ids),
        matches=matches,
        tokens=tokens,
        by_run=by_run,
        own_ids=own_ids,
    )


def fused(evidence: Evidence) -> Numbers:
    """Return one score per candidate: its signals, in standard deviations above the others, weighed."""
    return np.asarray(standardised(evidence.signals) @ _vector("fusion", SIGNALS))


def first_stage(evidence: Evidence) -> Numbers:
    """Return one score per candidate without late interaction: what found it, fused evenly.

    It is the mean of passage vectors' cosine, words and nearest sentence, each in standard
    deviations above the other candidates.
    """
    words, sentence = (evidence.signals[:, SIGNALS.index(name)] for name in ("words", "sentence"))
    lanes = standardised(np.column_stack((evidence.similarity, words, sentence)))
    return np.asarray(lanes.mean(axis=1))


def standardised(columns: Numbers) -> Numbers:
    """Return each column less its mean, in its own standard deviations."""
    return np.asarray((columns - columns.mean(axis=0)) / (columns.std(axis=0) + 1e-6))


CUES = (
    "tokens", "rare tokens", "sentence", "coverage", "similarity", "unmatched", "share", "other words",
    "asks", "chats", "size",
)  # fmt: skip
"""What the confidence is made of, for one candidate, in the order of the columns of ``cues``:

- tokens to coverage: the signals of that name, as they are; similarity: the cosine of query and passage
- unmatched: the share of the query's rarity in tokens that nothing in the passage comes near to
- share: the logarithm of the odds, by the fused scores alone, that it is right and no other candidate
- other words: the logarithm of how many of the query's tokens say nothing of what it is about
- asks: whether the message has the form of a question or a search
- chats: how near the message is to the chatter of a busy channel, cosine
- size: the logarithm of how many passages were read: among more, more come close
"""

LONGEST_ODDS = 6.0
"""The share of a candidate that has no rival. Between 3 and 9 it made no difference to speak of."""

NEAR = 0.55
"""A token is matched from this cosine on; those of unrelated words seldom reach it."""

ASKING = frozenset(
    """how what when where which who whom whose why can could do does did is are was were will would should
    may must has have any anyone explain show list define tell meaning difference""".split()
)


def cues(query: Query, evidence: Evidence, scores: Numbers, *, chats: float, size: int) -> Numbers:
    """Return (n, len(CUES)): what tells how likely each candidate answers.

    ``scores`` are fused; ``chats`` is the query's nearness to chatter, ``size`` how many passages
    the asker's audience has.
    """
    words = query.text.lower().split()
    asks = float("?" in query.text or bool(words and ASKING & set(words[:3])))
    one = np.ones(len(scores))
    return np.column_stack(
        (
            *(evidence.signals[:, SIGNALS.index(name)] for name in CUES[:4]),
            evidence.similarity,
            query.weights @ (evidence.matches < NEAR),
            _share(scores, evidence.texts),
            one * np.log1p((~query.telling).sum()),
            one * asks,
            one * chats,
            one * np.log(size),
        )
    )


def _share(scores: Numbers, texts: NDArray[np.int64]) -> Numbers:
    """Return the logarithm of each score's odds in the softmax that the fusion was learned by.

    The same text elsewhere is no rival: of each text, the best score counts.
    """
    powers = np.exp(scores - scores.max())
    best = np.zeros(int(texts.max()) + 1)
    np.maximum.at(best, texts, powers)
    others = np.maximum(best.sum() - best[texts], np.finfo(float).tiny)
    odds = np.maximum(powers, np.finfo(float).tiny) / others
    return np.asarray(np.clip(np.log(odds), -LONGEST_ODDS, LONGEST_ODDS))


ANSWERABLE = tuple(name for name in CUES if name not in ("coverage", "share", "size"))
"""The cues that tell whether what was read answers the query at all."""

RIGHT = ("tokens", "coverage", "unmatched", "share", "size")
"""The cues that tell, when something answers, whether this candidate does."""


def confidences(cues: Numbers) -> Numbers:
    """Return the probability, 0 to 1, that each candidate answers.

    It is the product of two: that what was read answers this at all, and that this is the passage.
    """
    return np.asarray(_probability("answerable", ANSWERABLE, cues) * _probability("right", RIGHT, cues))


def learned_with() -> str:
    """Return the id of the embedder that the weights were learned with.

    The cosines of another lie elsewhere, and with them its confidence.
    """
    return str(_model()["embedder"])


def chosen(cues: Numbers, names: tuple[str, ...]) -> Numbers:
    """Return some of the columns of ``cues``."""
    return np.asarray(cues[:, [CUES.index(name) for name in names]])


def _probability(model: str, names: tuple[str, ...], cues: Numbers) -> Numbers:
    evidence = _model()[model]["intercept"] + chosen(cues, names) @ _vector(model, names)
    return np.asarray(1 / (1 + np.exp(-evidence)))


def _vector(model: str, names: tuple[str, ...]) -> Numbers:
    weights = _model()[model]["weights"]
    return np.array([weights[name] for name in names])


@cache
def _model() -> dict[str, Any]:
    model: dict[str, Any] = json.loads((files("index") / "ranking.json").read_text(encoding="utf-8"))
    return model


def _numbered(texts: list[Ids]) -> NDArray[np.int64]:
    """Return one number for each text, the same for those with the same tokens."""
    numbers: dict[bytes, int] = {}
    return np.array([numbers.setdefault(ids.tobytes(), len(numbers)) for ids in texts])


def _coverage(query: Query, tokens: Tokens) -> Numbers:
    ids, first = np.unique(query.embedding.ids[query.telling], return_index=True)
    rarity = query.rarity[query.telling][first]
    held = _held(tokens.ids.astype(np.int64), ids.astype(np.int64), tokens.starts)
    return np.asarray(held @ rarity / max(rarity.sum(), 1e-9))


def _pairs(query: Query, tokens: Tokens) -> Numbers:
    wanted = np.unique(_neighbours(query.embedding.ids)[query.telling[:-1] | query.telling[1:]])
    found = _neighbours(tokens.ids)
    found[tokens.starts[1:-1] - 1] = -1  # the last token of one passage is no neighbour of the next's first
    return np.asarray(_held(found, wanted, tokens.starts).sum(axis=1) / max(len(wanted), 1))


def _neighbours(ids: Ids) -> NDArray[np.int64]:
    """Return one number for each token and the one behind it."""
    return (ids[:-1].astype(np.int64) << 32) | ids[1:]


def _held(
    found: NDArray[np.int64], wanted: NDArray[np.int64], starts: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return (passages, wanted): which of the sorted ``wanted`` stand in which passage."""
    held = np.zeros((len(starts) - 1, len(wanted)), bool)
    if len(wanted):
        number = np.minimum(np.searchsorted(wanted, found), len(wanted) - 1)
        places = np.flatnonzero(wanted[number] == found)
        held[np.searchsorted(starts, places, side="right") - 1, number[places]] = True
    return held
