// Keeps a token fresh: one renewal at a time, before the old one ends.
import type { Access } from './client';

export interface Token {
  token: string;
  /** When it ends, in ms of `Date.now()` of this machine. */
  endsAtMs: number;
}

/** A token that ends sooner is not used any more. */
const MARGIN_MS = 60_000;
/** Tokens come at least this long before they end, whatever the clock of this machine says. */
const LEAST_MS = 3 * MARGIN_MS;

/** When a token that the server ends at `expiresAt` ends here. A clock that is wrong by hours must not make it worthless. */
export const endsAtMs = (expiresAt: string, nowMs: number): number => Math.max(Date.parse(expiresAt) || 0, nowMs + LEAST_MS);

export class TokenKeeper implements Access {
  private current: Token | null;
  private renewing: Promise<Token | null> | null = null;

  /** `renew` gives null when nobody is signed in, and may throw when no answer comes. */
  constructor(
    private readonly renew: () => Promise<Token | null>,
    first: Token | null = null,
    private readonly now: () => number = Date.now,
  ) {
    this.current = first;
  }

  async token(rejected?: string): Promise<string | null> {
    const { current } = this;
    if (current !== null && current.token !== rejected && current.endsAtMs - MARGIN_MS > this.now()) return current.token;
    this.renewing ??= this.renew().finally(() => {
      this.renewing = null;
    });
    this.current = await this.renewing;
    return this.current?.token ?? null;
  }

  /** Takes a token that came another way; null forgets. */
  take(token: Token | null): void {
    this.current = token;
  }
}
