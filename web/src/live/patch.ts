// JSON Patch (RFC 6902) as the live view sends it. What a patch does not touch stays the same object, so that only what
// shows it anew is drawn anew; pure.

export type Operation =
  | { op: 'add' | 'replace'; path: string; value: unknown }
  | { op: 'remove'; path: string };

/** A patch that does not fit: the state is not the one that it was made for. */
export class PatchMisfit extends Error {}

type Owned = unknown[] | Record<string, unknown>;

/** The document with the operations done, one after the other. `document` itself stays as it was. */
export function patched<T>(document: T, operations: readonly Operation[]): T {
  // Copied already, by this very patch: may be written to.
  const own = new Set<unknown>();
  let root: unknown = document;
  for (const operation of operations) {
    const steps = stepsOf(operation.path);
    const last = steps.pop();
    if (last === undefined) {
      if (operation.op === 'remove') throw new PatchMisfit('nothing would be left');
      root = operation.value;
      continue;
    }
    root = ownCopy(root, own);
    let at = root as Owned;
    for (const step of steps) {
      const child = ownCopy(read(at, step), own);
      write(at, step, child);
      at = child;
    }
    perform(at, last, operation);
  }
  return root as T;
}

function stepsOf(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw new PatchMisfit(path);
  const steps = path.slice(1).split('/');
  return path.includes('~') ? steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')) : steps;
}

function ownCopy(value: unknown, own: Set<unknown>): Owned {
  if (typeof value !== 'object' || value === null) throw new PatchMisfit('no object on the way');
  if (own.has(value)) return value as Owned;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as Record<string, unknown>) };
  own.add(copy);
  return copy;
}

function read(at: Owned, step: string): unknown {
  return Array.isArray(at) ? at[indexIn(at, step)] : at[step];
}

function write(at: Owned, step: string, value: unknown): void {
  if (Array.isArray(at)) at[indexIn(at, step)] = value;
  else at[step] = value;
}

function perform(at: Owned, step: string, operation: Operation): void {
  if (!Array.isArray(at)) {
    if (operation.op !== 'add' && !Object.hasOwn(at, step)) throw new PatchMisfit(operation.path);
    if (operation.op === 'remove') delete at[step];
    else at[step] = operation.value;
    return;
  }
  switch (operation.op) {
    case 'add':
      if (step === '-') at.push(operation.value);
      else at.splice(indexIn(at, step, at.length), 0, operation.value);
      return;
    case 'replace':
      at[indexIn(at, step)] = operation.value;
      return;
    case 'remove':
      at.splice(indexIn(at, step), 1);
  }
}

function indexIn(array: unknown[], step: string, most = array.length - 1): number {
  const index = /^(0|[1-9]\d*)$/.test(step) ? Number(step) : -1;
  if (index < 0 || index > most) throw new PatchMisfit(`no place ${step} among ${array.length}`);
  return index;
}
