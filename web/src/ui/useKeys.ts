// Listens for single keys.
import { useEffect, useRef } from 'react';

import { plainKey } from './keys';

/** What each key does, in lower case. */
export type Keys = Partial<Record<string, () => void>>;

export function useKeys(on: boolean, keys: Keys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!on) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const key = plainKey({
        key: event.key,
        modified: event.ctrlKey || event.altKey || event.metaKey,
        repeated: event.repeat,
        typing: isTyping(event.target),
      });
      const act = key !== null && Object.hasOwn(latest.current, key) ? latest.current[key] : undefined;
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [on]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable], dialog') !== null;
}
