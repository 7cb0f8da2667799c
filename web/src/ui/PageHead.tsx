import { useEffect, useRef, type ReactNode } from 'react';

import styles from './PageHead.module.css';

interface Props {
  title: ReactNode;
  lead?: ReactNode;
  /** What can be done on this page as a whole. */
  children?: ReactNode;
}

/** The head of a page in the set-up. It takes the focus, so that a screen reader says where one has come to. */
export function PageHead({ title, lead, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div className={styles.head}>
      <div className={styles.words}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead && <p>{lead}</p>}
      </div>
      {children && <div className={styles.actions}>{children}</div>}
    </div>
  );
}
