"""The disk is full: a limit on the size of its files is laid upon the running process (EFBIG, which SQLite tells as an I/O
error). Later there is room again.
"""

from __future__ import annotations

import resource

import pytest

from tests.outages.installation import Installation, until

BEFORE, MEANWHILE, AFTERWARDS = range(100, 120), range(200, 240), range(300, 310)
FULL = "the disk is full or fails"


@pytest.mark.parametrize(("room", "log_has_room"), [(65_536, True), (0, False)], ids=["database", "database and log"])
async def test_a_full_disk_refuses_and_loses_nothing_and_goes_on_when_there_is_room(
    place: Installation, room: int, log_has_room: bool
) -> None:
    everybody = [*BEFORE, *MEANWHILE, *AFTERWARDS]
    await place.hire(everybody)
    process = await place.start()
    await place.insist(BEFORE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    for _ in range(2):
        assert set((await place.write_all(MEANWHILE)).values()) == {503}
        status, body = await place.readyz()
        assert (status, body["ready"], body["storage"], body["reason"]) == (503, False, False, FULL)
    assert process.returncode is None
    assert (FULL in place.log.read_text()) == log_has_room
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await until(place.is_ready, "ready again without a restart")
    await place.insist([*MEANWHILE, *AFTERWARDS])
    await place.adds_up(everybody)
    await place.leave(process)
