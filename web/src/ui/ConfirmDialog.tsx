import type { ReactNode } from 'react';

import { useText } from '../i18n';
import { Button } from './Button';
import styles from './ConfirmDialog.module.css';
import { Dialog } from './Dialog';

interface Props {
  title: string;
  children: ReactNode;
  /** What will be done, as a verb: never "OK". */
  confirm: string;
  /** It cannot be undone. */
  danger?: boolean;
  busy?: boolean;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Asks before something is done that others notice. The safe answer has the focus. */
export function ConfirmDialog({ title, children, confirm, danger = false, busy = false, onConfirm, onCancel }: Props) {
  const { dialog } = useText();
  return (
    <Dialog title={title} onClose={onCancel}>
      <div className={styles.text}>{children}</div>
      <div className={styles.actions}>
        <Button data-first onClick={onCancel}>
          {dialog.cancel}
        </Button>
        <Button tone={danger ? 'danger' : 'primary'} disabled={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
