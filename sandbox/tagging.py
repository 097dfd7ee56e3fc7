"""Corp tags change, by the API or in the console, and the bot hears of it (docs 92117, 92277).

Our choice: a new group is told before its tags, and the group that went with its last tag after it. Deleting a group tells of
no single tag (sheet 6.9).
"""

from sandbox import notices
from sandbox.stage import Stage
from sandbox.world import Tag, TagGroup

TAG, GROUP = "tag", "tag_group"


def add(stage: Stage, group: TagGroup, tags: list[Tag]) -> None:
    """Put new tags into a group, which may be new itself."""
    if group.id not in stage.world.tag_groups:
        stage.world.tag_groups[group.id] = group
        notices.of_tag(stage, "create", group.id, GROUP)
    group.tags += tags
    for tag in tags:
        notices.of_tag(stage, "create", tag.id, TAG)


def edit(stage: Stage, group: TagGroup, tag: Tag | None, name: str, order: int) -> None:
    """Rename or reorder one tag, or the group when `tag` is None."""
    one = tag or group
    one.name, one.order = name or one.name, order
    notices.of_tag(stage, "update", one.id, GROUP if tag is None else TAG)


def _unmark(stage: Stage, tags: list[Tag]) -> None:
    gone = {tag.id for tag in tags}
    for follow in stage.world.follows.values():
        if gone & set(follow.tag_ids):
            follow.tag_ids = [tag_id for tag_id in follow.tag_ids if tag_id not in gone]


def remove(stage: Stage, group: TagGroup, tag: Tag | None) -> None:
    """Take one tag, or the whole group when `tag` is None, from the corp and from every customer."""
    if group.id not in stage.world.tag_groups or (tag is not None and tag not in group.tags):
        return
    gone = group.tags if tag is None else [tag]
    _unmark(stage, gone)
    group.tags = [one for one in group.tags if one not in gone]
    if tag is not None:
        notices.of_tag(stage, "delete", tag.id, TAG)
    if not group.tags:
        del stage.world.tag_groups[group.id]
        notices.of_tag(stage, "delete", group.id, GROUP)


def shuffle(stage: Stage, group: TagGroup, tag_ids: list[str]) -> None:
    """The administrator drags the tags of a group into another order."""
    place = {tag_id: number for number, tag_id in enumerate(tag_ids)}
    group.tags.sort(key=lambda tag: place.get(tag.id, len(place)))
    for number, tag in enumerate(reversed(group.tags)):
        tag.order = number
    notices.of_tag(stage, "shuffle", group.id, GROUP)
