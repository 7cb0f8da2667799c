// All units of the directory that are in use, in the order of the tree.
import { useCallback, useEffect, useState } from 'react';

import { ask, type Api } from '../api/client';
import type { Refusal } from '../api/refusal';
import type { UnitView } from '../api/schema';
import { useApi } from '../app/api';

const PAGE = 1000;

export interface Units {
  units: readonly UnitView[];
  /** What the next change of the directory is based on. */
  revision: number;
}

export async function readUnits(api: Api, retired = false): Promise<Units | Refusal> {
  for (;;) {
    const units: UnitView[] = [];
    let after: string | undefined;
    let revision: number | null = null;
    do {
      const query = { after, limit: PAGE, retired };
      const answer = await ask((signal) => api.GET('/api/v1/directory/units', { params: { query }, signal }));
      if (!answer.ok) return answer.refusal;
      // Changed between two pages: from the beginning.
      if (revision !== null && answer.value.revision !== revision) break;
      revision = answer.value.revision;
      units.push(...answer.value.units);
      after = answer.value.next ?? undefined;
      if (after === undefined) return { units, revision };
    } while (after !== undefined);
  }
}

export function useUnits(retired = false): { found: Units | null; refusal: Refusal | null; reload: () => Promise<void> } {
  const api = useApi();
  const [found, setFound] = useState<Units | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const reload = useCallback(async () => {
    const units = await readUnits(api, retired);
    if ('kind' in units) setRefusal(units);
    else {
      setRefusal(null);
      setFound(units);
    }
  }, [api, retired]);
  useEffect(() => void reload(), [reload]);
  return { found, refusal, reload };
}
