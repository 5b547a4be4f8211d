"""Where the streams of one client meet."""

from pr3dict.app.events import LinkChanged
from pr3dict.client.live.hub import ConnectionStatus, Ear, Heard, Hub, StatusChanged
from pr3dict.engine.mailbox import EventMailbox
from pr3dict.model.events import ControlReceived, Trade
from pr3dict.model.links import LinkStatus, Phase
from pr3dict.model.records import Kind
from pr3dict.venues.polymarket.live.types import Message


def hub_of(*links):
    hub = Hub(lambda event: [event] if isinstance(event, Message) else [])
    hub.links = lambda: list(links)
    messages, others = EventMailbox(list), EventMailbox(list)
    hub.listen([messages], [others])
    return hub, messages, others


def taken(box):
    return [box.take() for _ in range(len(box))]


def changed(link, phase):
    link.phase = phase
    return [LinkChanged(link.link, phase, "", 0)]


def test_messages_and_all_else_go_apart():
    hub, messages, others = hub_of()
    said = Message(topic="t", type="y", timestamp=1, payload={})
    control = ControlReceived(1, "hm", 0)
    hub.hear([said, control, Trade("1", "m", 1, 1, "BUY", 0, 0, "")])
    assert [said] == taken(messages)
    assert [StatusChanged(ConnectionStatus.CONNECTING), control] == taken(others)


def test_it_is_connected_when_every_link_is_open():
    first, second = LinkStatus(1, "a"), LinkStatus(2, "b")
    hub, _, others = hub_of(first, second)
    second.phase = Phase.CONNECTING
    hub.hear(changed(first, Phase.OPEN))
    assert "CONNECTING" == hub.status.name
    hub.hear(changed(second, Phase.OPEN))
    assert "CONNECTED" == hub.status.name
    hub.hear(changed(first, Phase.WAITING))
    assert "DISCONNECTED" == hub.status.name
    assert hub.lost
    hub.hear(changed(first, Phase.CONNECTING))
    hub.hear(changed(first, Phase.OPEN))
    assert ["CONNECTING", "CONNECTED", "DISCONNECTED", "CONNECTING", "CONNECTED"] == [
        event.status.name for event in taken(others)
    ]


def test_a_link_that_is_wanted_no_more_is_not_missed():
    first, second = LinkStatus(1, "a"), LinkStatus(2, "b")
    hub, _, _ = hub_of(first, second)
    second.phase = Phase.IDLE
    hub.hear(changed(first, Phase.OPEN))
    assert ConnectionStatus.CONNECTED is hub.status


def test_after_the_end_nothing_is_taken():
    link = LinkStatus(1, "a")
    hub, messages, others = hub_of(link)
    hub.close()
    assert ConnectionStatus.DISCONNECTED is hub.status
    taken(others)
    hub.hear([Message(topic="t", type="y", timestamp=1, payload={})])
    hub.hear(changed(link, Phase.OPEN))
    assert [] == taken(messages) == taken(others)
    assert ConnectionStatus.DISCONNECTED is hub.status


def test_an_ear_hears_what_was_received():
    heard = []
    ear = Ear(heard.extend)
    ear.append(Kind.OUT, 1, 5, b"ours")
    ear.append(Kind.IN, 1, 6, b"theirs")
    assert [Heard(b"theirs", 6)] == heard
