// A modal dialog on the browser's own element: focus trap, Escape and the return of the focus come with it.
import { useEffect, useId, useRef, type ReactNode } from 'react';

import styles from './Dialog.module.css';

interface Props {
  title: string;
  /** An element with `data-first` gets the focus. */
  children: ReactNode;
  onClose: () => void;
  /** As wide as a list needs. */
  wide?: boolean;
}

export function Dialog({ title, children, onClose, wide = false }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      data-wide={wide}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
