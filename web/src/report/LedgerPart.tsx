// Where the ledger stands that the report was drawn from, and whether it is whole.
import { useState } from 'react';

import { ask } from '../api/client';
import type { Refusal } from '../api/refusal';
import type { HeadRow, LedgerCheck } from '../api/schema';
import { wordsOf } from '../api/words';
import { useApi } from '../app/api';
import { useText } from '../i18n';
import { useReportText } from '../i18n/report';
import { clockTime } from '../join/when';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { tell } from '../ui/toasts';
import styles from './report.module.css';
import { ReportTable } from './ReportTable';
import { ledgerTable } from './tables';
import type { Wording } from './wording';

export function LedgerPart({ wording }: { wording: Wording }) {
  const { ledger: text } = useReportText();
  const { report } = wording;
  const head = report.heads[0];
  if (!head) return <p className={styles.soft}>{text.empty}</p>;
  const isWhole = report.scope.of === 'meeting';
  const copy = () => {
    const copied = navigator.clipboard?.writeText(`${head.seq}:${head.hash}`) ?? Promise.reject(new Error('no clipboard without TLS'));
    copied.then(
      () => tell(text.copied),
      () => tell(text.notCopied, { tone: 'bad' }),
    );
  };
  return (
    <div className={styles.ledger}>
      <section className={styles.card}>
        <h2>{text.headOf}</h2>
        <p>
          <code className={styles.hash} data-head={`${head.seq}:${head.hash}`}>{`${head.seq}:${head.hash}`}</code>
        </p>
        <p>
          <Button onClick={copy}>{text.copy}</Button>
        </p>
        <p data-signed={head.signedThrough}>{head.signedThrough === 0 ? text.unsigned : text.signed(head.signedThrough, head.seq)}</p>
        <p className={styles.soft}>{text.lead}</p>
      </section>
      <section className={styles.card}>
        <h2>{text.check}</h2>
        {isWhole ? <Check meeting={report.meeting.id} head={head} zone={report.meeting.zone} /> : <p className={styles.soft}>{text.ofHosts}</p>}
        <p className={styles.soft}>{text.proves}</p>
        <code className={styles.command}>{`diemcau verify ledger.jsonl --head ${head.seq}:${head.hash}`}</code>
      </section>
      <div className={styles.wide}>
        <h2 className={styles.heading}>{text.heads}</h2>
        <ReportTable name="ledger" label={text.heads} table={ledgerTable(wording)} clock={wording.clock} />
      </div>
    </div>
  );
}

function Check({ meeting, head, zone }: { meeting: string; head: HeadRow; zone: string }) {
  const api = useApi();
  const core = useText();
  const { ledger: text } = useReportText();
  const [state, setState] = useState<{ is: 'not yet' } | { is: 'busy' } | { is: 'refused'; refusal: Refusal } | { is: 'done'; check: LedgerCheck }>({ is: 'not yet' });
  const check = async () => {
    setState({ is: 'busy' });
    const answer = await ask((signal) => api.GET('/api/v1/meetings/{id}/ledger-check', { params: { path: { id: meeting } }, signal }));
    setState(answer.ok ? { is: 'done', check: answer.value } : { is: 'refused', refusal: answer.refusal });
  };
  return (
    <>
      <p>
        <Button tone="primary" disabled={state.is === 'busy'} onClick={() => void check()}>
          {text.check}
        </Button>
      </p>
      <div role="status">
        {state.is === 'not yet' && <p>{text.notChecked}</p>}
        {state.is === 'busy' && <p>{text.checking}</p>}
        {state.is === 'refused' && <p>{wordsOf(state.refusal, core)}</p>}
        {state.is === 'done' && <Finding check={state.check} head={head} at={clockTime(new Date(state.check.checkedAt), zone, core.locale)} />}
      </div>
    </>
  );
}

function Finding({ check: { found }, head, at }: { check: LedgerCheck; head: HeadRow; at: string }) {
  const { ledger: text } = useReportText();
  if (found.is === 'broken') {
    return (
      <div className={styles.alarm} data-ledger="broken">
        <p>
          <Icon name="levelRed" /> <strong>{text.broken}</strong>
        </p>
        <p>{text.brokenText}</p>
        <code lang="en">{found.fault}</code>
        <p className={styles.soft}>{text.checkedAt(at)}</p>
      </div>
    );
  }
  const isSame = found.heads.some(({ seq, hash }) => seq === head.seq && hash === head.hash);
  return (
    <div className={styles.well} data-ledger="whole">
      <p>
        <Icon name="levelGreen" /> <strong>{text.whole(found.records, found.checkpoints)}</strong>
      </p>
      <p>{text.restUnsigned(found.unsigned)}</p>
      <p>{isSame ? text.sameHead : text.otherHead}</p>
      <p className={styles.soft}>
        {text.checkedAt(at)} {text.key(found.key)}
      </p>
    </div>
  );
}
