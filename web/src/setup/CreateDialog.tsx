// A new meeting: empty, by a template, or as a copy of an earlier one. What it needs to be kept at all is asked for here.
import { useEffect, useState } from 'react';

import { ask, onlyOnce } from '../api/client';
import type { Refusal } from '../api/refusal';
import type { MeetingSummary, Point, UnitView } from '../api/schema';
import { wordsOf } from '../api/words';
import { useApi } from '../app/api';
import { useText } from '../i18n';
import { usePlanText } from '../i18n/plan';
import { SelectField, TextField } from '../ui/Field';
import { FormDialog } from '../ui/FormDialog';
import { instantOf, wallTime } from '../ui/localTime';
import {
  agendaOf,
  DEFAULT_RULES,
  likeThis,
  meetingIdOf,
  NOBODY,
  TEMPLATE_RULES,
  TEMPLATES,
  USUAL_ZONE,
  wholePlan,
  type Plan,
  type TemplateName,
} from './plan/plan';
import { UnitField } from './UnitField';

interface Props {
  meetings: readonly MeetingSummary[];
  copyOf: string | null;
  onClose: () => void;
  onMade: (id: string) => void;
}

type From = 'blank' | TemplateName | 'copy';

const NEW_HUB = 'trung-tam';

export function CreateDialog({ meetings, copyOf, onClose, onMade }: Props) {
  const text = useText();
  const { create } = usePlanText();
  const api = useApi();
  const [from, setFrom] = useState<From>(copyOf === null ? 'blank' : 'copy');
  const [source, setSource] = useState(copyOf ?? '');
  const [title, setTitle] = useState('');
  const [starts, setStarts] = useState(tomorrowMorning);
  const [root, setRoot] = useState<UnitView | null | 'loading'>('loading');
  const [hub, setHub] = useState<UnitView | null>(null);
  const [hubName, setHubName] = useState('');
  const [problem, setProblem] = useState<Refusal | 'missing' | null>(null);
  const [busy, setBusy] = useState(false);

  // Most meetings are led from the top of the directory.
  useEffect(() => {
    const query = { depth: 0, limit: 1 };
    void ask((signal) => api.GET('/api/v1/directory/units', { params: { query }, signal })).then((answer) => {
      const first = answer.ok ? (answer.value.units[0] ?? null) : null;
      setRoot(first);
      setHub(first);
    });
  }, [api]);

  const chooseSource = (id: string) => {
    setSource(id);
    const copied = meetings.find((meeting) => meeting.id === id);
    if (copied && title === '') setTitle(copied.title);
  };
  useEffect(() => {
    if (copyOf !== null) setTitle(meetings.find(({ id }) => id === copyOf)?.title ?? '');
  }, [copyOf, meetings]);

  const plan = async (startsAt: string): Promise<Plan | Refusal | null> => {
    const id = meetingIdOf(title, startsAt, new Set(meetings.map((meeting) => meeting.id)));
    if (from === 'copy') {
      if (source === '') return null;
      const path = { id: source };
      const read = await ask((signal) => api.GET('/api/v1/meetings/{id}', { params: { path }, signal }));
      return read.ok ? likeThis(wholePlan(read.value), { id, title, startsAt }) : read.refusal;
    }
    const point = hubPoint(root === null ? hubName : hub);
    if (point === null) return null;
    const [agenda, rules] = from === 'blank' ? [[], {}] : [agendaOf(create.agendas[from]), TEMPLATE_RULES[from]];
    return {
      id,
      number: '',
      title,
      zone: USUAL_ZONE,
      startsAt,
      hub: point.id,
      officers: NOBODY,
      points: [point],
      delegates: [],
      agenda,
      rules: { ...DEFAULT_RULES, ...rules },
    };
  };

  const submit = async () => {
    const startsAt = instantOf(starts, USUAL_ZONE);
    setProblem(null);
    if (busy) return;
    if (title.trim() === '' || startsAt === '') {
      setProblem('missing');
      return;
    }
    setBusy(true);
    const made = await plan(startsAt);
    if (made === null || 'kind' in made) {
      setProblem(made ?? 'missing');
    } else {
      const answer = await ask((signal) => api.POST('/api/v1/meetings', { params: { header: onlyOnce() }, body: made, signal }));
      if (answer.ok) onMade(made.id);
      else setProblem(answer.refusal);
    }
    setBusy(false);
  };

  return (
    <FormDialog title={create.title} confirm={create.submit} disabled={busy || root === 'loading'} onSubmit={() => void submit()} onDone={onClose}>
      <SelectField label={create.from} value={from} onChange={(event) => setFrom(event.target.value as From)} data-first>
        <option value="blank">{create.blank}</option>
        <optgroup label={create.template}>
          {TEMPLATES.map((name) => (
            <option key={name} value={name}>
              {create.templates[name]}
            </option>
          ))}
        </optgroup>
        {meetings.length > 0 && <option value="copy">{create.copy}</option>}
      </SelectField>
      {from === 'copy' && (
        <SelectField label={create.which} value={source} onChange={(event) => chooseSource(event.target.value)}>
          <option value="">{create.choose}</option>
          {[...meetings].reverse().map(({ id, title: name, startsAt }) => (
            <option key={id} value={id}>
              {`${new Date(startsAt).toLocaleDateString(text.locale, { timeZone: USUAL_ZONE })} · ${name}`}
            </option>
          ))}
        </SelectField>
      )}
      <TextField label={create.name} value={title} onChange={(event) => setTitle(event.target.value)} maxLength={300} />
      <TextField label={create.starts} type="datetime-local" value={starts} onChange={(event) => setStarts(event.target.value)} />
      {from !== 'copy' &&
        root !== 'loading' &&
        (root === null ? (
          <TextField
            label={`${create.hub}: ${create.hubName}`}
            hint={create.emptyDirectory}
            value={hubName}
            onChange={(event) => setHubName(event.target.value)}
            maxLength={200}
          />
        ) : (
          <UnitField label={create.hub} hint={create.hubHint} initial={root} onChoose={setHub} />
        ))}
      {problem && <p role="alert">{problem === 'missing' ? create.missing : wordsOf(problem, text)}</p>}
    </FormDialog>
  );
}

/** By a unit of the directory, or by a name alone. */
function hubPoint(hub: UnitView | string | null): Point | null {
  if (hub === null) return null;
  if (typeof hub !== 'string') return { id: hub.id, parent: null, level: hub.level, name: hub.name, room: hub.room };
  return hub.trim() === '' ? null : { id: NEW_HUB, parent: null, level: '', name: hub.trim(), room: '' };
}

function tomorrowMorning(): string {
  const day = wallTime(new Date(Date.now() + 24 * 3600_000).toISOString(), USUAL_ZONE).slice(0, 10);
  return `${day}T08:00`;
}
