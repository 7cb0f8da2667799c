// What a technician asks for on the telephone, as text to copy: how this device is connected. Nobody's name, no token; pure.

export interface Situation {
  meeting: string;
  identity: string;
  atMs: number;
  userAgent: string;
  /** Of the hall's connection. */
  line: string;
  /** Of the live view. */
  live: string;
  serverAheadMs: number;
  server: string;
  stats: Iterable<Record<string, unknown>>;
}

export function diagnosticsOf(situation: Situation): string {
  const stats = [...situation.stats];
  const lines = [
    `time ${new Date(situation.atMs).toISOString()}, server ahead ${Math.round(situation.serverAheadMs)} ms`,
    `meeting ${situation.meeting}, seat ${situation.identity}`,
    `browser ${situation.userAgent}`,
    `hall ${situation.line}, live view ${situation.live}, server ${situation.server}`,
    ...stats.filter(isChosenPair).map((pair) => pairLine(pair, stats)),
    ...stats.filter(({ type }) => type === 'outbound-rtp').map(sentLine),
    ...stats.filter(({ type }) => type === 'inbound-rtp').map(receivedLine),
  ];
  return lines.join('\n');
}

const isChosenPair = (stat: Record<string, unknown>) => stat.type === 'candidate-pair' && stat.nominated === true && stat.state === 'succeeded';
const shown = (value: unknown): string => (typeof value === 'number' ? String(Math.round(value * 1000) / 1000) : typeof value === 'string' ? value : '?');

function pairLine(pair: Record<string, unknown>, stats: Record<string, unknown>[]): string {
  const candidate = (id: unknown) => {
    const found = stats.find((stat) => stat.id === id);
    return found ? `${shown(found.candidateType)}/${shown(found.protocol)} port ${shown(found.port)}` : '?';
  };
  const trip = typeof pair.currentRoundTripTime === 'number' ? `${Math.round(pair.currentRoundTripTime * 1000)} ms` : '?';
  return `path ${candidate(pair.localCandidateId)} to ${candidate(pair.remoteCandidateId)}, round trip ${trip}, outgoing ${shown(pair.availableOutgoingBitrate)} bit/s`;
}

const sentLine = (stat: Record<string, unknown>): string =>
  `sends ${shown(stat.kind)} ${stat.rid === undefined ? '' : `${shown(stat.rid)} `}${stat.frameWidth === undefined ? '' : `${shown(stat.frameWidth)}x${shown(stat.frameHeight)} `}` +
  `${shown(stat.packetsSent)} packets, limited by ${shown(stat.qualityLimitationReason)}`;

const receivedLine = (stat: Record<string, unknown>): string =>
  `receives ${shown(stat.kind)} ${stat.frameWidth === undefined ? '' : `${shown(stat.frameWidth)}x${shown(stat.frameHeight)} `}` +
  `${shown(stat.packetsReceived)} packets, ${shown(stat.packetsLost)} lost, jitter ${shown(stat.jitter)} s, freezes ${shown(stat.freezeCount)}`;
