// The line check as people see it: a button, a bar, and what came of it in words.
import { useText } from '../i18n';
import { useLobbyText, type LobbyMessages } from '../i18n/lobby';
import { wordsOf } from '../api/words';
import { clockTime } from '../join/when';
import { Button } from '../ui/Button';
import { Icon, type IconName } from '../ui/Icon';
import styles from './LineCheckCard.module.css';
import type { Finding, Quality } from './measure';
import type { LineChecker } from './useLineCheck';

const SHAPES: Record<Quality, IconName> = { good: 'levelGreen', fair: 'levelAmber', poor: 'levelRed' };

interface Props {
  checker: LineChecker;
  cameraOn: boolean;
  microphoneOn: boolean;
  zone: string;
}

export function LineCheckCard({ checker: { check, last, run }, cameraOn, microphoneOn, zone }: Props) {
  const core = useText();
  const { lineCheck: text } = useLobbyText();
  return (
    <section className={styles.card} aria-label={text.title} data-check={check.is}>
      <div className={styles.head}>
        <h2>{text.title}</h2>
        <Button type="button" disabled={check.is === 'running'} onClick={run}>
          {check.is === 'idle' || check.is === 'running' ? text.run : text.again}
        </Button>
      </div>
      <div role="status">
        {check.is === 'idle' && (
          <p>{last ? text.last(clockTime(new Date(last.atMs), zone, core.locale), text.short[last.quality]) : text.lead}</p>
        )}
        {check.is === 'running' && <p>{text.running}</p>}
        {check.is === 'failed' && <p className={styles.bad}>{typeof check.at === 'string' ? text.failed[check.at] : wordsOf(check.at, core)}</p>}
        {check.is === 'done' && <Result finding={check.finding} cameraOn={cameraOn} microphoneOn={microphoneOn} reported={check.reported} />}
      </div>
      {check.is === 'running' && <progress className={styles.progress} value={check.share} max={1} aria-label={text.running} />}
    </section>
  );
}

interface ResultProps {
  finding: Finding;
  cameraOn: boolean;
  microphoneOn: boolean;
  reported: boolean;
}

function Result({ finding, cameraOn, microphoneOn, reported }: ResultProps) {
  const { locale } = useText();
  const { lineCheck: text } = useLobbyText();
  const { quality } = finding;
  return (
    <>
      <p className={styles.verdict} data-quality={quality}>
        <Icon name={SHAPES[quality]} size={20} />
        {text.quality[quality]}
      </p>
      {troubles(finding, cameraOn, microphoneOn, text).map((words) => (
        <p key={words} className={styles.bad}>
          {words}
        </p>
      ))}
      <p className={styles.figures}>{figures(finding, text, locale)}</p>
      {reported && <p className={styles.figures}>{text.reported}</p>}
    </>
  );
}

function troubles(finding: Finding, cameraOn: boolean, microphoneOn: boolean, text: LobbyMessages['lineCheck']): string[] {
  return [
    ...(finding.picture ? [] : [cameraOn ? text.noPicture : text.cameraOff]),
    ...(finding.sound ? (finding.heard ? [] : [text.unheard]) : [microphoneOn ? text.noSound : text.microphoneOff]),
  ];
}

function figures({ measured }: Finding, text: LobbyMessages['lineCheck'], locale: string): string {
  const rate = (kbps: number | null) =>
    kbps === null ? text.unknown : text.rate(new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(kbps / 1000));
  const loss = Math.max(measured.lossUpPerMille ?? 0, measured.lossDownPerMille ?? 0) / 1000;
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(loss);
  const trip = measured.roundTripMs === null ? text.unknown : text.ms(measured.roundTripMs);
  return text.figures(trip, rate(measured.upKbps), rate(measured.downKbps), percent);
}
