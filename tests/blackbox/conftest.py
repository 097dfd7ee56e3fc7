"""Black-box fixtures: one migrated template database a session, one fake and one house a module."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.blackbox.camps import STAFF
from tests.blackbox.fake import Fake
from tests.blackbox.house import MORE, House

Build = Callable[..., House]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly migrated, empty database file."""
    house = House(tmp_path_factory.mktemp("template"), Fake())
    house.migrate()
    return house.folder / "camp.db"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Build]:
    """`build(camp_toml)` gives a running house with a fake of its own; `start=False` leaves it off."""
    made: list[House] = []
    applied: dict[str, Path] = {}  # one `apply` per text and module

    def make(text: str | None, start: bool = True, more: str = MORE, mode: str = "full", wait: bool = True) -> House:
        fake = Fake(mode=mode).start()
        fake.members = {userid: name for userid, (name, _) in STAFF.items()} | {"guest": "路人"}
        fake.groups = {
            g: {"name": g, "owner": o, "people": [], "version": "v0"} for g, o in (("wrGroupA", "lin"), ("wrGroupB", "he"))
        }
        house = House(tmp_path_factory.mktemp("house"), fake, more)
        made.append(house)
        house.migrate(applied.get(text or "", template))
        if text is not None and text not in applied:
            done = house.apply(text)
            assert done.returncode == 0, done.stdout + done.stderr
            copy = tmp_path_factory.mktemp("applied")
            for file in house.folder.glob("camp.db*"):
                shutil.copy(file, copy / file.name)
            applied[text] = copy / "camp.db"
        if start:
            house.start(wait)
        return house

    yield make
    for house in made:
        house.kill()
        house.fake.stop()
