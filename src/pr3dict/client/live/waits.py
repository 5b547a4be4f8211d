"""Waits that end when their client does: nobody waits for what a `disconnect` has taken away."""

import asyncio
from collections.abc import Awaitable
from functools import partial

from pr3dict.engine.consumers import call_soon
from pr3dict.model.errors import FeedError


class Waits:
    """Who waits within one client. Waited on any loop, ended from any thread."""

    def __init__(self) -> None:
        self.ends = 0
        """How often the client was ended."""
        self._scopes: dict[asyncio.Timeout, asyncio.AbstractEventLoop] = {}

    async def run(self, what: Awaitable[object]) -> None:
        """Await this; return early where `end` comes first, whatever that makes of it."""
        ends = self.ends
        scope = asyncio.timeout(None)
        self._scopes[scope] = asyncio.get_running_loop()
        try:
            async with scope:
                await what
        except (TimeoutError, FeedError):
            if self.ends == ends:
                raise
        finally:
            del self._scopes[scope]

    def end(self) -> None:
        """Let everyone who waits return."""
        self.ends += 1
        for scope, loop in list(self._scopes.items()):
            call_soon(loop, partial(self._give_up, scope, loop))

    def _give_up(self, scope: asyncio.Timeout, loop: asyncio.AbstractEventLoop) -> None:
        if scope in self._scopes:  # it may have returned by itself
            scope.reschedule(loop.time())
