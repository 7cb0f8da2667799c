// Short news at the edge of the page: that something was done, with the way to undo it.
import { useEffect, useSyncExternalStore } from 'react';

import { useText } from '../i18n';
import { Button } from './Button';
import styles from './Toaster.module.css';
import { dismissToast, subscribeToasts, toasts, type Toast } from './toasts';

export function Toaster() {
  const shown = useSyncExternalStore(subscribeToasts, toasts);
  // There before its content, so that what comes is read out.
  return (
    <div className={styles.toaster} role="status">
      {shown.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastCard({ toast }: { toast: Toast }) {
  const { dialog } = useText();
  const { id, lastsMs, undo } = toast;
  useEffect(() => {
    const timer = setTimeout(() => dismissToast(id), lastsMs);
    return () => clearTimeout(timer);
  }, [id, lastsMs]);
  return (
    <div className={styles.toast} data-tone={toast.tone}>
      <span>{toast.words}</span>
      {undo && (
        <Button
          tone="quiet"
          onClick={() => {
            dismissToast(id);
            undo();
          }}
        >
          {dialog.undo}
        </Button>
      )}
      <button type="button" className={styles.close} aria-label={dialog.dismiss} onClick={() => dismissToast(id)}>
        ×
      </button>
    </div>
  );
}
