"""The API side: one file per family of endpoints; every module here that has a TABLE is found by itself.

`ENDPOINTS` is keyed by the path after /cgi-bin/; two families that claim one path are an error at import.
"""

import importlib
import pkgutil

from sandbox.api.wire import Table


def _gathered() -> Table:
    found: Table = {}
    for module in pkgutil.iter_modules(__path__):
        table: Table = getattr(importlib.import_module(f"{__name__}.{module.name}"), "TABLE", {})
        if clash := found.keys() & table.keys():
            raise ImportError(f"sandbox.api.{module.name} claims paths of another family: {', '.join(sorted(clash))}")
        found |= table
    return found


ENDPOINTS: Table = _gathered()
