// As whom a page of a meeting is used: by the seat whose code this tab has, or else by the administrator who is signed in.
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';

import { administrator } from '../account/session';
import { connect, type Api } from '../api/client';
import { exchangeCode, type Admission } from '../api/join';
import type { Refusal } from '../api/refusal';
import { TokenKeeper, type Token } from '../api/tokens';
import { ApiProvider } from '../app/api';
import { keptCode } from '../app/code';

/** Tokens of seats last this long, in ms. */
const SEAT_TOKEN_MS = 10 * 60_000;

export interface Standing {
  api: Api;
  /** The seat; null for an administrator. */
  admission: Admission | null;
}

export type Opening = { at: 'opening' } | { at: 'open'; standing: Standing } | { at: 'closed'; refusal: Refusal | null };

const StandingContext = createContext<Standing | null>(null);

/** Who uses this page of a meeting; only below a provider. */
export function useStanding(): Standing {
  const standing = useContext(StandingContext);
  if (standing === null) throw new Error('a page of a meeting outside of its provider');
  return standing;
}

export function StandingProvider({ standing, children }: { standing: Standing; children: ReactNode }) {
  return (
    <StandingContext value={standing}>
      <ApiProvider api={standing.api}>{children}</ApiProvider>
    </StandingContext>
  );
}

/** Finds out as whom this tab may use the pages of a meeting. */
export function useOpening(meeting: string): [Opening, () => void] {
  const [opening, setOpening] = useState<Opening>({ at: 'opening' });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setOpening({ at: 'opening' });
    void open(meeting, abort.signal).then((next) => {
      if (!abort.signal.aborted) setOpening(next);
    });
    return () => abort.abort();
  }, [meeting, attempt]);
  return [opening, () => setAttempt((before) => before + 1)];
}

async function open(meeting: string, signal: AbortSignal): Promise<Opening> {
  const code = keptCode();
  if (code === null) return openAsAdministrator();
  const exchange = await exchangeCode(code, signal);
  if (exchange.ok) {
    const { admission } = exchange;
    if (admission.meeting.id !== meeting) return openAsAdministrator();
    return { at: 'open', standing: { api: connect(seatAccess(code, admission)), admission } };
  }
  const { refusal } = exchange;
  switch (refusal.kind) {
    case 'unknown':
      return openAsAdministrator();
    case 'tooMany':
      return { at: 'closed', refusal: { ...refusal, detail: '' } };
    default:
      return { at: 'closed', refusal: { kind: 'offline' } };
  }
}

async function openAsAdministrator(): Promise<Opening> {
  try {
    await administrator.resume();
  } catch {
    return { at: 'closed', refusal: { kind: 'offline' } };
  }
  return administrator.snapshot().is === 'administrator'
    ? { at: 'open', standing: { api: administrator.api, admission: null } }
    : { at: 'closed', refusal: null };
}

/** Tokens for the seat of a code, beginning with the one that came already. */
export function seatAccess(code: string, admission: Admission): TokenKeeper {
  const renew = async (): Promise<Token | null> => {
    const exchange = await exchangeCode(code);
    if (exchange.ok) return tokenOf(exchange.admission);
    if (exchange.refusal.kind === 'unknown') return null;
    throw new Error('no token for the moment');
  };
  return new TokenKeeper(renew, tokenOf(admission));
}

const tokenOf = ({ token, receivedAtMs }: Admission): Token => ({ token, endsAtMs: receivedAtMs + SEAT_TOKEN_MS });
