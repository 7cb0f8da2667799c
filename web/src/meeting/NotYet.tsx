// In the place of a page that shows all of a meeting: while nothing is known yet, and to whom it is not shown.
import { wordsOf } from '../api/words';
import { useText } from '../i18n';
import { useMeetingText } from '../i18n/meeting';
import { Notice } from '../ui/Notice';
import { Waiting } from '../ui/Waiting';
import { useConduct } from './conduct';

export function NotYet() {
  const { live } = useConduct();
  const text = useText();
  const { hostsOnly, live: words } = useMeetingText();
  if (live.line.at === 'refused') return <Notice title={text.trouble.title} text={wordsOf(live.line.refusal, text)} trouble />;
  return live.state === null ? <Waiting label={words.connecting} /> : <Notice title={hostsOnly.title} text={hostsOnly.text} />;
}
