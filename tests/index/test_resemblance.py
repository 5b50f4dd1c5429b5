"""Texts that say the same are told from those that only sound alike."""

from index.resemblance import resemble, shingles

TEXT = "The option --all stages every file that Git knows, but no file that is new to it. " * 3


def alike(first: str, second: str) -> bool:
    return resemble(shingles(first), shingles(second))


def test_case_and_marks_make_no_difference() -> None:
    assert alike(TEXT, TEXT.upper().replace(",", ";"))


def test_one_changed_word_in_many_makes_no_difference() -> None:
    assert alike(f"{TEXT} It needs Git 2.40.", f"{TEXT} It needs Git 2.41.")


def test_another_number_makes_a_short_text_another() -> None:
    assert not alike("Boil it for four minutes.", "Boil it for five minutes.")


def test_texts_of_a_word_or_two_are_compared_whole() -> None:
    assert alike("Green tea", "green tea")
    assert not alike("Green tea", "Black tea")
    assert not alike("", "Black tea")
