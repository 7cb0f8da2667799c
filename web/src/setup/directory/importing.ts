// Taking a file into the directory, step by step; pure. What a step is not meant for changes nothing.
import type { FileFaults, Refusal } from '../../api/refusal';
import type { ChangeCounts, DirectoryKind, ImportReport } from '../../api/schema';

/** A file that the browser has read. */
export interface Loaded {
  name: string;
  content: ArrayBuffer;
}

export interface Wish {
  kind: DirectoryKind;
  replace: boolean;
  file: Loaded;
}

/** What the server has made of a file, and of which revision of the directory. */
export interface Preview {
  report: ImportReport;
  etag: string;
}

export type Importing =
  | { is: 'choosing' }
  /** Asked for a preview; `again` because somebody else has changed the directory. */
  | { is: 'checking'; wish: Wish; again: boolean }
  | { is: 'faulty'; wish: Wish; faults: FileFaults }
  | { is: 'shown'; wish: Wish; preview: Preview; again: boolean }
  | { is: 'taking'; wish: Wish; preview: Preview }
  | { is: 'done'; wish: Wish; counts: ChangeCounts; revision: number }
  | { is: 'refused'; wish: Wish; refusal: Refusal };

export type ImportStep =
  | { do: 'choose'; wish: Wish }
  | { do: 'show'; wish: Wish; preview: Preview }
  | { do: 'take' }
  | { do: 'taken'; report: ImportReport }
  | { do: 'refuse'; wish: Wish; refusal: Refusal }
  | { do: 'restart' };

export const BEGIN: Importing = { is: 'choosing' };

export function nextImport(now: Importing, step: ImportStep): Importing {
  switch (step.do) {
    case 'choose':
      return now.is === 'taking' ? now : { is: 'checking', wish: step.wish, again: false };
    case 'show':
      // An answer for another file than the one that is asked for now is too late.
      return now.is === 'checking' && now.wish === step.wish ? { is: 'shown', wish: now.wish, preview: step.preview, again: now.again } : now;
    case 'take':
      return now.is === 'shown' ? { is: 'taking', wish: now.wish, preview: now.preview } : now;
    case 'taken':
      return now.is === 'taking' ? { is: 'done', wish: now.wish, counts: step.report.counts, revision: step.report.revision } : now;
    case 'refuse':
      return (now.is === 'checking' || now.is === 'taking') && now.wish === step.wish ? refused(now, step.refusal) : now;
    case 'restart':
      return now.is === 'taking' ? now : BEGIN;
  }
}

function refused(now: Importing & { wish: Wish }, refusal: Refusal): Importing {
  const { wish } = now;
  if (refusal.kind === 'problem' && refusal.file) return { is: 'faulty', wish, faults: refusal.file };
  // What was confirmed is not what would happen any more: it is looked at once more.
  if (refusal.kind === 'problem' && refusal.name === 'stale') return { is: 'checking', wish, again: true };
  return { is: 'refused', wish, refusal };
}

/** How many entries are not as before. */
export const changeCount = ({ added, changed, restored, retired }: ChangeCounts): number => added + changed + restored + retired;

/** Which of the counts say something, in the order in which they are told. */
export const CHANGES = ['added', 'changed', 'restored', 'retired'] as const;
export const COUNTS = [...CHANGES, 'unchanged'] as const satisfies readonly (keyof ChangeCounts)[];

/** What the server takes, in bytes. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;
