// Words to everybody: kept by the server, so they are there again after a lost line and for whoever comes later.
import { memo, useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';

import type { Message } from '../../api/schema';
import { useText } from '../../i18n';
import { useHallText } from '../../i18n/hall';
import { clockTime } from '../../join/when';
import { useConduct } from '../../meeting/conduct';
import { Button } from '../../ui/Button';
import styles from './ChatTab.module.css';

const LONGEST = 300;

export function ChatTab({ messages }: { messages: readonly Message[] }) {
  const { may, give } = useConduct();
  const { chat } = useHallText();
  const [draft, setDraft] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  // Whoever reads what was said before is left where they are.
  useEffect(() => {
    const element = list.current;
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [messages.length]);

  const send = async () => {
    const text = draft.trim();
    if (text !== '' && (await give({ do: 'say', text }))) setDraft((now) => (now.trim() === text ? '' : now));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter while a Vietnamese input method composes a syllable ends the syllable.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void send();
  };
  return (
    <div className={styles.chat}>
      <div
        ref={list}
        className={styles.list}
        role="log"
        aria-label={chat.log}
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40;
        }}
      >
        {messages.length === 0 ? (
          <p className={styles.none}>{chat.none}</p>
        ) : (
          <ul>
            {messages.map((message) => (
              <Entry key={message.seq} message={message} />
            ))}
          </ul>
        )}
      </div>
      {may('say') ? (
        <form className={styles.form} onSubmit={onSubmit}>
          <textarea
            rows={2}
            maxLength={LONGEST}
            value={draft}
            aria-label={chat.label}
            placeholder={chat.label}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={onKeyDown}
          />
          <Button type="submit" tone="primary" disabled={draft.trim() === ''}>
            {chat.send}
          </Button>
        </form>
      ) : (
        <p className={styles.none}>{chat.readOnly}</p>
      )}
    </div>
  );
}

const Entry = memo(function Entry({ message }: { message: Message }) {
  const { places, self } = useConduct();
  const { locale } = useText();
  const { chat } = useHallText();
  const { at, by, text, announced } = message;
  return (
    <li data-announced={announced} data-own={by === self}>
      <p className={styles.head}>
        <strong>{places.name(by)}</strong>
        {announced && <span className={styles.mark}>{chat.announced}</span>}
        <time dateTime={at}>{clockTime(new Date(at), places.outline?.zone ?? 'UTC', locale)}</time>
      </p>
      <p className={styles.text}>{text}</p>
    </li>
  );
});
