"""Texts that say the same are told from those that only sound alike."""

from itertools import combinations

import numpy as np
import pytest

from index.resemblance import resemble, resembling, shingles

TEXT = "The option --all stages every file that Git knows, but no file that is new to it. " * 3


def alike(first: str, second: str) -> bool:
    return resemble(shingles(first), shingles(second))


def test_case_and_marks_make_no_difference() -> None:
    assert alike(TEXT, TEXT.upper().replace(",", ";"))


def test_one_changed_word_in_many_makes_no_difference() -> None:
    assert alike(f"{TEXT} It needs Git 2.40.", f"{TEXT} It needs Git 2.41.")


def test_another_number_makes_a_short_text_another() -> None:
    assert not alike("Boil it for four minutes.", "Boil it for five minutes.")


@pytest.mark.parametrize(("length", "changed", "is_alike"), [(120, 1, True), (40, 1, False), (120, 4, False)])
def test_tokens_are_compared_by_triples_too(length: int, changed: int, is_alike: bool) -> None:
    one = np.arange(length, dtype=np.int32)
    other = one.copy()
    other[length // 9 :: length // changed] += 1_000
    assert [[True, is_alike], [is_alike, True]] == resembling([one, other]).tolist()


def test_tokens_without_a_triple_are_compared_whole() -> None:
    texts = [np.array(ids, np.int32) for ids in ([], [], [0], [1], [1], [1, 0])]
    assert [(0, 1), (3, 4)] == [pair for pair in combinations(range(6), 2) if resembling(texts)[pair]]


def test_texts_of_a_word_or_two_are_compared_whole() -> None:
    assert alike("Green tea", "green tea")
    assert not alike("Green tea", "Black tea")
    assert not alike("", "Black tea")
