// The short code of an invitation: where it comes from and where it is kept.
import { readText, writeText } from './storage';

const KEY = 'diemcau.code';
const GROUP = 5;

/** `XXXXX-XXXXX` from what a person typed or a link carried; null when it cannot be a code. */
export function normaliseCode(text: string): string | null {
  const plain = text.replace(/[\s\-‐-―._]/g, '').toUpperCase();
  if (!/^[0-9A-Z]{10}$/.test(plain)) return null;
  return `${plain.slice(0, GROUP)}-${plain.slice(GROUP)}`;
}

/** The code in a location's fragment. It stands there so that no server and no log ever sees it. */
export function codeOfFragment(hash: string): string | null {
  try {
    return normaliseCode(decodeURIComponent(hash.replace(/^#/, '')));
  } catch {
    return null;
  }
}

/** The code in what a QR code says: a link of ours, or the code itself. */
export function codeOfText(text: string): string | null {
  const hash = text.indexOf('#');
  return hash < 0 ? normaliseCode(text) : codeOfFragment(text.slice(hash));
}

/** Takes the code out of the address bar and keeps it for this tab; null when there is none. */
export function takeCode(): string | null {
  const fromLink = codeOfFragment(window.location.hash);
  if (window.location.hash !== '') {
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
  }
  if (fromLink !== null) keepCode(fromLink);
  return fromLink ?? keptCode();
}

export function keepCode(code: string | null): void {
  writeText(KEY, code, () => sessionStorage);
}

export function keptCode(): string | null {
  const kept = readText(KEY, () => sessionStorage);
  return kept === null ? null : normaliseCode(kept);
}
