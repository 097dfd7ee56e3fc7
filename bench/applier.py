"""`python -m bench.applier CONFIG`: the product's worker alone until nothing waits; prints facts, seconds, CPU seconds."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from bench.camp import apply_all
from bot.settings import load_settings
from storage.database import Database


async def _apply(folder: Path) -> dict[str, float]:
    settings = await asyncio.to_thread(load_settings, folder / "config.toml")
    database = Database(settings.storage.url)
    try:
        started, used = time.perf_counter(), time.process_time()
        facts = await apply_all(database, folder)
        return {"facts": facts, "seconds": time.perf_counter() - started, "cpu": time.process_time() - used}
    finally:
        await database.close()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_apply(Path(sys.argv[1]).parent))))
