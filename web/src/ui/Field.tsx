// A labelled input with its hint and its error, tied together for assistive technology.
import { useId, type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, type TextareaHTMLAttributes } from 'react';

import styles from './Field.module.css';

interface Around {
  label: string;
  hint?: ReactNode;
  /** What is wrong with the value; nothing when it is right. */
  error?: string | null;
}

function useParts({ hint, error }: Around) {
  const id = useId();
  const describedBy = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined;
  return { id, describedBy };
}

function Labelled({ id, label, hint, error, children }: Around & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className={styles.error} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

export function TextField({ label, hint, error, ref, ...rest }: Around & InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> }) {
  const { id, describedBy } = useParts({ label, hint, error });
  return (
    <Labelled id={id} label={label} hint={hint} error={error}>
      <input ref={ref} id={id} className={styles.input} aria-describedby={describedBy} aria-invalid={Boolean(error)} {...rest} />
    </Labelled>
  );
}

export function TextArea({ label, hint, error, ...rest }: Around & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const { id, describedBy } = useParts({ label, hint, error });
  return (
    <Labelled id={id} label={label} hint={hint} error={error}>
      <textarea id={id} className={styles.input} rows={3} aria-describedby={describedBy} aria-invalid={Boolean(error)} {...rest} />
    </Labelled>
  );
}

export function SelectField({ label, hint, error, children, ...rest }: Around & SelectHTMLAttributes<HTMLSelectElement>) {
  const { id, describedBy } = useParts({ label, hint, error });
  return (
    <Labelled id={id} label={label} hint={hint} error={error}>
      <select id={id} className={styles.input} aria-describedby={describedBy} aria-invalid={Boolean(error)} {...rest}>
        {children}
      </select>
    </Labelled>
  );
}

export function Checkbox({ label, hint, ...rest }: { label: ReactNode; hint?: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className={styles.check}>
      <input id={id} type="checkbox" aria-describedby={hint ? `${id}-hint` : undefined} {...rest} />
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}
