import { describe, expect, it } from 'vitest';

import type { Refusal } from '../../api/refusal';
import type { ImportReport } from '../../api/schema';
import { BEGIN, changeCount, nextImport, type Importing, type ImportStep, type Wish } from './importing';

const wish: Wish = { kind: 'units', replace: false, file: { name: 'a.csv', content: new ArrayBuffer(0) } };
const other: Wish = { ...wish };
const report: ImportReport = {
  kind: 'units', revision: 4, counts: { added: 2, changed: 1, restored: 0, retired: 3, unchanged: 9 },
  reordered: false, ignoredColumns: [], notices: [], changes: [],
};
const preview = { report, etag: '"4"' };
const problem = (name: string, file: Extract<Refusal, { kind: 'problem' }>['file'] = null): Refusal => ({
  kind: 'problem', status: 422, name, title: '', detail: '', meeting: null, file,
});
const walk = (...steps: ImportStep[]): Importing => steps.reduce(nextImport, BEGIN);
const CHOOSE: ImportStep = { do: 'choose', wish };
const SHOW: ImportStep = { do: 'show', wish, preview };

describe('a file on its way into the directory', () => {
  it('is checked, shown, taken', () => {
    expect(walk(CHOOSE)).toEqual({ is: 'checking', wish, again: false });
    expect(walk(CHOOSE, SHOW)).toMatchObject({ is: 'shown', preview });
    expect(walk(CHOOSE, SHOW, { do: 'take' }).is).toBe('taking');
    expect(walk(CHOOSE, SHOW, { do: 'take' }, { do: 'taken', report })).toMatchObject({ is: 'done', revision: 4, counts: report.counts });
  });

  it('is not taken without having been shown', () => {
    expect(walk(CHOOSE, { do: 'take' }).is).toBe('checking');
    expect(walk({ do: 'take' })).toBe(BEGIN);
    expect(walk(CHOOSE, { do: 'taken', report }).is).toBe('checking');
  });

  it('is put right when it has faults', () => {
    const errors = { errors: [], errorCount: 3 };
    const faulty = walk(CHOOSE, { do: 'refuse', wish, refusal: problem('faults', errors) });
    expect(faulty).toEqual({ is: 'faulty', wish, faults: errors });
    expect(nextImport(faulty, { do: 'choose', wish: other }).is).toBe('checking');
  });

  it('is shown anew when the directory was changed meanwhile', () => {
    const again = walk(CHOOSE, SHOW, { do: 'take' }, { do: 'refuse', wish, refusal: problem('stale') });
    expect(again).toEqual({ is: 'checking', wish, again: true });
    expect(nextImport(again, SHOW)).toMatchObject({ is: 'shown', again: true });
  });

  it('is forgotten for the one that was chosen after it', () => {
    expect(walk(CHOOSE, { do: 'choose', wish: other }, SHOW)).toEqual({ is: 'checking', wish: other, again: false });
    expect(walk(CHOOSE, { do: 'choose', wish: other }, { do: 'refuse', wish, refusal: { kind: 'offline' } }).is).toBe('checking');
  });

  it('stays where it is while it is being taken', () => {
    const taking = walk(CHOOSE, SHOW, { do: 'take' });
    expect(nextImport(taking, { do: 'restart' })).toBe(taking);
    expect(nextImport(taking, { do: 'choose', wish: other })).toBe(taking);
    expect(nextImport(taking, { do: 'refuse', wish, refusal: { kind: 'offline' } })).toEqual({ is: 'refused', wish, refusal: { kind: 'offline' } });
  });
});

it('counts what is not as before', () => {
  expect(changeCount(report.counts)).toBe(6);
});
