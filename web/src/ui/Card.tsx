import type { FormEvent, ReactNode } from 'react';

import styles from './Card.module.css';

interface Props {
  title: string;
  children: ReactNode;
  /** With it, the card is a form. */
  onSubmit?: (event: FormEvent) => void;
}

/** One thing to read or to fill in, in the middle of a page. */
export function Card({ title, children, onSubmit }: Props) {
  const content = (
    <>
      <h1>{title}</h1>
      {children}
    </>
  );
  return onSubmit ? (
    <form className={styles.card} onSubmit={onSubmit}>
      {content}
    </form>
  ) : (
    <section className={styles.card}>{content}</section>
  );
}
