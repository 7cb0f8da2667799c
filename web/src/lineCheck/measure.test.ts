import { describe, expect, it } from 'vitest';

import { findingOf, sampleOf, type Sample } from './measure';

const empty = sampleOf(0, []);
/** A line check with counters that grow evenly, one sample a second. */
const check = (perSecond: Partial<Sample>, more: Partial<Sample> = {}, seconds = 8): Sample[] =>
  Array.from({ length: seconds + 1 }, (_, second) => {
    const grown = Object.entries(perSecond).map(([key, value]) => [key, Number(value) * second]);
    return { ...empty, ...Object.fromEntries(grown), ...more, atMs: second * 1000 };
  });
const fine = { sentBytes: 200_000, sentPackets: 200, receivedBytes: 190_000, receivedPackets: 195, framesDecoded: 15, audioPackets: 50, audioEnergy: 0.01 };

describe('statistics', () => {
  it('are added up over layers, tracks and both connections', () => {
    const sample = sampleOf(5, [
      { type: 'outbound-rtp', kind: 'video', rid: 'q', bytesSent: 100, headerBytesSent: 10, packetsSent: 2, qualityLimitationReason: 'none' },
      { type: 'outbound-rtp', kind: 'video', rid: 'f', bytesSent: 300, packetsSent: 3, qualityLimitationReason: 'bandwidth' },
      { type: 'remote-inbound-rtp', packetsLost: 1 },
      { type: 'remote-inbound-rtp', packetsLost: -1 },
      { type: 'inbound-rtp', kind: 'audio', bytesReceived: 50, packetsReceived: 4, packetsLost: 2 },
      { type: 'inbound-rtp', kind: 'video', bytesReceived: 70, packetsReceived: 5, framesDecoded: 9 },
      { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.03 },
      { type: 'candidate-pair', nominated: false, currentRoundTripTime: 9 },
      { type: 'media-source', kind: 'audio', totalAudioEnergy: 0.5 },
      { type: 'transport' },
    ]);
    expect(sample).toEqual({
      atMs: 5, sentBytes: 410, sentPackets: 5, lostUp: 1, receivedBytes: 120, receivedPackets: 9, lostDown: 2, framesDecoded: 9,
      audioEnergy: 0.5, audioPackets: 4, roundTripMs: 30, limited: true,
    });
  });
});

describe('a line check', () => {
  it('finds a good line good, after the first seconds', () => {
    expect(findingOf(check(fine, { roundTripMs: 20 }), true)).toEqual({
      picture: true, sound: true, heard: true, quality: 'good',
      measured: { roundTripMs: 20, lossUpPerMille: 0, lossDownPerMille: 0, upKbps: 1600, downKbps: 1520 },
    });
  });

  it.each([
    ['losses', check({ ...fine, lostUp: 8 }), 'fair'],
    ['many losses', check({ ...fine, lostDown: 40 }), 'poor'],
    ['a long way', check(fine, { roundTripMs: 400 }), 'fair'],
    ['a very long way', check(fine, { roundTripMs: 900 }), 'poor'],
    ['a line that holds the picture back', check(fine, { limited: true }), 'fair'],
    ['a line that carries hardly anything', check({ ...fine, sentBytes: 20_000 }, { limited: true }), 'poor'],
    ['a small camera on a good line', check({ ...fine, sentBytes: 20_000 }), 'good'],
  ])('with %s', (_, samples, quality) => {
    expect(findingOf(samples, true).quality).toBe(quality);
  });

  it('says what did not come back', () => {
    expect(findingOf(check({ ...fine, framesDecoded: 0 }), true)).toMatchObject({ picture: false, sound: true });
    expect(findingOf(check({ ...fine, audioPackets: 0, audioEnergy: 0 }), true)).toMatchObject({ picture: true, sound: false, heard: false });
    expect(findingOf(check({ ...fine, audioEnergy: 0 }), true)).toMatchObject({ sound: true, heard: false });
    expect(findingOf(check(fine), false).picture).toBe(false);
    expect(findingOf(check({}), true)).toMatchObject({ picture: false, sound: false, quality: 'poor' });
    expect(findingOf([], true).quality).toBe('poor');
  });
});
