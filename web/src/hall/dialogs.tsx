// The hall's dialogs.
import type { SeatRole } from '../api/schema';
import { useHallText } from '../i18n/hall';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import styles from './dialogs.module.css';

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
