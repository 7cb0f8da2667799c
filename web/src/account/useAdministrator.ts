import { useSyncExternalStore } from 'react';

import { administrator, type SignedIn } from './session';

/** Who is signed in in this browser. */
export const useAdministrator = (): SignedIn => useSyncExternalStore(administrator.subscribe, administrator.snapshot);
