// The directory: the tree of units, each with its delegates; files in and out.
import { useMemo, useState } from 'react';

import { wordsOf } from '../../api/words';
import { useApi } from '../../app/api';
import { useText } from '../../i18n';
import { useDirectoryText } from '../../i18n/directory';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Empty } from '../../ui/Empty';
import { Checkbox, TextField } from '../../ui/Field';
import { PageHead } from '../../ui/PageHead';
import { tell } from '../../ui/toasts';
import { Tree } from '../../ui/Tree';
import { Pending } from '../Pending';
import { above, countBelow, found as matching, treeOf, type UnitNode } from '../units';
import styles from './DirectoryPage.module.css';
import { UnitDialog } from './dialogs';
import { exportFile } from './files';
import { HistoryDialog } from './HistoryDialog';
import { ImportDialog } from './ImportDialog';
import { UnitPane } from './UnitPane';
import { useDirectory } from './useDirectory';

export default function DirectoryPage() {
  const words = useDirectoryText();
  const [retired, setRetired] = useState(false);
  const acts = useDirectory(retired);
  const { found, refusal } = acts;
  const [search, setSearch] = useState('');
  const [opened, setOpened] = useState<ReadonlySet<string> | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [dialog, setDialog] = useState<'import' | 'export' | 'history' | 'add' | null>(null);

  const units = useMemo(() => found?.units ?? [], [found]);
  const tree = useMemo(() => treeOf(units), [units]);
  const shown = useMemo(() => matching(tree, search), [tree, search]);
  const expanded = useMemo(() => {
    if (search !== '') return new Set(units.map(({ id }) => id));
    return opened ?? new Set(tree.map(({ id }) => id));
  }, [search, units, opened, tree]);
  const unit = units.find(({ id }) => id === chosen) ?? units[0] ?? null;
  const node = useMemo(() => (unit ? nodeOf(tree, unit.id) : null), [tree, unit]);
  const inUse = units.filter((one) => !one.retired);
  const delegates = inUse.reduce((sum, one) => sum + one.delegates, 0);

  /** To a unit, wherever in the tree it is. */
  const goTo = (id: string) => {
    setChosen(id);
    setOpened((before) => new Set([...(before ?? tree.map((root) => root.id)), ...above(tree, id)]));
  };

  const ways = (
    <>
      <Button onClick={() => setDialog('add')}>{words.unit.add}</Button>
      <Button tone="primary" onClick={() => setDialog('import')}>
        {words.import}
      </Button>
    </>
  );
  return (
    <>
      <PageHead title={words.title} lead={found && units.length > 0 ? words.lead(inUse.length, delegates) : undefined}>
        {units.length > 0 && (
          <>
            <Button tone="quiet" onClick={() => setDialog('history')}>
              {words.history}
            </Button>
            <Button onClick={() => setDialog('export')}>{words.export}</Button>
            {ways}
          </>
        )}
      </PageHead>
      {(found === null || refusal) && <Pending refusal={refusal} onRetry={() => void acts.reload()} />}
      {found && units.length === 0 && (
        <Empty title={words.empty} text={words.emptyText}>
          {ways}
        </Empty>
      )}
      {units.length > 0 && (
        <div className={styles.columns}>
          <div className={styles.side}>
            <TextField label={words.search} type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
            {shown.length === 0 ? (
              <p role="status">{words.notFound}</p>
            ) : (
              <Tree<UnitNode>
                label={words.tree}
                roots={shown}
                expanded={expanded}
                onExpand={setOpened}
                chosen={unit?.id ?? null}
                onChoose={setChosen}
                row={(one) => <UnitRow node={one} />}
              />
            )}
          </div>
          {unit && node && (
            <UnitPane key={unit.id} unit={unit} below={countBelow(node)} units={units} withRetired={retired} acts={acts} onGo={goTo} />
          )}
        </div>
      )}
      {/* There also without a unit in use: what is retired can be brought back. */}
      {found && <Checkbox label={words.showRetired} checked={retired} onChange={(event) => setRetired(event.target.checked)} />}
      {dialog === 'import' && <ImportDialog onClose={() => setDialog(null)} onChanged={() => void acts.reload()} />}
      {dialog === 'export' && <ExportDialog onClose={() => setDialog(null)} />}
      {dialog === 'history' && <HistoryDialog onClose={() => setDialog(null)} />}
      {dialog === 'add' && (
        <UnitDialog
          unit={null}
          parent={null}
          units={units}
          onKeep={async (made) => {
            const refused = await acts.addUnit(made, words.unit.added(made.name));
            if (refused === null) goTo(made.id);
            return refused;
          }}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}

function UnitRow({ node: { id, name, level, delegates, retired } }: { node: UnitNode }) {
  const words = useDirectoryText();
  return (
    <>
      <span className={styles.name} data-retired={retired}>
        {name}
      </span>
      <small className={styles.level}>{level}</small>
      {retired && <small className={styles.tag}>{words.retired}</small>}
      <small className={styles.count}>{delegates > 0 && words.delegates.count(delegates)}</small>
      <span className="visually-hidden">{id}</span>
    </>
  );
}

const LISTS = [
  ['unitsXlsx', 'units', 'xlsx'],
  ['delegatesXlsx', 'delegates', 'xlsx'],
  ['unitsCsv', 'units', 'csv'],
  ['delegatesCsv', 'delegates', 'csv'],
] as const;

function ExportDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { exports } = useDirectoryText();
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const fetchList = async (kind: 'units' | 'delegates', format: 'csv' | 'xlsx') => {
    if (busy) return;
    setBusy(true);
    const refused = await exportFile(api, kind, format);
    setBusy(false);
    if (refused) tell(wordsOf(refused, text), { tone: 'bad' });
    else onClose();
  };
  return (
    <Dialog title={exports.label} onClose={onClose}>
      <div className={styles.lists}>
        {LISTS.map(([label, kind, format], index) => (
          <Button key={label} data-first={index === 0} disabled={busy} onClick={() => void fetchList(kind, format)}>
            {exports[label]}
          </Button>
        ))}
      </div>
      <div className={styles.buttons}>
        <Button onClick={onClose}>{text.dialog.close}</Button>
      </div>
    </Dialog>
  );
}

function nodeOf(tree: readonly UnitNode[], id: string): UnitNode | null {
  for (const node of tree) {
    const found = node.id === id ? node : nodeOf(node.children, id);
    if (found) return found;
  }
  return null;
}
