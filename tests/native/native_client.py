"""An independent native client (the `livekit` wheel, built on libwebrtc) against the server.

Two clients join a plain room: each publishes a tone of its own and hears the other's, a thousand reliable messages
arrive in order with their sender filled in, and a call of one client's method by the other (RPC) is answered.

Usage: native_client.py SERVER_BINARY
"""

import asyncio
import base64
import hashlib
import hmac
import json
import sys
import time

import numpy as np
from livekit import rtc

from server import Server

RATE = 48_000
FRAME = RATE // 100
MESSAGES = 1_000
DEADLINE_S = 30.0


def access_token(identity: str, room: str) -> str:
    """A token as any LiveKit server SDK makes it, signed with the development key."""

    def part(value: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    now = int(time.time())
    grants = {"roomJoin": True, "room": room, "canPublish": True, "canSubscribe": True, "canPublishData": True}
    claims = {"iss": "devkey", "sub": identity, "nbf": now - 10, "exp": now + 600, "video": grants}
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    signature = hmac.new(b"secret", signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


class Participant:
    def __init__(self, identity: str, frequency_hz: float) -> None:
        self.identity = identity
        self.frequency_hz = frequency_hz
        self.room = rtc.Room()
        self.heard_hz: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.received: list[tuple[str, int]] = []
        self.all_received = asyncio.Event()
        self.tasks: list[asyncio.Task] = []
        self.room.on("track_subscribed", self._subscribed)
        self.room.on("data_received", self._data)

    async def join(self, url: str, room: str) -> None:
        await asyncio.wait_for(self.room.connect(url, access_token(self.identity, room)), DEADLINE_S)
        source = rtc.AudioSource(RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("tone", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await asyncio.wait_for(self.room.local_participant.publish_track(track, options), DEADLINE_S)
        self.tasks.append(asyncio.create_task(self._play(source)))

    async def _play(self, source: rtc.AudioSource) -> None:
        position = 0
        while True:
            phase = 2 * np.pi * self.frequency_hz * (np.arange(FRAME) + position) / RATE
            samples = (np.sin(phase) * 12_000).astype(np.int16)
            await source.capture_frame(rtc.AudioFrame(samples.tobytes(), RATE, 1, FRAME))
            position += FRAME

    def _subscribed(self, track, _publication, participant) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO and participant.identity != self.identity:
            self.tasks.append(asyncio.create_task(self._listen(track)))

    async def _listen(self, track) -> None:
        """Settles `heard_hz` once a second of sound has one clear tone in it."""
        samples = np.zeros(0, dtype=np.int16)
        async for event in rtc.AudioStream(track, sample_rate=RATE, num_channels=1):
            samples = np.concatenate([samples, np.frombuffer(event.frame.data, dtype=np.int16)])[-RATE:]
            if len(samples) == RATE and np.abs(samples).mean() > 1_000:
                spectrum = np.abs(np.fft.rfft(samples * np.hanning(RATE)))
                peak = int(spectrum.argmax())
                if spectrum[peak - 3 : peak + 4].sum() > 0.5 * spectrum.sum() and not self.heard_hz.done():
                    self.heard_hz.set_result(float(peak))
                    return

    def _data(self, packet: rtc.DataPacket) -> None:
        sender = packet.participant.identity if packet.participant else ""
        self.received.append((sender, int(packet.data)))
        if len(self.received) == MESSAGES:
            self.all_received.set()

    async def leave(self) -> None:
        for task in self.tasks:
            task.cancel()
        await self.room.disconnect()


async def check(url: str) -> list[str]:
    """Runs everything; returns what passed, raises on what did not."""
    passed = []
    alice, bob = Participant("alice", 440.0), Participant("bob", 1_000.0)
    try:
        await alice.join(url, "native")
        await bob.join(url, "native")
        passed.append("two native clients join and publish")

        for listener, speaker in [(alice, bob), (bob, alice)]:
            heard = await asyncio.wait_for(listener.heard_hz, DEADLINE_S)
            assert abs(heard - speaker.frequency_hz) <= 3, f"{listener.identity} heard {heard} Hz"
        passed.append("each hears the other's tone")

        for number in range(MESSAGES):
            await alice.room.local_participant.publish_data(str(number), reliable=True)
        await asyncio.wait_for(bob.all_received.wait(), DEADLINE_S)
        assert bob.received == [("alice", number) for number in range(MESSAGES)]
        passed.append(f"{MESSAGES} reliable messages arrive in order, with their sender")

        @bob.room.local_participant.register_rpc_method("greet")
        async def greet(call: rtc.RpcInvocationData) -> str:
            return f"{call.caller_identity}: {call.payload}"

        answer = await bob_answers(alice)
        assert answer == "alice: xin chào", answer
        passed.append("a remote call is answered")
        return passed
    finally:
        await alice.leave()
        await bob.leave()


async def bob_answers(alice: Participant) -> str:
    call = alice.room.local_participant.perform_rpc(
        destination_identity="bob", method="greet", payload="xin chào", response_timeout=10.0
    )
    return await asyncio.wait_for(call, DEADLINE_S)


def main() -> int:
    with Server(sys.argv[1]) as server:
        passed = asyncio.run(check(server.signalling))
    for name in passed:
        print(f"ok - {name}")
    print(f"native client: {len(passed)} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
