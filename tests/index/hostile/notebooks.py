"""Notebooks that are nested too deeply, or print without end."""

import json

from tests.fakes.documents import markdown_cell, notebook
from tests.index.hostile.making import Traps

NOTEBOOKS: Traps = {
    "JSON 100,000 deep": ("ipynb", lambda: b"[" * 100_000),
    "a number of a million digits": (
        "ipynb",
        lambda: b'{"cells": [], "nbformat": ' + b"9" * 1_000_000 + b"}",
    ),
    "a notebook of cells in cells": (
        "ipynb",
        lambda: json.dumps({"cells": [{"cell_type": "markdown", "source": [[["tea"]]]}]}).encode(),
    ),
    "a notebook's output 20,000 deep": (
        "ipynb",
        lambda: b'{"nbformat": 4, "cells": ' + b'[{"a": ' * 20_000 + b"1" + b"}]" * 20_000 + b"}",
    ),
    "8 MB that a cell printed": (
        "ipynb",
        lambda: notebook(
            {"cell_type": "code", "source": "tea()", "outputs": [{"text": "\x1b[1m tea " * 800_000}]}
        ),
    ),
    "a cell of 100,000 lines of a space": (
        "ipynb",
        lambda: notebook({"cell_type": "code", "source": " \n" * 100_000 + "tea", "outputs": []}),
    ),
    "10,000 cells": ("ipynb", lambda: notebook(*[markdown_cell("# tea")] * 10_000)),
}
