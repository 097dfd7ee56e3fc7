"""kf: accounts and their servicers (docs 94662–94664, 94666–94668).

Our choices: a name over 16 characters is 40058; the ceilings of accounts (95005, 95027) are not played; a servicer who does
not exist is 60111 in result_list.
"""

from dataclasses import replace

from sandbox.api.kf_pull import account_of
from sandbox.api.media import media_named
from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Answer, Ask, Refusal, Table, get, post
from sandbox.desk import Account
from sandbox.stage import Stage

NAME_CHARACTERS = 16
MOST_SERVICERS = 500  # per account
RECEIVING, NOT_RECEIVING = 0, 1
UNKNOWN_MEMBER, UNKNOWN_DEPARTMENT = 60111, 60123


def list_accounts(stage: Stage, ask: Ask) -> Answer:
    limit, offset = ask.number("limit", 100, 1, 100), ask.number("offset", 0, 0, 2**31)
    accounts = stage.desk.living()[offset : offset + limit]
    return {
        "account_list": [
            {"open_kfid": account.open_kfid, "name": account.name, "avatar": account.avatar, "manage_privilege": True}
            for account in accounts
        ]
    }


def _avatar(stage: Stage, ask: Ask) -> str:
    """The url of the picture behind media_id."""
    return str(media_named(stage, ask.text("media_id"), "image").shown()["url"])


def add_account(stage: Stage, ask: Ask) -> Answer:
    ask.text("name")
    name, avatar = ask.optional_text("name", NAME_CHARACTERS), _avatar(stage, ask)
    account = stage.desk.add_account(stage.world.mint("wkSandbox"), name)
    account.avatar = avatar
    return {"open_kfid": account.open_kfid}


def update_account(stage: Stage, ask: Ask) -> Answer:
    account = account_of(stage, ask)
    if not (ask.has("name") or ask.has("media_id")):
        raise Refusal(EMPTY_PARAMETER, "name and media_id are empty")
    name = ask.optional_text("name", NAME_CHARACTERS)
    account.avatar = _avatar(stage, ask) if ask.has("media_id") else account.avatar
    account.name = name or account.name
    return {}


def delete_account(stage: Stage, ask: Ask) -> Answer:
    account_of(stage, ask).deleted = True
    return {}


def _named(ask: Ask) -> tuple[list[str], list[int]]:
    userids = ask.names("userid_list", 100)
    departments = ask.body.get("department_id_list") or []
    if not isinstance(departments, list) or not all(isinstance(number, int) for number in departments):
        raise Refusal(BAD_PARAMETER, "department_id_list must be a list of numbers")
    if not (userids or departments):
        raise Refusal(EMPTY_PARAMETER, "userid_list and department_id_list are empty")
    return userids, departments


def _own_list(stage: Stage, account: Account) -> list[str]:
    """The list of servicers the API changes from now on."""
    if account.servicers is None:
        account.servicers = []
    return account.servicers


def _result(name: str, value: str | int, errcode: int) -> Answer:
    return {name: value, "errcode": errcode, "errmsg": "ok" if errcode == 0 else "not found"}


def add_servicers(stage: Stage, ask: Ask) -> Answer:
    account = account_of(stage, ask)
    (userids, departments), results = _named(ask), []
    servicers = _own_list(stage, account)
    if len({*servicers, *userids}) > MOST_SERVICERS:
        raise Refusal(BAD_PARAMETER, f"more than {MOST_SERVICERS} servicers")
    for userid in userids:
        member = stage.world.active_member(userid)
        if member is not None and member.userid not in servicers:
            servicers.append(member.userid)
        results.append(_result("userid", userid, 0 if member is not None else UNKNOWN_MEMBER))
    for number in departments:
        known = number in stage.world.departments
        if known and number not in account.departments:
            account.departments.append(number)
        results.append(_result("department_id", number, 0 if known else UNKNOWN_DEPARTMENT))
    return {"result_list": results}


def delete_servicers(stage: Stage, ask: Ask) -> Answer:
    """From an account that everybody serves, whoever is not named stays."""
    account = account_of(stage, ask)
    (userids, departments), results = _named(ask), []
    before = stage.desk.servicers_of(account) if account.servicers is None else account.servicers
    account.servicers = [userid for userid in before if userid not in userids]
    results += [_result("userid", userid, 0 if userid in before else UNKNOWN_MEMBER) for userid in userids]
    for number in departments:
        results.append(_result("department_id", number, 0 if number in account.departments else UNKNOWN_DEPARTMENT))
    account.departments = [number for number in account.departments if number not in departments]
    return {"result_list": results}


def list_servicers(stage: Stage, ask: Ask) -> Answer:
    """status 0 receives, 1 does not; then stop_type 0 stopped, 1 suspended."""
    account = account_of(stage, ask)
    if account.servicers is None:
        named = stage.desk.servicers_of(account)
    else:
        named = [userid for userid in account.servicers if stage.world.active_member(userid) is not None]
    people = [
        {"userid": userid, "status": NOT_RECEIVING, "stop_type": account.stopped[userid]}
        if userid in account.stopped
        else {"userid": userid, "status": RECEIVING}
        for userid in named
    ]
    return {"servicer_list": [*people, *({"department_id": number} for number in account.departments)]}


TABLE: Table = {
    # SDKs use GET and POST alike (sheet 9.2).
    "kf/account/list": replace(post(list_accounts), methods=frozenset({"GET", "POST"})),
    "kf/account/add": post(add_account),
    "kf/account/update": post(update_account),
    "kf/account/del": post(delete_account),
    "kf/servicer/add": post(add_servicers),
    "kf/servicer/del": post(delete_servicers),
    "kf/servicer/list": get(list_servicers),
}
