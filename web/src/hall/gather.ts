// Collects what the technician's text is made of from the SDK's room.
import type { Room } from 'livekit-client';

/** Statistics of everything that is sent and received. */
export async function gatherStats(room: Room): Promise<Record<string, unknown>[]> {
  const participants = [room.localParticipant, ...room.remoteParticipants.values()];
  const tracks = participants.flatMap((one) => [...one.trackPublications.values()].map(({ track }) => track));
  const reports = await Promise.all(tracks.map((track) => track?.getRTCStatsReport().catch(() => undefined)));
  const found = new Map<string, Record<string, unknown>>();
  for (const report of reports) report?.forEach((stat: Record<string, unknown>) => found.set(String(stat.id), stat));
  return [...found.values()];
}

export const serverOf = ({ serverInfo }: Room): string => [serverInfo?.version, serverInfo?.region].filter(Boolean).join(' ') || '?';
