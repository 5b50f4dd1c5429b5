"""The examples in the documentation work as they stand there."""

import re
from pathlib import Path

import pytest

from bot import registry

EXTENDING = (Path(__file__).parents[2] / "docs" / "extending.md").read_text("utf-8")
EXAMPLES = {
    section.splitlines()[0]: example
    for section in EXTENDING.split("\n## ")[1:]
    for example in re.findall(r"```python\n(.*?)```", section, re.DOTALL)
}


@pytest.mark.parametrize("section", EXAMPLES)
def test_an_example_runs(section: str) -> None:
    exec(compile(EXAMPLES[section], section, "exec"), {"__name__": "example"})


def test_each_kind_of_part_has_its_example() -> None:
    assert ["A file format", "A kind of source", "A chat platform"] == list(EXAMPLES)


@pytest.mark.parametrize("name", ["READERS", "SOURCES", "EMBEDDER", "RERANKER", "ADAPTERS"])
def test_the_registry_has_what_the_table_names(name: str) -> None:
    assert f"`{name}`" in EXTENDING
    assert hasattr(registry, name)
