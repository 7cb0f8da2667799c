"""LiveKit's server SDK for Python (`livekit-api`, which speaks protobuf) against the server.

A program makes a room, two native clients meet in it, and the program does with them whatever the SDK has a method for;
what each of it does is seen by the clients. Then the same program meets the rules of a meeting's room. Meanwhile the
SDK's own receiver takes the webhooks.

Usage: server_sdk.py SERVER_BINARY
"""

import asyncio
import sys
import time
import warnings
from typing import Any, Awaitable, Callable, Optional

import aiohttp
import numpy as np
from aiohttp import web
from jwt.warnings import InsecureKeyLengthWarning
from livekit import api, rtc

from server import Server

KEY, SECRET = "devkey", "secret"
ROOM = "sdk"
MEETING = "tuyen-quang"
DEADLINE_S = 30.0
RATE = 48_000
FRAME = RATE // 100

# The development secret is short, and known to everybody.
warnings.filterwarnings("ignore", category=InsecureKeyLengthWarning)


def token(identity: str, room: str, **grants: Any) -> str:
    video = api.VideoGrants(room_join=True, room=room, **grants)
    return api.AccessToken(KEY, SECRET).with_identity(identity).with_grants(video).to_jwt()


class Hooks:
    """Takes webhooks, each checked by the SDK's receiver, and keeps them in their order."""

    def __init__(self) -> None:
        self.events: list[api.WebhookEvent] = []
        self.raw: list[tuple[str, str]] = []
        self.changed = asyncio.Condition()
        self.receiver = api.WebhookReceiver(api.TokenVerifier(KEY, SECRET))

    async def open(self) -> str:
        application = web.Application()
        application.router.add_post("/hook", self._take)
        self.runner = web.AppRunner(application)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}/hook"

    async def _take(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/webhook+json", request.content_type
        body, signature = await request.text(), request.headers["Authorization"]
        event = self.receiver.receive(body, signature)
        async with self.changed:
            self.events.append(event)
            self.raw.append((body, signature))
            self.changed.notify_all()
        return web.Response()

    async def until(self, what: str, wanted: Callable[[api.WebhookEvent], bool]) -> api.WebhookEvent:
        def found() -> Optional[api.WebhookEvent]:
            return next((event for event in self.events if wanted(event)), None)

        async with self.changed:
            try:
                await asyncio.wait_for(self.changed.wait_for(lambda: found() is not None), DEADLINE_S)
            except asyncio.TimeoutError:
                raise AssertionError(f"waited in vain for {what}; heard {self.story()}") from None
        return found()

    async def published(self, sid: str) -> api.WebhookEvent:
        return await self.until("a track", lambda event: event.event == "track_published" and event.track.sid == sid)

    def story(self, room: str = "") -> list[str]:
        """Who did what, in a line each."""
        mine = (event for event in self.events if not room or event.room.name == room)
        return [f"{event.event} {event.participant.identity}".strip() for event in mine]


class Guest:
    """A native client that keeps what happens to it."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.room = rtc.Room()
        self.happened: list[tuple[str, tuple]] = []
        self.changed = asyncio.Event()
        self.tasks: list[asyncio.Task] = []
        self.last_sound = 0.0
        for name in [
            "track_subscribed", "track_unpublished", "track_muted", "data_received", "disconnected",
            "room_metadata_changed", "participant_metadata_changed", "participant_name_changed",
            "participant_attributes_changed", "local_track_unpublished",
        ]:
            self.room.on(name, lambda *details, name=name: self._happens(name, details))

    def _happens(self, name: str, details: tuple) -> None:
        self.happened.append((name, details))
        self.changed.set()
        if name == "track_subscribed":
            self.tasks.append(asyncio.create_task(self._listen(details[0])))

    async def _listen(self, track: rtc.RemoteTrack) -> None:
        async for event in rtc.AudioStream(track, sample_rate=RATE, num_channels=1):
            if np.abs(np.frombuffer(event.frame.data, dtype=np.int16)).mean() > 1_000:
                self.last_sound = time.monotonic()

    async def hears(self, wanted: bool) -> None:
        """Waits until there is sound, or until there was none for a second."""
        end = time.monotonic() + DEADLINE_S
        while (time.monotonic() - self.last_sound < 1.0) != wanted:
            assert time.monotonic() < end, f"{self.identity} waited in vain for {'sound' if wanted else 'silence'}"
            await asyncio.sleep(0.05)

    async def join(self, url: str, room: str) -> None:
        await asyncio.wait_for(self.room.connect(url, token(self.identity, room)), DEADLINE_S)

    async def play(self) -> str:
        """Publishes a tone; returns the track's sid."""
        source = rtc.AudioSource(RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("tone", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        publication = await asyncio.wait_for(self.room.local_participant.publish_track(track, options), DEADLINE_S)
        self.tasks.append(asyncio.create_task(self._play(source)))
        return publication.sid

    async def _play(self, source: rtc.AudioSource) -> None:
        samples = (np.sin(2 * np.pi * 440 * np.arange(FRAME) / RATE) * 12_000).astype(np.int16)
        while True:
            await source.capture_frame(rtc.AudioFrame(samples.tobytes(), RATE, 1, FRAME))

    async def until(self, name: str, wanted: Callable[..., bool] = lambda *_: True) -> tuple:
        """Waits for something that happens from now on or has happened and was not waited for; it is taken."""
        end = time.monotonic() + DEADLINE_S
        while True:
            for entry in self.happened:
                if entry[0] == name and wanted(*entry[1]):
                    self.happened.remove(entry)
                    return entry[1]
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), end - time.monotonic())
            except asyncio.TimeoutError:
                heard = [entry[0] for entry in self.happened]
                raise AssertionError(f"{self.identity} waited in vain for {name}; heard {heard}") from None

    async def leave(self) -> None:
        for task in self.tasks:
            task.cancel()
        await self.room.disconnect()


async def refused(call: Awaitable, code: str) -> str:
    try:
        await call
    except api.TwirpError as error:
        assert error.code == code, error
        return error.message
    raise AssertionError(f"was not refused with {code}")


async def rooms(service: api.room_service.RoomService, hooks: Hooks) -> None:
    made = await service.create_room(
        api.CreateRoomRequest(name=ROOM, empty_timeout=90, departure_timeout=45, max_participants=2, metadata="first")
    )
    settings = (made.empty_timeout, made.departure_timeout, made.max_participants, made.metadata)
    assert settings == (90, 45, 2, "first"), made
    again = await service.create_room(api.CreateRoomRequest(name=ROOM, metadata="second"))
    assert (again.sid, again.metadata) == (made.sid, "first"), again
    listed = await service.list_rooms(api.ListRoomsRequest(names=[ROOM, "nowhere"]))
    assert [(room.name, room.sid) for room in listed.rooms] == [(ROOM, made.sid)], listed
    await service.create_room(api.CreateRoomRequest(name="other"))
    everything = await service.list_rooms(api.ListRoomsRequest())
    assert sorted(room.name for room in everything.rooms) == ["other", ROOM], everything
    await service.delete_room(api.DeleteRoomRequest(room="other"))
    assert len((await service.list_rooms(api.ListRoomsRequest())).rooms) == 1
    started = await hooks.until("the start of the room", lambda event: event.event == "room_started")
    assert (started.room.name, started.room.sid) == (ROOM, made.sid), started


async def participants(service: api.room_service.RoomService, an: Guest, bình: Guest, url: str, mic: str) -> None:
    listed = await service.list_participants(api.ListParticipantsRequest(room=ROOM))
    assert sorted(one.identity for one in listed.participants) == ["an", "bình"], listed
    one = await service.get_participant(api.RoomParticipantIdentity(room=ROOM, identity="an"))
    assert (one.sid, [track.sid for track in one.tracks]) == (an.room.local_participant.sid, [mic]), one
    assert one.state == api.ParticipantInfo.State.ACTIVE and not one.tracks[0].muted, one
    third = Guest("cúc")
    try:
        await third.join(url, ROOM)
        raise AssertionError("a third came into a room of two")
    except rtc.ConnectError:
        pass

    await service.update_room_metadata(api.UpdateRoomMetadataRequest(room=ROOM, metadata="later"))
    _, metadata = await bình.until("room_metadata_changed")
    assert metadata == "later", metadata
    update = api.UpdateParticipantRequest(
        room=ROOM, identity="an", name="An", metadata="m", attributes={"hand": "up"}
    )
    assert (await service.update_participant(update)).name == "An"
    await bình.until("participant_name_changed", lambda who, _old, new: (who.identity, new) == ("an", "An"))
    await bình.until("participant_metadata_changed", lambda who, _old, new: (who.identity, new) == ("an", "m"))
    await bình.until("participant_attributes_changed", lambda changed, _who: changed == {"hand": "up"})


async def messages(service: api.room_service.RoomService, an: Guest, bình: Guest) -> None:
    await service.send_data(api.SendDataRequest(room=ROOM, data="xin chào".encode(), topic="chat"))
    for guest in (an, bình):
        (packet,) = await guest.until("data_received")
        assert (packet.data.decode(), packet.topic, packet.participant) == ("xin chào", "chat", None), packet
    only = api.SendDataRequest(room=ROOM, data=b"1", destination_identities=["an"])
    await service.send_data(only)
    await service.send_data(api.SendDataRequest(room=ROOM, data=b"2"))
    assert (await an.until("data_received"))[0].data == b"1"
    assert (await bình.until("data_received"))[0].data == b"2", "the first one was not for it"


async def tracks(service: api.room_service.RoomService, hooks: Hooks, an: Guest, bình: Guest, mic: str) -> None:
    # The native client says nothing of a subscription that the server ends; what it plays tells.
    await bình.hears(True)
    subscription = api.UpdateSubscriptionsRequest(room=ROOM, identity="bình", track_sids=[mic], subscribe=False)
    await service.update_subscriptions(subscription)
    await bình.hears(False)
    subscription.subscribe = True
    await service.update_subscriptions(subscription)
    await bình.hears(True)

    mute = api.MuteRoomTrackRequest(room=ROOM, identity="an", track_sid=mic, muted=True)
    assert (await service.mute_published_track(mute)).track.muted
    await bình.until("track_muted", lambda who, publication: (who.identity, publication.sid) == ("an", mic))
    await an.until("track_muted")
    await bình.hears(False)
    unmute = api.MuteRoomTrackRequest(room=ROOM, identity="an", track_sid=mic, muted=False)
    await refused(service.mute_published_track(unmute), "failed_precondition")

    silence = api.ParticipantPermission(can_subscribe=True, can_publish=False, can_publish_data=True)
    update = api.UpdateParticipantRequest(room=ROOM, identity="an", permission=silence)
    assert not (await service.update_participant(update)).permission.can_publish
    await bình.until("track_unpublished")
    unpublished = await hooks.until("the end of the track", lambda event: event.event == "track_unpublished")
    assert (unpublished.track.sid, unpublished.participant.identity) == (mic, "an"), unpublished


async def endings(service: api.room_service.RoomService, hooks: Hooks, an: Guest, bình: Guest) -> None:
    await service.remove_participant(api.RoomParticipantIdentity(room=ROOM, identity="bình"))
    (reason,) = await bình.until("disconnected")
    assert reason == rtc.DisconnectReason.PARTICIPANT_REMOVED, reason
    left = await hooks.until("the removal", lambda event: event.event == "participant_left")
    assert left.participant.disconnect_reason == rtc.DisconnectReason.PARTICIPANT_REMOVED, left

    await service.delete_room(api.DeleteRoomRequest(room=ROOM))
    (reason,) = await an.until("disconnected")
    assert reason == rtc.DisconnectReason.ROOM_DELETED, reason
    await hooks.until("the end", lambda event: event.event == "room_finished" and event.room.name == ROOM)
    assert hooks.story(ROOM) == [
        "room_started",
        "participant_joined an",
        "track_published an",
        "participant_joined bình",
        "track_unpublished an",
        "participant_left bình",
        "participant_left an",
        "room_finished",
    ], hooks.story(ROOM)
    assert len({event.id for event in hooks.events}) == len(hooks.events), "an event came twice"


async def errors(url: str, service: api.room_service.RoomService) -> None:
    nobody = api.RoomParticipantIdentity(room=ROOM, identity="nobody")
    await refused(service.get_participant(nobody), "not_found")
    await refused(service.remove_participant(nobody), "not_found")
    await refused(service.delete_room(api.DeleteRoomRequest(room=ROOM)), "not_found")
    await refused(service.create_room(api.CreateRoomRequest()), "invalid_argument")
    move = api.MoveParticipantRequest(room=ROOM, identity="an", destination_room="other")
    await refused(service.move_participant(move), "unimplemented")
    async with api.LiveKitAPI(url, KEY, "another secret of thirty-two characters") as stranger:
        await refused(stranger.room.list_rooms(api.ListRoomsRequest()), "unauthenticated")
    async with api.LiveKitAPI(url, token=token("an", ROOM)) as guest:
        await refused(guest.room.list_rooms(api.ListRoomsRequest()), "permission_denied")


async def command(url: str, token: str, body: dict) -> None:
    """Asks something of the sample meeting, over the server's own interface."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        async with session.post(f"{url}/api/v1/meetings/{MEETING}/commands", json=body) as answer:
            assert answer.status == 200, await answer.text()


async def meeting(url: str, service: api.room_service.RoomService, hooks: Hooks, server: str) -> None:
    """The sample meeting: a point whose microphone is there though it has not the floor, and the hub that presides."""
    point = Guest("point:071")
    await point.join(server, MEETING)
    mic = await point.play()
    await hooks.published(mic)
    await refused(service.create_room(api.CreateRoomRequest(name=MEETING)), "failed_precondition")
    told = await refused(service.delete_room(api.DeleteRoomRequest(room=MEETING)), "failed_precondition")
    assert "close" in told, told
    update = api.UpdateParticipantRequest(room=MEETING, identity="point:071", name="Another")
    await refused(service.update_participant(update), "failed_precondition")
    await refused(service.send_data(api.SendDataRequest(room=MEETING, data=b"x")), "failed_precondition")
    listed = await service.list_participants(api.ListParticipantsRequest(room=MEETING))
    assert [one.identity for one in listed.participants] == ["point:071"], listed

    # No seat, no say; a token that has one acts for it, as far as the meeting's rules let it.
    remove = api.RoomParticipantIdentity(room=MEETING, identity="point:071")
    await refused(service.remove_participant(remove), "permission_denied")
    hub = Guest("hub")
    await hub.join(server, MEETING)
    own = await hub.play()
    await hooks.published(own)
    mute = api.MuteRoomTrackRequest(room=MEETING, identity="hub", track_sid=own, muted=True)
    await refused(service.mute_published_track(mute), "permission_denied")
    acting = token("hub", MEETING, room_admin=True)
    async with api.LiveKitAPI(url, token=acting) as desk:
        told = await refused(desk.room.mute_published_track(mute), "failed_precondition")
        assert "published" in told, f"the meeting is not held yet: {told}"
        await command(url, acting, {"do": "begin-line-check"})
        assert (await desk.room.mute_published_track(mute)).track.muted
        await hub.until("track_muted")
        await desk.room.remove_participant(remove)
    await hub.leave()
    (reason,) = await point.until("disconnected")
    assert reason == rtc.DisconnectReason.PARTICIPANT_REMOVED, reason
    await point.leave()
    try:
        await Guest("point:071").join(server, MEETING)
        raise AssertionError("a seat that was removed came back")
    except rtc.ConnectError:
        pass


def forgeries(hooks: Hooks) -> None:
    body, signature = hooks.raw[0]
    stranger = api.WebhookReceiver(api.TokenVerifier(KEY, "another secret of thirty-two characters"))
    for receiver, forged in [(hooks.receiver, body.replace(ROOM, "sdK", 1)), (stranger, body)]:
        try:
            receiver.receive(forged, signature)
        except Exception:
            continue
        raise AssertionError("a forged webhook was taken")


async def check(binary: str) -> list[str]:
    """Runs everything; returns what passed, raises on what did not."""
    passed = []
    hooks = Hooks()
    address = await hooks.open()
    with Server(binary, f'[webhooks]\nurls = ["{address}"]\napi_key = "{KEY}"\n') as server:
        an, bình = Guest("an"), Guest("bình")
        async with api.LiveKitAPI(server.url, KEY, SECRET) as client:
            service = client.room
            try:
                await rooms(service, hooks)
                passed.append("rooms are made, listed and ended, and wait for people")

                await an.join(server.signalling, ROOM)
                mic = await an.play()
                published = await hooks.published(mic)
                assert published.participant.identity == "an", published
                await bình.join(server.signalling, ROOM)
                await bình.until("track_subscribed")
                await participants(service, an, bình, server.signalling, mic)
                passed.append("participants and rooms are read and described anew")
                await messages(service, an, bình)
                passed.append("messages reach all, or those they name")
                await tracks(service, hooks, an, bình, mic)
                passed.append("tracks are muted, subscribed and taken away")
                await endings(service, hooks, an, bình)
                passed.append("the removed and those of a deleted room are told why, and so are the webhooks")
            finally:
                await an.leave()
                await bình.leave()
            await errors(server.url, service)
            passed.append("what cannot be has its error")
            await meeting(server.url, service, hooks, server.signalling)
            passed.append("a meeting's room is left to its rules")
        forgeries(hooks)
        passed.append("the receiver takes what is signed and refuses forgeries")
        last = Guest("an")
        await last.join(server.signalling, "last")
        await hooks.until("the last guest", lambda event: event.event == "participant_joined" and event.room.name == "last")
        await asyncio.get_running_loop().run_in_executor(None, server.stop)
        assert hooks.story("last")[-2:] == ["participant_left an", "room_finished"], hooks.story("last")
        passed.append("a server that stops says so to the last")
        await last.leave()
    await hooks.runner.cleanup()
    return passed


def main() -> int:
    passed = asyncio.run(check(sys.argv[1]))
    for name in passed:
        print(f"ok - {name}")
    print(f"server SDK: {len(passed)} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
