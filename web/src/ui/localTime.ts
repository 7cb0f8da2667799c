// An instant as the wall clock of a time zone shows it, and back; pure. Inputs of the browser know no zones.

/** `2021-10-19T08:00`, as `datetime-local` inputs take it; empty for what is no instant. */
export function wallTime(instant: string, zone: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '';
  const parts = partsIn(at, zone);
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** The instant at which a zone's wall clock shows that; empty for what is no time. */
export function instantOf(wall: string, zone: string): string {
  const asUtc = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall) ? Date.parse(`${wall}:00Z`) : Number.NaN;
  if (Number.isNaN(asUtc)) return '';
  // The offset at the instant looked for is found in two steps: by that of the first guess, then by its own.
  let at = asUtc - offsetMs(asUtc, zone);
  at = asUtc - offsetMs(at, zone);
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

function offsetMs(at: number, zone: string): number {
  const { year, month, day, hour, minute, second } = partsIn(new Date(at), zone);
  const wall = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return wall - Math.floor(at / 1000) * 1000;
}

function partsIn(at: Date, zone: string): Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', string> {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return parts as ReturnType<typeof partsIn>;
}
