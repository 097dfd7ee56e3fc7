"""`python -m bot` is the same as `wecamp`."""

from bot.cli import main

main()
