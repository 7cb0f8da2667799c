// What was corrected of the roll call, by whom, and why.
import { useMemo } from 'react';

import { useReportText } from '../i18n/report';
import styles from './report.module.css';
import { ReportTable } from './ReportTable';
import { correctionsTable } from './tables';
import type { Wording } from './wording';

export function CorrectionsPart({ wording }: { wording: Wording }) {
  const { corrections: text } = useReportText();
  const table = useMemo(() => correctionsTable(wording), [wording]);
  return (
    <>
      <p className={styles.lead}>{text.lead}</p>
      {table.rows.length === 0 ? <p className={styles.soft}>{text.none}</p> : <ReportTable name="corrections" label={text.table} table={table} clock={wording.clock} />}
    </>
  );
}
