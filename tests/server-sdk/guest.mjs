// A native client in a room, that keeps what happens to it.
import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  Room,
  RoomEvent,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';

import { until } from '../browser/harness/wait.mjs';

const DEADLINE_MS = 30_000;
const RATE = 48_000;
const FRAME = RATE / 100;

export class Guest {
  room = new Room();
  /** @type {{ event: string, details: any[] }[]} */
  happened = [];
  #playing = false;

  /** @param {string} identity */
  constructor(identity) {
    this.identity = identity;
    for (const event of Object.values(RoomEvent)) {
      this.room.on(/** @type {any} */ (event), (/** @type {any[]} */ ...details) => this.happened.push({ event, details }));
    }
  }

  /**
   * @param {string} url
   * @param {string} room
   * @param {[string, string]} key its name and secret
   */
  async join(url, room, [key, secret]) {
    const token = new AccessToken(key, secret, { identity: this.identity });
    token.addGrant({ roomJoin: true, room });
    await this.room.connect(url.replace('http', 'ws'), await token.toJwt(), { autoSubscribe: true, dynacast: false });
  }

  /** @returns {Promise<string>} the sid of a track that plays a tone from now on */
  async play() {
    const source = new AudioSource(RATE, 1);
    const track = LocalAudioTrack.createAudioTrack('tone', source);
    const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
    const publication = await this.room.localParticipant?.publishTrack(track, options);
    if (!publication?.sid) throw new Error('the track is not published');
    const samples = Int16Array.from({ length: FRAME }, (_, at) => 12_000 * Math.sin((2 * Math.PI * 440 * at) / RATE));
    this.#playing = true;
    void (async () => {
      while (this.#playing) await source.captureFrame(new AudioFrame(samples, RATE, 1, FRAME));
    })();
    return publication.sid;
  }

  /**
   * Waits for something that happens, or has happened and was not waited for; it is taken.
   *
   * @param {string} event
   * @param {(...details: any[]) => boolean} [wanted]
   * @returns {Promise<any[]>}
   */
  async until(event, wanted = () => true) {
    const take = () => {
      const at = this.happened.findIndex((one) => one.event === event && wanted(...one.details));
      return at < 0 ? null : this.happened.splice(at, 1)[0];
    };
    const { details } = await until(`${this.identity}: ${event}`, take, DEADLINE_MS, () => this.happened.map((one) => one.event));
    return details;
  }

  async leave() {
    this.#playing = false;
    await this.room.disconnect();
  }
}
