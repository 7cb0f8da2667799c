// One thing to be noticed above the pictures, with what can be done about it.
import type { ReactNode } from 'react';

import { Icon, type IconName } from '../ui/Icon';
import styles from './Banner.module.css';

interface Props {
  /** For tests: texts change with the language. */
  name: string;
  tone: 'calm' | 'act' | 'warn' | 'good';
  icon: IconName;
  /** Read out at once, or when there is a pause; nothing where it is said elsewhere. */
  role?: 'alert' | 'status';
  children: ReactNode;
  actions?: ReactNode;
}

export function Banner({ name, tone, icon, role, children, actions }: Props) {
  return (
    <div className={styles.banner} data-tone={tone} data-banner={name} role={role}>
      <Icon name={icon} />
      <div className={styles.words}>{children}</div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
