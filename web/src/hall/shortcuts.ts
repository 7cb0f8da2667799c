// Single-key shortcuts: which key does what, and when a key press is meant for something else.

export type Shortcut = 'microphone' | 'camera' | 'share' | 'view' | 'previousPage' | 'nextPage' | 'list';

export interface KeyPress {
  key: string;
  /** A modifier is held: the shortcut belongs to the browser or the system. */
  modified: boolean;
  repeated: boolean;
  /** The focus is where keys mean text or a choice. */
  typing: boolean;
}

const KEYS = new Map<string, Shortcut>([
  ['m', 'microphone'],
  ['v', 'camera'],
  ['s', 'share'],
  ['g', 'view'],
  ['?', 'list'],
  ['pageup', 'previousPage'],
  ['pagedown', 'nextPage'],
]);

/** Keys as the list of shortcuts shows them. */
export const KEY_NAMES: { shortcut: Exclude<Shortcut, 'previousPage' | 'nextPage'> | 'pages'; keys: string[] }[] = [
  { shortcut: 'microphone', keys: ['M'] },
  { shortcut: 'camera', keys: ['V'] },
  { shortcut: 'share', keys: ['S'] },
  { shortcut: 'view', keys: ['G'] },
  { shortcut: 'pages', keys: ['Page Up', 'Page Down'] },
  { shortcut: 'list', keys: ['?'] },
];

export function shortcutOf({ key, modified, repeated, typing }: KeyPress): Shortcut | null {
  if (modified || repeated || typing) return null;
  return KEYS.get(key.toLowerCase()) ?? null;
}
