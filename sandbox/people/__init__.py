"""What people do: learners and members act, the world changes, and the bot hears of it by callback.

Every function takes the stage and plain values, and raises `Impossible` for what no person could do.
"""


class Impossible(Exception):
    """Nobody could have done that: unknown person, dead button, not in the group."""
