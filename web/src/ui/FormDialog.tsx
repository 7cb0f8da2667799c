import type { FormEvent, ReactNode } from 'react';

import { useText } from '../i18n';
import { Button } from './Button';
import { Dialog } from './Dialog';
import styles from './FormDialog.module.css';

interface Props {
  title: string;
  /** What is done with it, as a verb. */
  confirm: string;
  danger?: boolean;
  disabled?: boolean;
  onSubmit: () => void;
  onDone: () => void;
  children: ReactNode;
}

/** A dialog with something to fill in. */
export function FormDialog({ title, confirm, danger = false, disabled = false, onSubmit, onDone, children }: Props) {
  const { dialog } = useText();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Dialog title={title} onClose={onDone}>
      <form className={styles.form} onSubmit={submit} noValidate>
        {children}
        <div className={styles.actions}>
          <Button onClick={onDone}>{dialog.cancel}</Button>
          <Button type="submit" tone={danger ? 'danger' : 'primary'} disabled={disabled}>
            {confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
