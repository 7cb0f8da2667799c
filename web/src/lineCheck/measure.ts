// What a line check has seen, from the browser's statistics (W3C webrtc-stats) to plain words; pure.
import type { Measured } from '../api/schema';

/** As much of a statistics report as is read. */
export type Stats = Iterable<Record<string, unknown>>;

/** Counters at an instant; they only grow. */
export interface Sample {
  atMs: number;
  sentBytes: number;
  sentPackets: number;
  /** Of what was sent, as the server says. */
  lostUp: number;
  receivedBytes: number;
  receivedPackets: number;
  lostDown: number;
  framesDecoded: number;
  /** Of the sound that was sent; silence has none. What comes back is not played, and so not known. */
  audioEnergy: number;
  audioPackets: number;
  roundTripMs: number | null;
  /** The browser sends less of the picture than it has, for want of line. */
  limited: boolean;
}

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

export function sampleOf(atMs: number, stats: Stats): Sample {
  const sample: Sample = {
    atMs, sentBytes: 0, sentPackets: 0, lostUp: 0, receivedBytes: 0, receivedPackets: 0, lostDown: 0, framesDecoded: 0,
    audioEnergy: 0, audioPackets: 0, roundTripMs: null, limited: false,
  };
  for (const stat of stats) {
    switch (stat.type) {
      case 'outbound-rtp':
        sample.sentBytes += number(stat.bytesSent) + number(stat.headerBytesSent);
        sample.sentPackets += number(stat.packetsSent);
        sample.limited ||= stat.qualityLimitationReason === 'bandwidth';
        break;
      case 'remote-inbound-rtp':
        sample.lostUp += Math.max(0, number(stat.packetsLost));
        break;
      case 'inbound-rtp':
        sample.receivedBytes += number(stat.bytesReceived) + number(stat.headerBytesReceived);
        sample.receivedPackets += number(stat.packetsReceived);
        sample.lostDown += Math.max(0, number(stat.packetsLost));
        sample.framesDecoded += number(stat.framesDecoded);
        if (stat.kind === 'audio') sample.audioPackets += number(stat.packetsReceived);
        break;
      case 'media-source':
        sample.audioEnergy += number(stat.totalAudioEnergy);
        break;
      case 'candidate-pair':
        if (stat.nominated === true && typeof stat.currentRoundTripTime === 'number') {
          sample.roundTripMs = Math.max(sample.roundTripMs ?? 0, stat.currentRoundTripTime * 1000);
        }
        break;
    }
  }
  return sample;
}

export type Quality = 'good' | 'fair' | 'poor';

export interface Finding {
  picture: boolean;
  sound: boolean;
  /** Sound came back, and there was something in it. */
  heard: boolean;
  quality: Quality;
  measured: Measured;
}

/** The first seconds are the sender's way up to what the line carries. */
const RAMP_MS = 3_000;
/** The most of what a line may lose and delay, of a thousand and in ms. */
const GOOD = { loss: 20, roundTripMs: 250 };
const FAIR = { loss: 50, roundTripMs: 500, kbps: 300 };

export function findingOf(samples: readonly Sample[], hasCamera: boolean): Finding {
  const last = samples.at(-1);
  const first = samples.find(({ atMs }) => atMs >= (samples[0]?.atMs ?? 0) + RAMP_MS) ?? samples[0];
  if (!first || !last || last.atMs <= first.atMs) {
    return { picture: false, sound: false, heard: false, quality: 'poor', measured: NOTHING };
  }
  const of = (counter: keyof Sample) => Math.max(0, Number(last[counter]) - Number(first[counter]));
  const kbps = (bytes: number) => Math.round((bytes * 8) / (last.atMs - first.atMs));
  const perMille = (lost: number, all: number) => (all === 0 ? 1_000 : Math.min(1_000, Math.round((lost * 1_000) / all)));
  const trips = samples.flatMap(({ roundTripMs }) => roundTripMs ?? []);
  const measured = {
    roundTripMs: trips.length === 0 ? null : Math.round(trips.reduce((sum, trip) => sum + trip, 0) / trips.length),
    lossUpPerMille: perMille(of('lostUp'), of('sentPackets')),
    lossDownPerMille: perMille(of('lostDown'), of('receivedPackets') + of('lostDown')),
    upKbps: kbps(of('sentBytes')),
    downKbps: kbps(of('receivedBytes')),
  };
  const limited = samples.filter((sample) => sample.atMs > first.atMs && sample.limited).length > samples.length / 3;
  return {
    picture: hasCamera && of('framesDecoded') > 0,
    sound: of('audioPackets') > 0,
    heard: last.audioEnergy > 0,
    quality: qualityOf(measured, limited),
    measured,
  };
}

const NOTHING: Measured = { roundTripMs: null, lossUpPerMille: null, lossDownPerMille: null, upKbps: null, downKbps: null };

function qualityOf(measured: Measured, limited: boolean): Quality {
  const loss = Math.max(measured.lossUpPerMille ?? 0, measured.lossDownPerMille ?? 0);
  const trip = measured.roundTripMs ?? 0;
  if (!limited && loss <= GOOD.loss && trip <= GOOD.roundTripMs) return 'good';
  // What is not limited by the line may be little and yet all that there is.
  const enough = !limited || (measured.upKbps ?? 0) >= FAIR.kbps;
  return enough && loss <= FAIR.loss && trip <= FAIR.roundTripMs ? 'fair' : 'poor';
}
