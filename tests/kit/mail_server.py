"""A real server that takes mail, on loopback."""

import asyncio
import threading
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP


@contextmanager
def taking_mail(handler, ssl=None, **how):
    """Give the port of a server that hands its mail to a handler, as aiosmtpd has one."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    made = []

    async def begin():
        made.append(
            await loop.create_server(lambda: SMTP(handler, loop=loop, **how), "127.0.0.1", 0, ssl=ssl)
        )
        ready.set()

    async def end():
        made[0].close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    loop.create_task(begin())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        assert ready.wait(30)
        yield made[0].sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
