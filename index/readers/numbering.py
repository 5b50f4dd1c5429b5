"""Numbers the items of lists as pages show them: 1, a, iv."""

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST_ROMAN = 3999
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def numeral(number: int, style: str) -> str:
    """Return a number in a style: loweralpha, upperalpha, lowerroman, upperroman, else in digits.

    >>> numeral(4, "lowerroman"), numeral(3, "upperalpha"), numeral(12, "arabic")
    ('iv', 'C', '12')
    """
    text = str(number)
    if style.endswith("alpha") and 1 <= number <= len(_LETTERS):
        text = _LETTERS[number - 1]
    elif style.endswith("roman") and 1 <= number <= _MOST_ROMAN:
        text = _roman(number)
    return text.upper() if style.startswith("upper") else text


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text
