"""What the groups of REST methods have in common."""

from tests.client.rest_kit import Told, always

from pr3dict.client.rest.base import RestMethods
from pr3dict.model.requests import Request


class Group(RestMethods):
    def __init__(self, rest):
        self._rest = rest

    async def numbers(self):
        request = Request(url="http://127.0.0.1/x", read=lambda body: tuple(body.split(b",")))
        return await self._rows(request, bytes)


async def test_what_comes_in_one_part_is_rows_of_its_kind():
    assert (b"1", b"2") == await Group(Told(always(b"1,2"))).numbers()
    assert bytes is (await Group(Told(always(b""))).numbers()).of
