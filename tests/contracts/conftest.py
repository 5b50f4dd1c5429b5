"""Each promise about searchers and libraries is put to the real ones and to the fakes."""

from pathlib import Path

import pytest

from tests.contracts import houses
from tests.contracts.houses import House


@pytest.fixture(params=[houses.fake, houses.real], ids=["fake", "real"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    built: House = request.param(tmp_path)
    return built
