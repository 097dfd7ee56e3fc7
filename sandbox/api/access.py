"""gettoken (doc 91039) and the address lists (doc 90930)."""

from dataclasses import replace

from sandbox.api.wire import Answer, Ask, Refusal, Table, get
from sandbox.stage import Stage


def give_token(stage: Stage, ask: Ask) -> Answer:
    if ask.query.get("corpid") != stage.config.corp_id:
        raise Refusal(40013, "invalid corpid")
    agent_id = stage.tokens.app_of_secret(ask.query.get("corpsecret", ""))
    if agent_id is None:
        raise Refusal(40001, "invalid credential")
    token, left_s = stage.tokens.give(agent_id)
    return {"access_token": token, "expires_in": left_s}


def list_addresses(stage: Stage, ask: Ask) -> Answer:
    return {"ip_list": ["127.0.0.1"]}


TABLE: Table = {
    "gettoken": replace(get(give_token), with_token=False),
    "getcallbackip": get(list_addresses),
    "get_api_domain_ip": get(list_addresses),
}
