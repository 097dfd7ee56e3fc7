"""Who looks at a screen is told which topics have changed, never what: each reader fetches anew what it shows.

Topics: "phone:<id>" (one person's screen), "chat:<chat>" (a shared timeline), "world", "clock", "calendar", "wire",
"faults", "transcript".
"""

import asyncio


class Reader:
    """One open page. Topics gather in a set until the page takes them, so a slow page costs nobody anything."""

    def __init__(self) -> None:
        self._topics: set[str] = set()
        self._stirred = asyncio.Event()
        self.ended = False

    def tell(self, topic: str) -> None:
        self._topics.add(topic)
        self._stirred.set()

    def end(self) -> None:
        self.ended = True
        self._stirred.set()

    async def wait(self, seconds: float) -> bool:
        """True as soon as there is something to take, or the end; False after `seconds` of neither."""
        try:
            async with asyncio.timeout(seconds):
                await self._stirred.wait()
        except TimeoutError:
            return False
        return True

    def take(self) -> list[str]:
        """Every topic told since the last take."""
        topics, self._topics = sorted(self._topics), set()
        if not self.ended:
            self._stirred.clear()
        return topics


class Changes:
    """Everybody who listens. Telling is cheap, and free without readers."""

    def __init__(self) -> None:
        self._readers: set[Reader] = set()
        self.ended = False

    @property
    def listened(self) -> bool:
        return bool(self._readers)

    def tell(self, *topics: str) -> None:
        for reader in self._readers:
            for topic in topics:
                reader.tell(topic)

    def open(self) -> Reader:
        """A new reader; give it back with `close`."""
        reader = Reader()
        self._readers.add(reader)
        if self.ended:
            reader.end()
        return reader

    def close(self, reader: Reader) -> None:
        self._readers.discard(reader)

    def end(self) -> None:
        """The server shuts down: every open stream comes to its end."""
        self.ended = True
        for reader in self._readers:
            reader.end()
