"""A WeCom (企业微信) look-alike on loopback, so that a bot can be developed, tested and shown without a live corp.

It answers the API paths the bot uses with their real shapes, limits, windows and error codes, and sends really
encrypted callbacks with the real deadline and retry rule. People are played through `/_sandbox/…`: a learner adds a
teacher, writes to customer service, joins a group; a member writes to the app or presses a card's button.

It is a separate party: built from the documents alone, it shares no code with the house, so that a misreading of the
wire on one side cannot cancel itself out on the other. Document numbers in docstrings are those of
developer.work.weixin.qq.com; where no document settles a point, the docstring says "our choice".
"""
