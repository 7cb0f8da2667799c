import { useEffect, useState } from 'react';

import { useText } from '../i18n';
import { useHallText } from '../i18n/hall';
import { clockTime } from '../join/when';

/** The time of day where the meeting is held. */
export function Clock({ zone, className }: { zone: string; className?: string }) {
  const { hall } = useHallText();
  const { locale } = useText();
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 1000);
    return () => clearInterval(timer);
  }, []);
  const shown = clockTime(now, zone, locale);
  return (
    <time className={className} dateTime={shown} title={hall.clock}>
      {shown}
    </time>
  );
}
