// What the clerk writes down: why somebody is away, who comes in whose place, who came unexpected.
import { useState } from 'react';

import { useRollText } from '../i18n/roll';
import type { Places } from '../meeting/places';
import { SelectField, TextField } from '../ui/Field';
import { FormDialog } from '../ui/FormDialog';
import { tell } from '../ui/toasts';
import type { RollCommand } from './queue';
import styles from './RoomRoll.module.css';

interface ExcuseProps {
  name: string;
  onConfirm: (reason: string) => void;
  onDone: () => void;
}

export function ExcuseDialog({ name, onConfirm, onDone }: ExcuseProps) {
  const { room: text } = useRollText();
  const [reason, setReason] = useState('');
  const [wrong, setWrong] = useState(false);
  const confirm = (why: string) => {
    setWrong(why.trim() === '');
    if (why.trim() === '') return;
    onDone();
    onConfirm(why.trim());
  };
  return (
    <FormDialog title={text.excuseTitle(name)} confirm={text.excuseConfirm} onSubmit={() => confirm(reason)} onDone={onDone}>
      <TextField
        label={text.excuse}
        value={reason}
        maxLength={300}
        data-first
        error={wrong ? text.excuseMissing : null}
        onChange={(event) => setReason(event.target.value)}
      />
      <div className={styles.reasons}>
        {text.reasons.map((one) => (
          <button key={one} type="button" onClick={() => confirm(one)}>
            {one}
          </button>
        ))}
      </div>
    </FormDialog>
  );
}

interface ProxyProps {
  delegate: string;
  name: string;
  onSay: (command: RollCommand) => void;
  onDone: () => void;
}

export function ProxyDialog({ delegate, name, onSay, onDone }: ProxyProps) {
  const { room: text } = useRollText();
  const [substitute, setSubstitute] = useState('');
  const [title, setTitle] = useState('');
  const [reason, setReason] = useState('');
  const [wrong, setWrong] = useState(false);
  const submit = () => {
    setWrong(substitute.trim() === '');
    if (substitute.trim() === '') return;
    onDone();
    onSay({ do: 'request-proxy', delegate, substitute: { name: substitute.trim(), title: title.trim() }, reason: reason.trim() });
  };
  return (
    <FormDialog title={text.proxyTitle(name)} confirm={text.proxyConfirm} onSubmit={submit} onDone={onDone}>
      <p>{text.proxyText}</p>
      <TextField
        label={text.substitute}
        value={substitute}
        maxLength={200}
        data-first
        error={wrong ? text.nameMissing : null}
        onChange={(event) => setSubstitute(event.target.value)}
      />
      <TextField label={text.position} value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} />
      <TextField label={text.proxyReason} value={reason} maxLength={300} onChange={(event) => setReason(event.target.value)} />
    </FormDialog>
  );
}

interface AddProps {
  point: string;
  places: Places;
  onSay: (command: RollCommand) => void;
  onDone: () => void;
}

export function AddDialog({ point, places, onSay, onDone }: AddProps) {
  const { room: text } = useRollText();
  const [name, setName] = useState('');
  const [title, setTitle] = useState('');
  const [unit, setUnit] = useState(point);
  const [wrong, setWrong] = useState(false);
  const submit = () => {
    setWrong(name.trim() === '');
    if (name.trim() === '') return;
    onDone();
    onSay({ do: 'add-delegate', name: name.trim(), title: title.trim(), unit, point });
    tell(text.addDone);
  };
  return (
    <FormDialog title={text.addTitle} confirm={text.addConfirm} onSubmit={submit} onDone={onDone}>
      <TextField
        label={text.name}
        value={name}
        maxLength={200}
        data-first
        error={wrong ? text.nameMissing : null}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField label={text.position} value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} />
      <SelectField label={text.unit} value={unit} onChange={(event) => setUnit(event.target.value)}>
        {places.outline?.points.map(({ id, name: called }) => (
          <option key={id} value={id}>
            {called}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  );
}
