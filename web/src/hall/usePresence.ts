// What a page does to the browser while a conference runs in it.
import { useEffect } from 'react';

/** Keeps the screen awake; where the browser cannot, nothing happens. */
export function useWakeLock(on: boolean): void {
  useEffect(() => {
    if (!on || !('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | undefined;
    let current = true;
    // The browser takes the lock away whenever the page is hidden.
    const hold = () => {
      if (document.visibilityState !== 'visible') return;
      navigator.wakeLock.request('screen').then(
        (held) => {
          if (current) lock = held;
          else void held.release();
        },
        () => {},
      );
    };
    hold();
    document.addEventListener('visibilitychange', hold);
    return () => {
      current = false;
      document.removeEventListener('visibilitychange', hold);
      void lock?.release().catch(() => {});
    };
  }, [on]);
}

/** Runs when the page really goes away. */
export function usePageEnd(end: () => void): void {
  useEffect(() => {
    window.addEventListener('pagehide', end);
    return () => window.removeEventListener('pagehide', end);
  }, [end]);
}
