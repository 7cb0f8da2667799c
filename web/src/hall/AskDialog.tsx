// Asking for the floor: who will speak, and about what.
import { useState } from 'react';

import { useHallText } from '../i18n/hall';
import { useConduct } from '../meeting/conduct';
import { pointOf } from '../meeting/places';
import { SelectField, TextField } from '../ui/Field';
import { FormDialog } from '../ui/FormDialog';

/** In the list of speakers: somebody who is not on it. */
const OTHER = '';

export function AskDialog({ onDone }: { onDone: () => void }) {
  const { live, self, places, give } = useConduct();
  const { floor } = useHallText();
  const { state } = live;
  const room = self === 'hub' ? places.outline?.hub : pointOf(self ?? '');
  const known = (state?.roll?.delegates ?? []).filter(({ point }) => point === room);
  const [speaker, setSpeaker] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [subject, setSubject] = useState('');
  const [wrong, setWrong] = useState(false);

  // On a device of their own, a delegate asks for nobody else.
  const device = self?.startsWith('delegate:') ? self.slice('delegate:'.length) : null;
  const chosen = speaker ?? known[0]?.id ?? OTHER;
  const isOther = device === null && chosen === OTHER;
  const isMissing = isOther && name.trim() === '';
  const submit = () => {
    setWrong(isMissing);
    if (isMissing) return;
    onDone();
    const of = device ?? chosen;
    void give(
      { do: 'request-floor', speaker: isOther ? { name: name.trim() } : { delegate: of, name: known.find(({ id }) => id === of)?.name }, subject: subject.trim() },
      { done: floor.sent },
    );
  };
  return (
    <FormDialog title={floor.askTitle} confirm={floor.send} onSubmit={submit} onDone={onDone}>
      {device === null && known.length > 0 && (
        <SelectField label={floor.who} value={chosen} data-first onChange={(event) => setSpeaker(event.target.value)}>
          {known.map(({ id, name: called, title }) => (
            <option key={id} value={id}>
              {title ? `${called}, ${title}` : called}
            </option>
          ))}
          <option value={OTHER}>{floor.other}</option>
        </SelectField>
      )}
      {isOther && (
        <TextField
          label={floor.name}
          value={name}
          maxLength={200}
          data-first={known.length === 0 ? true : undefined}
          error={wrong && isMissing ? floor.missing : null}
          onChange={(event) => setName(event.target.value)}
        />
      )}
      <TextField
        label={floor.subject}
        value={subject}
        maxLength={300}
        data-first={device === null ? undefined : true}
        onChange={(event) => setSubject(event.target.value)}
      />
    </FormDialog>
  );
}
