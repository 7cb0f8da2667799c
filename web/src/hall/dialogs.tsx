// The hall's two dialogs.
import { useId } from 'react';

import type { SeatRole } from '../api/schema';
import { useHallText } from '../i18n/hall';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import styles from './dialogs.module.css';
import { KEY_NAMES } from './shortcuts';

interface LeaveProps {
  role: SeatRole;
  onLeave: () => void;
  onStay: () => void;
}

export function LeaveDialog({ role, onLeave, onStay }: LeaveProps) {
  const { leave } = useHallText();
  return (
    <Dialog title={leave.title} onClose={onStay}>
      <p className={styles.text}>{role === 'host' ? leave.hostText : leave.text}</p>
      <div className={styles.actions}>
        <Button data-first onClick={onStay} data-control="stay">
          {leave.stay}
        </Button>
        <Button tone="primary" onClick={onLeave} data-control="confirm-leave">
          {leave.confirm}
        </Button>
      </div>
    </Dialog>
  );
}

interface ShortcutsProps {
  enabled: boolean;
  onEnable: (enabled: boolean) => void;
  onClose: () => void;
}

export function ShortcutsDialog({ enabled, onEnable, onClose }: ShortcutsProps) {
  const { shortcuts } = useHallText();
  const id = useId();
  return (
    <Dialog title={shortcuts.title} onClose={onClose}>
      <dl className={styles.keys}>
        {KEY_NAMES.map(({ shortcut, keys }) => (
          <div key={shortcut}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{shortcuts[shortcut]}</dd>
          </div>
        ))}
      </dl>
      <label className={styles.enable}>
        <input
          type="checkbox"
          checked={enabled}
          aria-describedby={id}
          onChange={(event) => onEnable(event.target.checked)}
        />
        {shortcuts.enabled}
      </label>
      <p id={id} className={styles.hint}>
        {shortcuts.enabledHint}
      </p>
      <div className={styles.actions}>
        <Button data-first onClick={onClose}>
          {shortcuts.close}
        </Button>
      </div>
    </Dialog>
  );
}
