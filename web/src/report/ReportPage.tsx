// The report of a meeting on the screen, as its papers have it: all of it for those who run the meeting, an extract for a point.
import { startTransition, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';

import { wordsOf } from '../api/words';
import { useSpeech } from '../i18n';
import { useReportText, type ReportMessages } from '../i18n/report';
import { Banners } from '../meeting/Banners';
import { ConductProvider, useConduct } from '../meeting/conduct';
import { PageBar } from '../meeting/PageBar';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { AgendaPart } from './AgendaPart';
import { ComparePart } from './ComparePart';
import { CorrectionsPart } from './CorrectionsPart';
import { DelegatesPart } from './DelegatesPart';
import { FloorPart } from './FloorPart';
import { LedgerPart } from './LedgerPart';
import { dayAndClockText } from './moment';
import { OverviewPart } from './OverviewPart';
import { PointsPart } from './PointsPart';
import styles from './report.module.css';
import { ReportTable } from './ReportTable';
import { unitsTable } from './tables';
import { useReport } from './useReport';
import { VotesPart } from './VotesPart';
import { wordingOf, type Wording } from './wording';

const PARTS = ['overview', 'units', 'points', 'delegates', 'floor', 'agenda', 'votes', 'corrections', 'ledger', 'compare'] as const;
type Part = (typeof PARTS)[number];

export default function ReportPage({ id }: { id: string }) {
  return (
    <ConductProvider id={id}>
      <ReportOfMeeting id={id} />
    </ConductProvider>
  );
}

function ReportOfMeeting({ id }: { id: string }) {
  const { text, language } = useSpeech();
  const words = useReportText();
  const { places, live } = useConduct();
  const { report, refusal, busy, refresh } = useReport(id);
  const wording = useMemo(
    () => (report ? wordingOf(report, words, language, (point) => places.point(point)?.name) : null),
    [report, words, language, places],
  );
  useEffect(() => {
    document.title = `${words.title} · ${text.app.name}`;
  }, [words, text]);
  const told = report?.heads[0]?.seq ?? 0;
  const isBehind = report !== null && live.state !== null && live.state.recordedThrough > told;
  return (
    <div className={styles.page}>
      <PageBar title={words.title} part="report" />
      <Banners />
      <main className={styles.main} aria-busy={busy}>
        {refusal && (
          <div className={styles.trouble} role="alert">
            <p>{wordsOf(refusal, text)}</p>
            <Button onClick={refresh}>{text.trouble.retry}</Button>
          </div>
        )}
        {wording === null ? (
          busy && <p role="status">{words.loading}</p>
        ) : (
          <>
            <State wording={wording} isBehind={isBehind} busy={busy} onRefresh={refresh} />
            <Parts wording={wording} />
          </>
        )}
      </main>
    </div>
  );
}

interface StateProps {
  wording: Wording;
  isBehind: boolean;
  busy: boolean;
  onRefresh: () => void;
}

/** What this report is: provisional, an extract, behind what happened since. Nothing for a closed meeting as a whole. */
function State({ wording, isBehind, busy, onRefresh }: StateProps) {
  const { report, words, clock } = wording;
  const { scope } = report;
  const extract = scope.of === 'point' ? words.extract.point(wording.point(scope.point)) : scope.of === 'delegate' ? words.extract.delegate(wording.delegate(scope.delegate)) : null;
  return (
    <>
      {(report.provisional || isBehind) && (
        <div className={styles.provisional} data-provisional={report.provisional}>
          <p>
            {report.provisional && (
              <>
                <strong>{words.provisional.title}</strong> {words.provisional.text(words.phase[report.phase], dayAndClockText(report.asOf, clock))}
              </>
            )}{' '}
            <span role="status">{isBehind && words.newer}</span>
          </p>
          <Button disabled={busy} onClick={onRefresh}>
            {words.refresh}
          </Button>
        </div>
      )}
      {extract && (
        <p className={styles.extract} data-extract={scope.of}>
          <Icon name="people" size={20} /> {extract}
        </p>
      )}
    </>
  );
}

function Parts({ wording }: { wording: Wording }) {
  const { words, report } = wording;
  const [part, setPart] = useState<Part>('overview');
  const tabs = useRef<HTMLDivElement>(null);
  // On a phone not all of them are in sight.
  useEffect(() => {
    tabs.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [part]);
  const isWhole = report.scope.of === 'meeting';
  const parts = PARTS.filter((name) => name !== 'compare' || isWhole);
  return (
    <Tabs className={styles.parts} selectedKey={part} onSelectionChange={(key) => startTransition(() => setPart(key as Part))}>
      <TabList ref={tabs} className={styles.tabs} aria-label={words.parts.label}>
        {parts.map((name) => (
          <Tab key={name} id={name} className={styles.tab} data-part={name}>
            {words.parts[name]}
          </Tab>
        ))}
      </TabList>
      {parts.map((name) => (
        <TabPanel key={name} id={name} className={styles.panel} data-panel={name}>
          {panelOf(name, wording, words)}
        </TabPanel>
      ))}
    </Tabs>
  );
}

function panelOf(part: Part, wording: Wording, words: ReportMessages): ReactNode {
  switch (part) {
    case 'overview':
      return <OverviewPart wording={wording} />;
    case 'units':
      return <ReportTable name="units" label={words.parts.units} table={unitsTable(wording)} clock={wording.clock} />;
    case 'points':
      return <PointsPart wording={wording} />;
    case 'delegates':
      return <DelegatesPart wording={wording} />;
    case 'floor':
      return <FloorPart wording={wording} />;
    case 'agenda':
      return <AgendaPart wording={wording} />;
    case 'votes':
      return <VotesPart wording={wording} />;
    case 'corrections':
      return <CorrectionsPart wording={wording} />;
    case 'ledger':
      return <LedgerPart wording={wording} />;
    case 'compare':
      return <ComparePart wording={wording} />;
  }
}
