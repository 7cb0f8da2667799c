// Giving the floor unasked: to whom, and who speaks there.
import { useState } from 'react';

import { useDeskText } from '../i18n/desk';
import { useConduct } from '../meeting/conduct';
import { pointOf } from '../meeting/places';
import { SelectField, TextField } from '../ui/Field';
import { FormDialog } from '../ui/FormDialog';
import type { Acts, HostState } from './acts';
import { titled } from './questions';

/** In the list of speakers: somebody who is not on it. */
const OTHER = '';

interface Props {
  place: string | null;
  seen: HostState;
  box: number;
  acts: Acts;
  onDone: () => void;
}

export function GiveDialog({ place: given, seen, box, acts, onDone }: Props) {
  const { places } = useConduct();
  const { ask } = useDeskText();
  const able = seen.lines.filter(({ place, connected }) => connected && !place.startsWith('observer:')).map(({ place }) => place);
  const [place, setPlace] = useState(given ?? able[0] ?? '');
  const [speaker, setSpeaker] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [subject, setSubject] = useState('');
  const [wrong, setWrong] = useState(false);

  const point = place === 'hub' ? places.outline?.hub : pointOf(place);
  const known = seen.roll.delegates.filter((delegate) => delegate.point === point);
  const chosen = speaker ?? known[0]?.id ?? OTHER;
  const isOther = chosen === OTHER;
  const isMissing = place === '' || (isOther && name.trim() === '' && !place.startsWith('delegate:'));

  const submit = () => {
    setWrong(isMissing);
    if (isMissing) return;
    onDone();
    void acts.give(place, isOther ? { name: name.trim() } : { delegate: chosen, name: known.find(({ id }) => id === chosen)?.name }, subject.trim(), box);
  };
  return (
    <FormDialog title={ask.give.title} confirm={ask.give.confirm} onSubmit={submit} onDone={onDone}>
      <SelectField
        label={ask.give.place}
        value={place}
        onChange={(event) => {
          setPlace(event.target.value);
          setSpeaker(null);
        }}
      >
        {able.map((one) => (
          <option key={one} value={one}>
            {places.name(one)}
          </option>
        ))}
      </SelectField>
      <SelectField label={ask.give.speaker} value={chosen} data-first onChange={(event) => setSpeaker(event.target.value)}>
        {known.map((delegate) => (
          <option key={delegate.id} value={delegate.id}>
            {titled(delegate)}
          </option>
        ))}
        <option value={OTHER}>{ask.give.other}</option>
      </SelectField>
      {isOther && (
        <TextField
          label={ask.give.name}
          value={name}
          maxLength={200}
          error={wrong && isMissing ? ask.give.missing : null}
          onChange={(event) => setName(event.target.value)}
        />
      )}
      <TextField label={ask.give.subject} value={subject} maxLength={300} onChange={(event) => setSubject(event.target.value)} />
    </FormDialog>
  );
}
