// What holds during the meeting: lateness, quorum, microphones, second devices.
import { useId, type ReactNode } from 'react';

import type { Microphones, Quorum, SecondDevice } from '../../api/schema';
import { usePlanText } from '../../i18n/plan';
import { Checkbox, SelectField, TextField } from '../../ui/Field';
import type { StepProps } from './PlanPage';
import styles from './steps.module.css';

const USUAL_QUORUM: Quorum = { of: 'delegates', percent: 51 };

export function RulesStep({ plan, edit }: StepProps) {
  const { rules: text } = usePlanText();
  const { lateAfterMinutes, quorum, microphones, secondDevice } = plan.rules;
  return (
    <div className={styles.columns}>
      <div className={styles.panel}>
        <h2>{text.lateness}</h2>
        <TextField
          label={text.lateAfter}
          type="number"
          min={0}
          max={1440}
          value={Number.isNaN(lateAfterMinutes) ? '' : lateAfterMinutes}
          onChange={(event) => edit({ edit: 'rules', rules: { lateAfterMinutes: event.target.valueAsNumber } })}
        />
        <h2>{text.quorum}</h2>
        <Checkbox
          label={text.withQuorum}
          hint={text.quorumHint}
          checked={quorum !== null}
          onChange={(event) => edit({ edit: 'rules', rules: { quorum: event.target.checked ? USUAL_QUORUM : null } })}
        />
        {quorum && (
          <div className={styles.pair}>
            <SelectField
              label={text.of}
              value={quorum.of}
              onChange={(event) => edit({ edit: 'rules', rules: { quorum: { ...quorum, of: event.target.value as Quorum['of'] } } })}
            >
              <option value="delegates">{text.ofDelegates}</option>
              <option value="units">{text.ofUnits}</option>
            </SelectField>
            <TextField
              label={text.percent}
              type="number"
              min={1}
              max={100}
              value={Number.isNaN(quorum.percent) ? '' : quorum.percent}
              onChange={(event) => edit({ edit: 'rules', rules: { quorum: { ...quorum, percent: event.target.valueAsNumber } } })}
            />
          </div>
        )}
      </div>
      <div className={styles.panel}>
        <Choices<Microphones>
          legend={text.microphones}
          value={microphones}
          onChange={(value) => edit({ edit: 'rules', rules: { microphones: value } })}
          choices={[
            ['floor', text.floor, text.floorHint],
            ['free', text.free, text.freeHint],
          ]}
        />
        <Choices<SecondDevice>
          legend={text.secondDevice}
          value={secondDevice}
          onChange={(value) => edit({ edit: 'rules', rules: { secondDevice: value } })}
          choices={[
            ['refuse', text.refuse, text.refuseHint],
            ['replace', text.replace, text.replaceHint],
            ['companion', text.companion, text.companionHint],
          ]}
        />
      </div>
    </div>
  );
}

interface ChoicesProps<Value extends string> {
  legend: string;
  value: Value;
  choices: readonly (readonly [Value, string, ReactNode])[];
  onChange: (value: Value) => void;
}

/** One of a few, each with what speaks for it. */
function Choices<Value extends string>({ legend, value, choices, onChange }: ChoicesProps<Value>) {
  const id = useId();
  return (
    <fieldset className={styles.choices}>
      <legend>{legend}</legend>
      {choices.map(([name, label, hint]) => (
        <div key={name} className={styles.choice}>
          <input
            type="radio"
            id={`${id}-${name}`}
            name={id}
            checked={value === name}
            onChange={() => onChange(name)}
            aria-describedby={`${id}-${name}-hint`}
          />
          <label htmlFor={`${id}-${name}`}>{label}</label>
          <p id={`${id}-${name}-hint`}>{hint}</p>
        </div>
      ))}
    </fieldset>
  );
}
