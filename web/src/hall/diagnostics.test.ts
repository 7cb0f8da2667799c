import { expect, it } from 'vitest';

import { diagnosticsOf } from './diagnostics';

it('a technician is told the path, what is sent and what comes', () => {
  const text = diagnosticsOf({
    meeting: 'm', identity: 'point:071', atMs: Date.parse('2021-10-19T01:00:00Z'), userAgent: 'Firefox/140', line: 'up', live: 'waiting',
    serverAheadMs: 12.4, server: 'https://hop.example.vn',
    stats: [
      { type: 'candidate-pair', id: 'p', nominated: true, state: 'succeeded', localCandidateId: 'l', remoteCandidateId: 'r', currentRoundTripTime: 0.0312, availableOutgoingBitrate: 900_000 },
      { type: 'candidate-pair', id: 'q', nominated: false, state: 'waiting' },
      { type: 'local-candidate', id: 'l', candidateType: 'host', protocol: 'udp', port: 50_000 },
      { type: 'remote-candidate', id: 'r', candidateType: 'host', protocol: 'udp', port: 7882 },
      { type: 'outbound-rtp', kind: 'video', rid: 'f', frameWidth: 1280, frameHeight: 720, packetsSent: 10, qualityLimitationReason: 'bandwidth' },
      { type: 'inbound-rtp', kind: 'audio', packetsReceived: 7, packetsLost: 1, jitter: 0.00249 },
    ],
  });
  expect(text.split('\n')).toEqual([
    'time 2021-10-19T01:00:00.000Z, server ahead 12 ms',
    'meeting m, seat point:071',
    'browser Firefox/140',
    'hall up, live view waiting, server https://hop.example.vn',
    'path host/udp port 50000 to host/udp port 7882, round trip 31 ms, outgoing 900000 bit/s',
    'sends video f 1280x720 10 packets, limited by bandwidth',
    'receives audio 7 packets, 1 lost, jitter 0.002 s, freezes ?',
  ]);
});
