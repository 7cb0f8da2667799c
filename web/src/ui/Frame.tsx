// The page around everything outside the hall: the mark, the language switch, and one main part.
import { useSyncExternalStore, type ReactNode } from 'react';

import { useSpeech, useText } from '../i18n';
import { chooseTheme, subscribeTheme, theme, THEMES, type Theme } from '../theme/theme';
import styles from './Frame.module.css';

export function Mark({ size = 36 }: { size?: number }) {
  return <img src="/icon.svg" width={size} height={size} alt="" />;
}

export function LanguageSwitch() {
  const { language, text, setLanguage } = useSpeech();
  const other = language === 'vi' ? 'en' : 'vi';
  return (
    <button type="button" className={styles.language} lang={other} onClick={() => setLanguage(other)}>
      {text.app.otherLanguage}
    </button>
  );
}

export function ThemeSwitch() {
  const { theme: text } = useText();
  const chosen = useSyncExternalStore(subscribeTheme, theme);
  return (
    <select
      className={styles.theme}
      aria-label={text.label}
      value={chosen}
      onChange={(event) => chooseTheme(event.target.value as Theme)}
    >
      {THEMES.map((name) => (
        <option key={name} value={name}>
          {text[name]}
        </option>
      ))}
    </select>
  );
}

interface Props {
  children: ReactNode;
  centred?: boolean;
  /** Ways to neighbouring pages. */
  navigation?: ReactNode;
}

export function Frame({ children, centred = false, navigation }: Props) {
  const { text } = useSpeech();
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#main" onClick={toMain}>
        {text.app.skip}
      </a>
      <header className={styles.header}>
        <Mark />
        <p className={styles.brand}>
          <strong>{text.app.name}</strong>
          <span>{text.app.tagline}</span>
        </p>
        <ThemeSwitch />
        <LanguageSwitch />
      </header>
      {navigation}
      <main id="main" tabIndex={-1} className={centred ? styles.centred : styles.main}>
        {children}
      </main>
    </div>
  );
}

/** The fragment of the address belongs to invitations: move the focus without touching it. */
function toMain(event: { preventDefault: () => void }) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
