// One of a list that the page has: found by any words of it, without marks and capitals too.
import { useState } from 'react';

import { matcher } from '../meeting/tree';
import { ComboField, type Choice } from './ComboField';

const SHOWN = 50;

interface Props {
  label: string;
  hint?: string;
  all: readonly Choice[];
  chosen: string | null;
  onChoose: (id: string | null) => void;
}

export function PickField({ label, hint, all, chosen, onChoose }: Props) {
  const name = all.find(({ id }) => id === chosen)?.name ?? '';
  const [typed, setTyped] = useState(name);
  const [before, setBefore] = useState(chosen);
  // Chosen by other means than this field: it says so.
  if (before !== chosen) {
    setBefore(chosen);
    setTyped(name);
  }
  // What is chosen is no search: the others are there to be chosen in its place.
  const matches = matcher(typed === name ? '' : typed);
  const fits = all.filter((choice) => matches(choice.name, choice.detail ?? '', choice.id));
  const shown = fits.slice(0, SHOWN);
  const own = all.find(({ id }) => id === chosen);
  return (
    <ComboField
      label={label}
      hint={hint}
      // What is chosen stays known to the field, however far down the list it is.
      choices={typed === name && own && !shown.includes(own) ? [own, ...shown] : shown}
      typed={typed}
      onType={setTyped}
      chosen={chosen}
      onChoose={onChoose}
    />
  );
}
