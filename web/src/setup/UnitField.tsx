// A unit of the directory, found by a few letters of its name or by its code.
import { useEffect, useState } from 'react';

import { ask } from '../api/client';
import type { UnitView } from '../api/schema';
import { useApi } from '../app/api';
import { ComboField } from '../ui/ComboField';

const SHOWN = 50;

interface Props {
  label: string;
  hint?: string;
  /** What stands there at first. */
  initial?: UnitView | null;
  onChoose: (unit: UnitView | null) => void;
}

export function UnitField({ label, hint, initial = null, onChoose }: Props) {
  const api = useApi();
  const [typed, setTyped] = useState(initial?.name ?? '');
  const [chosen, setChosen] = useState<UnitView | null>(initial);
  const [units, setUnits] = useState<UnitView[]>(initial ? [initial] : []);
  const search = typed === chosen?.name ? '' : typed;

  useEffect(() => {
    const abort = new AbortController();
    const query = { search, limit: SHOWN };
    const asked = ask((signal) => api.GET('/api/v1/directory/units', { params: { query }, signal }), abort.signal);
    void asked.then((answer) => {
      if (!abort.signal.aborted && answer.ok) setUnits(answer.value.units);
    });
    return () => abort.abort();
  }, [api, search]);

  return (
    <ComboField
      label={label}
      hint={hint}
      choices={units.map(({ id, name, path }) => ({ id, name, detail: [id, ...path].join(' · ') }))}
      typed={typed}
      onType={setTyped}
      chosen={chosen?.id ?? null}
      onChoose={(id) => {
        const unit = units.find((known) => known.id === id) ?? null;
        setChosen(unit);
        if (unit) setTyped(unit.name);
        onChoose(unit);
      }}
    />
  );
}
