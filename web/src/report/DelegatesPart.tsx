// Delegate by delegate: what the roll call says, and who came in whose place.
import { useMemo, useState } from 'react';

import { useReportText } from '../i18n/report';
import { FilterBar } from '../ui/FilterBar';
import { withoutColumns } from './cell';
import { findPeople, PEOPLE_FILTERS, type PeopleFilter } from './people';
import styles from './report.module.css';
import { ReportTable } from './ReportTable';
import { delegatesTable, emptyColumns, proxiesTable } from './tables';
import type { Wording } from './wording';

export function DelegatesPart({ wording }: { wording: Wording }) {
  const { delegates: text, table: tableWords } = useReportText();
  const [filter, setFilter] = useState<PeopleFilter>('all');
  const [search, setSearch] = useState('');
  const all = useMemo(() => withoutColumns(delegatesTable(wording), emptyColumns(wording.report)), [wording]);
  const { ids, counts } = useMemo(() => findPeople(wording, filter, search), [wording, filter, search]);
  const shown = useMemo(() => ({ ...all, rows: all.rows.filter(({ id }) => ids.has(id)) }), [all, ids]);
  const proxies = useMemo(() => proxiesTable(wording), [wording]);
  return (
    <>
      <FilterBar names={PEOPLE_FILTERS} words={text.filter} label={text.filters} counts={counts} filter={filter} onFilter={setFilter} search={search} searchLabel={tableWords.search} onSearch={setSearch} />
      <p className="visually-hidden" role="status">
        {tableWords.found(shown.rows.length)}
      </p>
      <ReportTable name="delegates" label={text.table} table={shown} clock={wording.clock} />
      <h2 className={styles.heading}>{text.proxies}</h2>
      {proxies.rows.length === 0 ? <p className={styles.soft}>{text.noProxies}</p> : <ReportTable name="proxies" label={text.proxies} table={proxies} clock={wording.clock} />}
    </>
  );
}
