"""world.toml: the people and groups to begin with. Nothing here sends a callback; the bot finds them by its own reads.

[[departments]]  id, name, parentid
[[members]]      userid, name, department_ids
[[learners]]     external_userid, name, unionid
[[groups]]       chat_id, name, owner, members = ["wm…"]
[[follows]]      external_userid, userid, state
"""

import tomllib
from pathlib import Path

from sandbox.people import contacts, staff
from sandbox.stage import Stage
from sandbox.world import GroupPerson


def load_world(stage: Stage, path: Path) -> None:
    """Put the file's people into the world; KeyError or ValueError for a file that makes no sense."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    for row in tables.get("departments", []):
        staff.new_department(stage, row["id"], row["name"], row.get("parentid", 1))
    for row in tables.get("members", []):
        staff.put_member(stage, row["userid"], row["name"], row.get("department_ids", []))
    for row in tables.get("learners", []):
        contacts.new_learner(stage, row.get("external_userid", ""), row["name"], row.get("unionid", ""))
    for row in tables.get("groups", []):
        group = stage.world.add_group(row["chat_id"], row["name"], stage.world.members[row["owner"]].userid)
        for who in row.get("members", []):
            kind = 2 if who in stage.world.learners else 1
            group.people[who] = GroupPerson(who, kind, stage.clock.seconds(), 3)
    for row in tables.get("follows", []):
        learner = stage.world.learners[row["external_userid"]]
        member = stage.world.members[row["userid"]]
        stage.world.add_follow(member.userid, learner.external_userid, row.get("state", ""), half=False)
