"""The API side: one file per family of endpoints, gathered into one table keyed by the path after /cgi-bin/."""

from sandbox.api import (
    access,
    contacts,
    directory,
    groups,
    kf_pull,
    kf_send,
    kf_session,
    messages,
    robots,
    tags,
    ways,
    welcome,
)
from sandbox.api.wire import Table

ENDPOINTS: Table = {
    path: endpoint
    for family in (
        access,
        contacts,
        directory,
        groups,
        kf_pull,
        kf_send,
        kf_session,
        messages,
        robots,
        tags,
        ways,
        welcome,
    )
    for path, endpoint in family.TABLE.items()
}
