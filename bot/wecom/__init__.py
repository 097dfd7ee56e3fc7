"""All that knows WeCom's wire: envelopes, event XML, error codes, tokens, the HTTP client, rate limits and the roads.

Inside: bytes and JSON exactly as the vendor sends them. Outside: facts, intents and `Answer`. Nothing here decides business.
May be imported from here: the standard library, aiohttp, wechatpy (`envelope.py` only) and `storage.inbox` (`inbound.py` only).
Numbers in docstrings such as [D 90968] are pages of developer.work.weixin.qq.com; UNCONFIRMED means not yet seen live.
"""
