// The list of single keys, with the switch that turns them off (WCAG 2.1.4).
import { useId, useState } from 'react';

import { readText, writeText } from '../app/storage';
import { useMeetingText } from '../i18n/meeting';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import styles from './Shortcuts.module.css';

const KEY = 'diemcau.shortcuts';

/** Whether single keys do anything, as the person wishes it on every page. */
export function useShortcutsSwitch(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => readText(KEY) !== 'off');
  return [
    on,
    (next) => {
      setOn(next);
      writeText(KEY, next ? null : 'off');
    },
  ];
}

export interface ShortcutLine {
  keys: string[];
  does: string;
}

interface Props {
  lines: ShortcutLine[];
  enabled: boolean;
  onEnable: (enabled: boolean) => void;
  onClose: () => void;
}

export function ShortcutsDialog({ lines, enabled, onEnable, onClose }: Props) {
  const { shortcuts } = useMeetingText();
  const id = useId();
  return (
    <Dialog title={shortcuts.title} onClose={onClose}>
      <dl className={styles.keys}>
        {[...lines, { keys: ['?'], does: shortcuts.list }].map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label className={styles.enable}>
        <input type="checkbox" checked={enabled} aria-describedby={id} onChange={(event) => onEnable(event.target.checked)} />
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
