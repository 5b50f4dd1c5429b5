"""On what, and when, something was measured."""

import os
import platform
from datetime import date


def circumstances() -> str:
    """Return the machine and the date, as a line below a table."""
    machine = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} processors"
    return f"{machine}, Python {platform.python_version()}, {date.today().isoformat()}"
