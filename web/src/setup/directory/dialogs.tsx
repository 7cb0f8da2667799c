// A unit, and a delegate, to fill in.
import { useMemo, useState } from 'react';

import type { Refusal } from '../../api/refusal';
import type { DelegateView, Point, UnitView } from '../../api/schema';
import { wordsOf } from '../../api/words';
import { useText } from '../../i18n';
import { useDirectoryText } from '../../i18n/directory';
import type { Choice } from '../../ui/ComboField';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/Field';
import { FormDialog } from '../../ui/FormDialog';
import { PickField } from '../../ui/PickField';

type Kept = Promise<Refusal | null>;

/** Keeps what is filled in, and closes the dialog unless that is refused. */
function useKeeping(onClose: () => void) {
  const text = useText();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const keep = async (act: () => Kept) => {
    if (busy) return;
    setBusy(true);
    const refused = await act();
    setBusy(false);
    setRefusal(refused);
    if (refused === null) onClose();
  };
  return { busy, keep, trouble: refusal && <p role="alert">{wordsOf(refusal, text)}</p> };
}

interface UnitProps {
  /** None for a new one. */
  unit: UnitView | null;
  /** Where a new one is put. */
  parent: UnitView | null;
  units: readonly UnitView[];
  onKeep: (unit: Point) => Kept;
  onClose: () => void;
}

export function UnitDialog({ unit, parent, units, onKeep, onClose }: UnitProps) {
  const { unit: words } = useDirectoryText();
  const [code, setCode] = useState('');
  const [name, setName] = useState(unit?.name ?? '');
  const [level, setLevel] = useState(unit?.level ?? '');
  const [room, setRoom] = useState(unit?.room ?? '');
  const [above, setAbove] = useState(unit ? (unit.parent ?? null) : (parent?.id ?? null));
  const { busy, keep, trouble } = useKeeping(onClose);
  const choices = useMemo(() => choicesOf(units.filter(({ id, retired }) => id !== unit?.id && !retired)), [units, unit]);
  const id = unit?.id ?? code.trim();
  const ready = id !== '' && name.trim() !== '' && level.trim() !== '';
  return (
    <FormDialog
      title={unit ? words.editTitle : words.addTitle}
      confirm={words.save}
      disabled={!ready || busy}
      onSubmit={() => ready && void keep(() => onKeep({ id, parent: above, level: level.trim(), name: name.trim(), room: room.trim() }))}
      onDone={onClose}
    >
      {unit === null && (
        <TextField label={words.code} hint={words.codeHint} value={code} onChange={(event) => setCode(event.target.value)} maxLength={64} autoComplete="off" data-first />
      )}
      <TextField label={words.name} value={name} onChange={(event) => setName(event.target.value)} maxLength={300} autoComplete="off" data-first={unit !== null} />
      <TextField label={words.level} hint={words.levelHint} value={level} onChange={(event) => setLevel(event.target.value)} maxLength={100} />
      <TextField label={words.room} value={room} onChange={(event) => setRoom(event.target.value)} maxLength={300} autoComplete="off" />
      <PickField label={words.parent} all={choices} chosen={above} onChoose={setAbove} />
      {above !== null && (
        <div>
          <Button size="small" tone="quiet" onClick={() => setAbove(null)}>
            {words.top}
          </Button>
        </div>
      )}
      {trouble}
    </FormDialog>
  );
}

interface DelegateProps {
  delegate: DelegateView | null;
  unit: UnitView;
  units: readonly UnitView[];
  onKeep: (facts: { name: string; title: string; unit: string; point: string | null }) => Kept;
  onClose: () => void;
}

export function DelegateDialog({ delegate, unit, units, onKeep, onClose }: DelegateProps) {
  const { delegates: words } = useDirectoryText();
  const [name, setName] = useState(delegate?.name ?? '');
  const [title, setTitle] = useState(delegate?.title ?? '');
  const [own, setOwn] = useState<string | null>(delegate?.unit ?? unit.id);
  const [point, setPoint] = useState(delegate?.point ?? null);
  const { busy, keep, trouble } = useKeeping(onClose);
  const choices = useMemo(() => choicesOf(units.filter(({ retired }) => !retired)), [units]);
  const ready = name.trim() !== '' && own !== null;
  return (
    <FormDialog
      title={delegate ? words.editTitle : words.add}
      confirm={words.save}
      disabled={!ready || busy}
      onSubmit={() => own !== null && ready && void keep(() => onKeep({ name: name.trim(), title: title.trim(), unit: own, point }))}
      onDone={onClose}
    >
      <TextField label={words.name} value={name} onChange={(event) => setName(event.target.value)} maxLength={300} autoComplete="off" data-first />
      <TextField label={words.position} value={title} onChange={(event) => setTitle(event.target.value)} maxLength={300} autoComplete="off" />
      <PickField label={words.unit} all={choices} chosen={own} onChoose={setOwn} />
      <PickField label={words.point} hint={words.pointHint} all={choices} chosen={point} onChoose={setPoint} />
      {point !== null && (
        <div>
          <Button size="small" tone="quiet" onClick={() => setPoint(null)}>
            {words.ownPoint}
          </Button>
        </div>
      )}
      {trouble}
    </FormDialog>
  );
}

interface RetireProps {
  unit: UnitView;
  below: number;
  onRetire: () => Kept;
  onClose: () => void;
}

export function RetireDialog({ unit, below, onRetire, onClose }: RetireProps) {
  const { unit: words } = useDirectoryText();
  const { busy, keep, trouble } = useKeeping(onClose);
  return (
    <ConfirmDialog title={words.retireTitle(unit.name)} confirm={words.retire} danger busy={busy} onConfirm={() => void keep(onRetire)} onCancel={onClose}>
      <p>{words.retireText}</p>
      {below > 0 && <p>{words.retireBelow(below)}</p>}
      {trouble}
    </ConfirmDialog>
  );
}

const choicesOf = (units: readonly UnitView[]): Choice[] => units.map(({ id, name, path }) => ({ id, name, detail: [id, ...path].join(' · ') }));
