// The administrator who uses this browser. The server keeps the session in a cookie that no script sees; here there are
// only tokens of ten minutes, and who they are for.
import { ask, connect, type Answer, type Api, type Send } from '../api/client';
import type { Session } from '../api/schema';
import { endsAtMs, TokenKeeper, type Token } from '../api/tokens';

export type SignedIn =
  /** Nobody has asked the server yet. */
  | { is: 'unknown' }
  | { is: 'nobody' }
  | { is: 'administrator'; name: string };

export class AdministratorSession {
  private state: SignedIn = { is: 'unknown' };
  private readonly listeners = new Set<() => void>();
  private readonly keeper: TokenKeeper;
  private readonly stranger: Api;
  /** The interface as this administrator may use it. */
  readonly api: Api;

  constructor(
    send?: Send,
    private readonly now: () => number = Date.now,
  ) {
    this.stranger = connect(null, send);
    this.keeper = new TokenKeeper(() => this.renew(), null, now);
    this.api = connect(this.keeper, send);
  }

  readonly snapshot = (): SignedIn => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Finds out whether a session of before is still there; rejects when no answer comes. */
  async resume(): Promise<void> {
    await this.keeper.token();
  }

  signIn(name: string, password: string): Promise<Answer<Session>> {
    return this.enter(ask((signal) => this.stranger.POST('/api/v1/admin/session', { body: { name, password }, signal })));
  }

  /** By a one-time link. */
  setPassword(code: string, name: string | null, password: string): Promise<Answer<Session>> {
    return this.enter(ask((signal) => this.stranger.POST('/api/v1/admin/password', { body: { code, name, password }, signal })));
  }

  changePassword(old: string, next: string): Promise<Answer<Session>> {
    return this.enter(ask((signal) => this.api.PUT('/api/v1/admin/password', { body: { old, new: next }, signal })));
  }

  async signOut(): Promise<Answer<unknown>> {
    const answer = await ask((signal) => this.stranger.DELETE('/api/v1/admin/session', { signal }));
    if (answer.ok) this.become(null);
    return answer;
  }

  private async enter(asked: Promise<Answer<Session>>): Promise<Answer<Session>> {
    const answer = await asked;
    if (answer.ok) this.become(answer.value);
    return answer;
  }

  private async renew(): Promise<Token | null> {
    const answer = await ask((signal) => this.stranger.POST('/api/v1/admin/session/token', { signal }));
    if (answer.ok) return this.become(answer.value);
    if (answer.refusal.kind === 'signedOut') return this.become(null);
    throw new Error('no token for the moment');
  }

  private become(session: Session | null): Token | null {
    const token = session && { token: session.token, endsAtMs: endsAtMs(session.expiresAt, this.now()) };
    this.keeper.take(token);
    const before = this.state;
    this.state = session ? { is: 'administrator', name: session.name } : { is: 'nobody' };
    const same = before.is === this.state.is && (before.is !== 'administrator' || before.name === session?.name);
    if (same) this.state = before;
    else for (const listener of this.listeners) listener();
    return token;
  }
}

/** The one of this page. */
export const administrator = new AdministratorSession();
