import type { ReactNode } from 'react';

import styles from './Empty.module.css';

/** In the place of a list with nothing in it: what would stand there, and how it comes there. */
export function Empty({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      <p>{text}</p>
      {children && <div className={styles.actions}>{children}</div>}
    </div>
  );
}
