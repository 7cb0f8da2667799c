// Times as the papers of a meeting write them: local to the meeting, with the zone.

export interface When {
  time: string;
  date: string;
  /** Difference to UTC, such as `GMT+7`. */
  offset: string;
}

/** A zone that this browser does not know falls back to UTC, and says so. */
export function whenOf(at: Date, zone: string, locale: string): When {
  const known = knownZone(zone);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: known, ...options });
  const offset = part({ timeZoneName: 'shortOffset' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
  return {
    time: clockTime(at, zone, locale),
    date: part({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(at),
    offset: offset ?? known,
  };
}

export function clockTime(at: Date, zone: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: knownZone(zone),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

function knownZone(zone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return 'UTC';
  }
}
