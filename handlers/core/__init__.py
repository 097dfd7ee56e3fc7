"""handlers.core: the grammar of commands, the router, and the two desks that turn words into commands and replies."""
