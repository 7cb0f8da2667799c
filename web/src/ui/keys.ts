// Single keys as shortcuts: when a key press is one, and when it is meant for something else.

export interface KeyPress {
  key: string;
  /** A modifier is held: the shortcut belongs to the browser or the system. */
  modified: boolean;
  repeated: boolean;
  /** The focus is where keys mean text or a choice. */
  typing: boolean;
}

/** The key in lower case; null when it is no shortcut of ours, whatever key it is. */
export function plainKey({ key, modified, repeated, typing }: KeyPress): string | null {
  return modified || repeated || typing ? null : key.toLowerCase();
}
