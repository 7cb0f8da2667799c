// A correction of what stands on the roll: what it is instead, and why.
import { useState } from 'react';

import type { Presence, RollEntry } from '../api/schema';
import { useMeetingText } from '../i18n/meeting';
import { useRollText } from '../i18n/roll';
import { useConduct } from '../meeting/conduct';
import { SelectField, TextField } from '../ui/Field';
import { FormDialog } from '../ui/FormDialog';

interface Props {
  entry: RollEntry;
  /** The event that stands. */
  corrects: number;
  /** The proxy that the chair approved, if there is one. */
  proxy: number | null;
  onDone: () => void;
}

export function CorrectDialog({ entry, corrects, proxy, onDone }: Props) {
  const { give } = useConduct();
  const { whole: text } = useRollText();
  const { presence: names } = useMeetingText();
  const stands = entry.standing?.presence.is;
  const choices: Presence['is'][] = ['present', 'absent', 'excused', 'left', ...(proxy === null ? [] : (['proxy'] as const))];
  const [is, setIs] = useState<Presence['is']>(choices.find((choice) => choice !== stands) ?? 'present');
  const [why, setWhy] = useState('');
  const [reason, setReason] = useState('');
  const [wrong, setWrong] = useState(false);
  const isMissing = reason.trim() === '' || (is === 'excused' && why.trim() === '');

  const submit = () => {
    setWrong(isMissing);
    if (isMissing) return;
    const presence: Presence = is === 'excused' ? { is, reason: why.trim() } : is === 'proxy' ? { is, proxy: proxy ?? 0 } : { is };
    onDone();
    void give({ do: 'correct-roll', corrects, presence, reason: reason.trim() }, { done: text.correctDone });
  };
  return (
    <FormDialog title={text.correctTitle(entry.name)} confirm={text.correctConfirm} onSubmit={submit} onDone={onDone}>
      <p>{text.correctText}</p>
      <SelectField label={text.presence} value={is} data-first onChange={(event) => setIs(event.target.value as Presence['is'])}>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {names[choice]}
          </option>
        ))}
      </SelectField>
      {is === 'excused' && (
        <TextField
          label={text.absenceReason}
          value={why}
          maxLength={300}
          error={wrong && why.trim() === '' ? text.reasonMissing : null}
          onChange={(event) => setWhy(event.target.value)}
        />
      )}
      <TextField
        label={text.reason}
        value={reason}
        maxLength={300}
        error={wrong && reason.trim() === '' ? text.reasonMissing : null}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}
