"""The intelligent robot (智能机器人, aibot) members talk to: 1:1, and in internal groups when they mention it (sheet section 8).

`robot` is its state, `callbacks` tells the bot what people did, by `socket` (long connection) or by `post` (URL mode);
`commands` and `uploads` are what the bot may say over the socket. What an answer may look like is the same in both modes
and stands in `sandbox.api.aibot`.

The long connection is at `/_aibot`; a websocket upgrade of any kind at `/` is taken for it too, for SDKs that are given a
host only. Doc numbers: 100719 messages, 101027 events, 101031 replies, 101032 cards, 101033 crypto, 101138 response_url,
101463 long connection.
"""
