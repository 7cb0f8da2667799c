// What has become of the clerk's words: saved, waiting, refused, or against somebody else's.
import { useText } from '../i18n';
import { useMeetingText } from '../i18n/meeting';
import { useRollText } from '../i18n/roll';
import { useConduct } from '../meeting/conduct';
import { refusalWords } from '../meeting/refusals';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import type { Queue, RollCommand } from './queue';
import styles from './RoomRoll.module.css';

interface Props {
  queue: Queue;
  isOffline: boolean;
  nameOf: (delegate: string) => string;
  onInsist: (key: string) => void;
  onGiveUp: (key: string) => void;
}

export function SyncStatus({ queue, isOffline, nameOf, onInsist, onGiveUp }: Props) {
  const { places } = useConduct();
  const core = useText();
  const text = useMeetingText();
  const { sync } = useRollText();
  const waiting = queue.filter(({ standing }) => standing.is === 'waiting').length;
  const what = (command: RollCommand) =>
    command.do === 'call-roll' ? nameOf(command.delegate) : command.do === 'add-delegate' ? command.name : command.substitute.name;
  const words = isOffline ? (waiting > 0 ? sync.offline(waiting) : sync.offlineNothing) : waiting > 0 ? sync.sending(waiting) : sync.saved;
  return (
    <>
      <p className={isOffline ? styles.offline : styles.synced} role="status" data-sync={isOffline ? 'offline' : waiting > 0 ? 'sending' : 'saved'}>
        <Icon name={isOffline ? 'warning' : waiting > 0 ? 'up' : 'levelGreen'} size={16} />
        {words}
      </p>
      {queue.map(({ key, command, standing }) => {
        if (standing.is === 'conflict' && command.do === 'call-roll') {
          return (
            <div key={key} className={styles.conflict} role="alert" data-conflict={command.delegate}>
              <p>{sync.conflict(nameOf(command.delegate), text.presence[standing.theirs.is], places.name(standing.by))}</p>
              <Button onClick={() => onInsist(key)}>{sync.mine(text.presence[command.presence.is])}</Button>
              <Button onClick={() => onGiveUp(key)}>{sync.theirs}</Button>
            </div>
          );
        }
        if (standing.is === 'refused') {
          return (
            <div key={key} className={styles.conflict} role="alert">
              <p>{sync.refused(what(command), refusalWords(standing.refusal, places, core, text))}</p>
              <Button onClick={() => onGiveUp(key)}>{sync.dismiss}</Button>
            </div>
          );
        }
        return null;
      })}
    </>
  );
}
