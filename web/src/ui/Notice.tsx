// A whole page that says one thing and offers a way on.
import { useEffect, useRef, type ReactNode } from 'react';

import styles from './Notice.module.css';
import { Frame } from './Frame';

interface Props {
  title: string;
  text: string;
  /** Trouble is announced at once, other news in its turn. */
  trouble?: boolean;
  children?: ReactNode;
}

export function Notice({ title, text, trouble = false, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  // The page changed under the reader: the focus says so to a screen reader, and Tab leads on to the buttons.
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <Frame centred>
      <section className={styles.card} role={trouble ? 'alert' : undefined}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p>{text}</p>
        {children && <div className={styles.actions}>{children}</div>}
      </section>
    </Frame>
  );
}
