// The server's interface as whoever uses this page may use it.
import { createContext, useContext, type ReactNode } from 'react';

import { connect, type Api } from '../api/client';

const ApiContext = createContext<Api | null>(null);
const stranger = connect(null);

export function ApiProvider({ api, children }: { api: Api; children: ReactNode }) {
  return <ApiContext value={api}>{children}</ApiContext>;
}

/** Outside of a provider, what a stranger may ask. */
export const useApi = (): Api => useContext(ApiContext) ?? stranger;
