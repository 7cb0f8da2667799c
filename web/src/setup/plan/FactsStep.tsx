// What the meeting is called, when it begins, and who runs it.
import type { Person } from '../../api/schema';
import { usePlanText } from '../../i18n/plan';
import { SelectField, TextField } from '../../ui/Field';
import { instantOf, wallTime } from '../../ui/localTime';
import { OFFICERS, type Officer } from './plan';
import type { StepProps } from './PlanPage';
import styles from './steps.module.css';

/** Most meetings are held in one of these; any other that a plan names is offered too. */
const ZONES = ['Asia/Ho_Chi_Minh', 'Asia/Vientiane', 'Asia/Phnom_Penh', 'Asia/Shanghai', 'Asia/Tokyo', 'Europe/Paris', 'UTC'];

export function FactsStep({ plan, edit }: StepProps) {
  const { facts } = usePlanText();
  const zones = ZONES.includes(plan.zone) ? ZONES : [plan.zone, ...ZONES];
  return (
    <div className={styles.columns}>
      <div className={styles.panel}>
        <TextField
          label={facts.title}
          value={plan.title}
          onChange={(event) => edit({ edit: 'facts', facts: { title: event.target.value } })}
          maxLength={300}
        />
        <TextField
          label={facts.number}
          hint={facts.numberHint}
          value={plan.number}
          onChange={(event) => edit({ edit: 'facts', facts: { number: event.target.value } })}
          maxLength={100}
        />
        <TextField
          label={facts.starts}
          type="datetime-local"
          value={wallTime(plan.startsAt, plan.zone)}
          onChange={(event) => edit({ edit: 'facts', facts: { startsAt: instantOf(event.target.value, plan.zone) } })}
        />
        <SelectField
          label={facts.zone}
          hint={facts.zoneHint}
          value={plan.zone}
          // The hour on the wall is what was agreed: it stays when the zone is put right.
          onChange={({ target: { value: zone } }) =>
            edit({ edit: 'facts', facts: { zone, startsAt: instantOf(wallTime(plan.startsAt, plan.zone), zone) } })
          }
        >
          {zones.map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </SelectField>
      </div>
      <div className={styles.panel}>
        <h2>{facts.officers}</h2>
        <p>{facts.officersHint}</p>
        {OFFICERS.map((officer) => (
          <OfficerFields
            key={officer}
            officer={officer}
            person={plan.officers[officer]}
            onChange={(person) => edit({ edit: 'officer', officer, person })}
          />
        ))}
      </div>
    </div>
  );
}

interface OfficerProps {
  officer: Officer;
  person: Person | null;
  onChange: (person: Person | null) => void;
}

function OfficerFields({ officer, person, onChange }: OfficerProps) {
  const { facts } = usePlanText();
  const { name = '', title = '', phone = '' } = person ?? {};
  const change = (part: Partial<Person>) => {
    const next = { name, title, phone, ...part };
    onChange(Object.values(next).every((value) => value === '') ? null : next);
  };
  return (
    <fieldset className={styles.officer}>
      <legend>{facts[officer]}</legend>
      <TextField label={facts.name} value={name} onChange={(event) => change({ name: event.target.value })} maxLength={200} autoComplete="off" />
      <TextField label={facts.position} value={title} onChange={(event) => change({ title: event.target.value })} maxLength={200} autoComplete="off" />
      {officer === 'technician' && (
        <TextField
          label={facts.phone}
          hint={facts.phoneHint}
          type="tel"
          value={phone}
          onChange={(event) => change({ phone: event.target.value })}
          maxLength={60}
          autoComplete="off"
        />
      )}
    </fieldset>
  );
}
