// The short news that are shown now. Anybody may tell one.

export interface Toast {
  id: number;
  words: string;
  tone: 'good' | 'bad';
  lastsMs: number;
  undo?: () => void;
}

const LASTS_MS = 6_000;
/** Whoever may undo something needs time to see it. */
const UNDO_LASTS_MS = 12_000;
const AT_ONCE = 3;

let shown: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

export const toasts = (): readonly Toast[] => shown;

export function subscribeToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tell(words: string, { tone = 'good', undo }: { tone?: Toast['tone']; undo?: () => void } = {}): void {
  const toast: Toast = { id: ++lastId, words, tone, lastsMs: undo || tone === 'bad' ? UNDO_LASTS_MS : LASTS_MS, undo };
  show([...shown, toast].slice(-AT_ONCE));
}

export function dismissToast(id: number): void {
  show(shown.filter((toast) => toast.id !== id));
}

function show(next: readonly Toast[]): void {
  shown = next;
  for (const listener of listeners) listener();
}
