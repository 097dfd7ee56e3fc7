"""The story: a whole training camp played by people on the look-alike, against whatever bot answers there.

It knows the control API, the ingest door of DESIGN section 9, and the bot's command line, as an operator and twenty-four
learners would; it never imports the house. What people expect is written down beside what they do, and whatever did not
come true is named at the end.
"""
