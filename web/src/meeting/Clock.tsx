import { useText } from '../i18n';
import { useMeetingText } from '../i18n/meeting';
import { clockTime } from '../join/when';
import { useServerTime } from './time';

interface Props {
  zone: string;
  /** How far the server's clock is ahead of this machine's, in ms. */
  aheadMs?: number;
  className?: string;
}

/** The time of day where the meeting is held. */
export function Clock({ zone, aheadMs = 0, className }: Props) {
  const { clock } = useMeetingText();
  const { locale } = useText();
  const shown = clockTime(new Date(useServerTime(aheadMs)), zone, locale);
  return (
    <time className={className} dateTime={shown} title={clock}>
      {shown}
    </time>
  );
}
