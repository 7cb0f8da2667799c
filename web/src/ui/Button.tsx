import type { ButtonHTMLAttributes, Ref } from 'react';

import styles from './Button.module.css';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: 'primary' | 'plain' | 'quiet' | 'danger';
  size?: 'small' | 'normal' | 'large';
  /** Takes the focus when its dialog opens. */
  'data-first'?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ tone = 'plain', size = 'normal', className = '', type = 'button', ...rest }: Props) {
  return <button type={type} className={`${styles.button} ${styles[tone]} ${styles[size]} ${className}`} {...rest} />;
}
