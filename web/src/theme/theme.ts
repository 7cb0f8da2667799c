// Light, dark or of high contrast: as the device says, unless the person says otherwise.
import { readText, writeText } from '../app/storage';

export const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

/** What the device asks for. */
export interface DeviceWish {
  dark: boolean;
  contrast: boolean;
}

/** What the style sheets go by: attributes of the root element. */
export interface Look {
  theme: 'light' | 'dark';
  contrast: 'normal' | 'more';
}

export function lookOf(theme: Theme, device: DeviceWish): Look {
  const contrast = theme === 'contrast' || device.contrast ? 'more' : 'normal';
  switch (theme) {
    case 'light':
    case 'dark':
      return { theme, contrast };
    default:
      return { theme: device.dark ? 'dark' : 'light', contrast };
  }
}

const KEY = 'diemcau.theme';
const DARK = '(prefers-color-scheme: dark)';
const CONTRAST = '(prefers-contrast: more)';

let chosen: Theme = 'system';
const listeners = new Set<() => void>();

/** Gives the page its look, and again whenever the device changes its mind. */
export function followTheme(): void {
  const kept = readText(KEY);
  chosen = THEMES.find((theme) => theme === kept) ?? 'system';
  for (const query of [DARK, CONTRAST]) window.matchMedia(query).addEventListener('change', apply);
  apply();
}

export const theme = (): Theme => chosen;

export function chooseTheme(next: Theme): void {
  chosen = next;
  writeText(KEY, next === 'system' ? null : next);
  apply();
  for (const listener of listeners) listener();
}

export function subscribeTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function apply(): void {
  const matches = (query: string) => window.matchMedia(query).matches;
  const look = lookOf(chosen, { dark: matches(DARK), contrast: matches(CONTRAST) });
  Object.assign(document.documentElement.dataset, look);
}
