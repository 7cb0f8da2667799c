// The roll of one room, called by its clerk: one key a delegate, with or without a line.
import { memo, useCallback, useMemo, useRef, useState, type KeyboardEvent } from 'react';

import type { Presence, ProxyView, RollView } from '../api/schema';
import { useText } from '../i18n';
import { useMeetingText } from '../i18n/meeting';
import { useRollText } from '../i18n/roll';
import { clockTime } from '../join/when';
import { useConduct } from '../meeting/conduct';
import { Button } from '../ui/Button';
import { Icon, type IconName } from '../ui/Icon';
import { tell } from '../ui/toasts';
import { AddDialog, ExcuseDialog, ProxyDialog } from './dialogs';
import { headsOf, shownOf, type Shown } from './queue';
import styles from './RoomRoll.module.css';
import { SyncStatus } from './SyncStatus';
import { useRollQueue } from './useRollQueue';

type Mark = 'present' | 'absent' | 'excused' | 'proxy' | 'left';
const KEYS: Record<string, Mark> = { c: 'present', v: 'absent', l: 'excused', t: 'proxy', r: 'left' };
const SHAPES: Record<Mark, IconName> = { present: 'levelGreen', absent: 'levelRed', excused: 'levelAmber', proxy: 'people', left: 'leave' };

type Asking = { is: 'excuse' | 'proxy'; id: string } | { is: 'add' };

export function RoomRoll({ point, roll, isFresh }: { point: string; roll: RollView; isFresh: boolean }) {
  const { id, self, places, may, live } = useConduct();
  const { room: text } = useRollText();
  const { presence: names } = useMeetingText();
  const { queue, isOffline, say, unsay, insist, giveUp } = useRollQueue(id, self ?? '', roll.delegates, live.state?.seq ?? 0, isFresh);
  const shown = useMemo(() => shownOf(roll.delegates, queue), [roll.delegates, queue]);
  const heads = headsOf(shown);
  const proxies = useMemo(() => new Map(roll.proxies.map((proxy) => [proxy.delegate, proxy])), [roll.proxies]);
  const [at, setAt] = useState(0);
  const [asking, setAsking] = useState<Asking | null>(null);
  const list = useRef<HTMLOListElement>(null);
  const called = useRef<string[]>([]);
  // A room that is cut off does not know what it may do now: what it could do last is kept for it.
  const mayCall = may('call-roll');

  const nameOf = (delegate: string) => roll.delegates.find((one) => one.id === delegate)?.name ?? delegate;
  const mark = useCallback(
    (delegate: string, presence: Presence) => {
      say({ do: 'call-roll', delegate, presence });
      called.current = [...called.current.filter((one) => one !== delegate), delegate];
    },
    [say],
  );
  const focus = (index: number) => {
    const to = Math.min(Math.max(index, 0), shown.length - 1);
    setAt(to);
    list.current?.querySelectorAll<HTMLElement>('[data-delegate]')[to]?.focus();
  };
  const undo = (delegate: string) => {
    if (!unsay(delegate)) return;
    called.current = called.current.filter((one) => one !== delegate);
    tell(text.undone(nameOf(delegate)));
  };
  const act = (one: Shown, wanted: Mark): boolean => {
    const { id: delegate } = one.entry;
    const proxy = proxies.get(delegate);
    if (wanted === 'excused') setAsking({ is: 'excuse', id: delegate });
    else if (wanted !== 'proxy') mark(delegate, { is: wanted });
    else if (proxy?.answer.is === 'approved') mark(delegate, { is: 'proxy', proxy: proxy.id });
    else if (!proxy || proxy.answer.is === 'refused') setAsking({ is: 'proxy', id: delegate });
    return wanted === 'present' || wanted === 'absent' || (wanted === 'proxy' && proxy?.answer.is === 'approved');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const one = shown[at];
    const key = event.key.toLowerCase();
    const to = { arrowdown: at + 1, arrowup: at - 1, home: 0, end: shown.length - 1 }[key];
    if (to !== undefined) focus(to);
    else if (key === 'z') undo(called.current.at(-1) ?? '');
    else if (one && KEYS[key] && mayCall && isPossible(one, KEYS[key])) {
      // On to the next one, who is waiting to be called.
      if (act(one, KEYS[key])) focus(at + 1);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const waiting = shown.filter(({ entry, presence }) => entry.checkedIn && presence === null);
  return (
    <section className={styles.room} aria-label={text.title}>
      <p className={styles.heads} role="status">
        <strong>{text.heads(heads.here, heads.expected)}</strong>
        {[
          heads.excused > 0 && text.excused(heads.excused),
          heads.absent > 0 && text.absent(heads.absent),
          heads.left > 0 && text.left(heads.left),
          heads.unconfirmed > 0 ? text.rest(heads.unconfirmed) : heads.expected > 0 && text.finished,
        ]
          .filter(Boolean)
          .map((words) => ` · ${String(words)}`)
          .join('')}
      </p>
      <SyncStatus queue={queue} isOffline={isOffline} nameOf={nameOf} onInsist={insist} onGiveUp={giveUp} />
      <p className={styles.soft}>{mayCall ? text.keysHint : text.closedHint}</p>
      {shown.length === 0 ? (
        <p className={styles.soft}>{text.none}</p>
      ) : (
        <ol ref={list} className={styles.list} aria-label={text.list} onKeyDown={onKeyDown}>
          {shown.map((one, index) => (
            <DelegateRow
              key={one.entry.id}
              shown={one}
              proxy={proxies.get(one.entry.id) ?? null}
              reachable={index === at}
              enabled={mayCall}
              onFocus={() => setAt(index)}
              onAct={(wanted) => act(one, wanted)}
              onUndo={queue.some(({ command, standing }) => standing.is === 'waiting' && command.do === 'call-roll' && command.delegate === one.entry.id) ? () => undo(one.entry.id) : null}
            />
          ))}
        </ol>
      )}
      <div className={styles.acts}>
        {waiting.length > 0 && mayCall && (
          <Button tone="primary" onClick={() => waiting.forEach(({ entry }) => mark(entry.id, { is: 'present' }))}>
            {text.confirmAll(waiting.length)}
          </Button>
        )}
        <Button disabled={!may('add-delegate')} onClick={() => setAsking({ is: 'add' })}>
          {text.add}
        </Button>
      </div>
      {asking?.is === 'excuse' && (
        <ExcuseDialog
          name={nameOf(asking.id)}
          onConfirm={(reason) => mark(asking.id, { is: 'excused', reason })}
          onDone={() => setAsking(null)}
        />
      )}
      {asking?.is === 'proxy' && <ProxyDialog delegate={asking.id} name={nameOf(asking.id)} onSay={say} onDone={() => setAsking(null)} />}
      {asking?.is === 'add' && <AddDialog point={point} places={places} onSay={say} onDone={() => setAsking(null)} />}
      <p className="visually-hidden" role="status">
        {queue.length > 0 && queueWords(queue.at(-1)?.command, nameOf, names, text.marked)}
      </p>
    </section>
  );
}

function queueWords(
  command: { do: string; delegate?: string; presence?: Presence } | undefined,
  nameOf: (id: string) => string,
  names: Record<Presence['is'], string>,
  marked: (name: string, presence: string) => string,
): string {
  return command?.delegate && command.presence ? marked(nameOf(command.delegate), names[command.presence.is]) : '';
}

/** Whoever is not here cannot leave. */
function isPossible({ presence }: Shown, wanted: Mark): boolean {
  return wanted !== 'left' || presence?.is === 'present' || presence?.is === 'proxy';
}

interface RowProps {
  shown: Shown;
  proxy: ProxyView | null;
  /** Reached by Tab: one row is, and the arrows lead to the others. */
  reachable: boolean;
  enabled: boolean;
  onFocus: () => void;
  onAct: (wanted: Mark) => void;
  onUndo: (() => void) | null;
}

const DelegateRow = memo(function DelegateRow({ shown, proxy, reachable, enabled, onFocus, onAct, onUndo }: RowProps) {
  const { entry, presence, pending } = shown;
  const { places, self } = useConduct();
  const { locale } = useText();
  const { room: text } = useRollText();
  const { presence: names } = useMeetingText();
  const zone = places.outline?.zone ?? 'UTC';
  const time = (instant: string) => clockTime(new Date(instant), zone, locale);
  const { standing } = entry;
  const notes = [
    entry.title,
    !entry.expected && text.added,
    presence?.is === 'excused' && presence.reason,
    pending ? text.pending : standing && text.at(time(standing.at)),
    !pending && standing && standing.by !== self && text.byOther(places.name(standing.by)),
    entry.late && text.late,
    entry.checkedIn && presence === null && text.checkedIn(time(entry.checkedIn)),
    proxy && proxyWords(proxy, text),
  ].filter(Boolean);
  const marks: Mark[] = ['present', 'absent', 'excused', 'proxy', 'left'];
  const offered = marks.filter((mark) => isPossible(shown, mark) && (mark !== 'proxy' || entry.expected));
  const state = presence === null ? names.unconfirmed : names[presence.is];
  return (
    <li
      className={styles.row}
      data-delegate={entry.id}
      data-presence={presence?.is ?? 'none'}
      data-pending={pending}
      tabIndex={reachable ? 0 : -1}
      aria-label={`${entry.name}, ${state}`}
      onFocus={(event) => event.target === event.currentTarget && onFocus()}
    >
      <div className={styles.who}>
        <p>
          <strong>{entry.name}</strong>
          <span className={styles.state} data-presence={presence?.is ?? 'none'}>
            {presence !== null && <Icon name={SHAPES[presence.is]} size={16} />}
            {state}
          </span>
        </p>
        <p className={styles.soft}>{notes.join(' · ')}</p>
      </div>
      <div className={styles.marks} role="group" aria-label={text.markOf(entry.name)}>
        {offered.map((mark) => (
          <button
            key={mark}
            type="button"
            tabIndex={reachable ? 0 : -1}
            aria-pressed={presence?.is === mark}
            disabled={!enabled || (mark === 'proxy' && proxy?.answer.is === 'pending')}
            data-mark={mark}
            onClick={() => onAct(mark)}
          >
            {mark === 'proxy' && proxy?.answer.is !== 'approved' ? text.proxy : names[mark]}
          </button>
        ))}
        {onUndo && (
          <button type="button" tabIndex={reachable ? 0 : -1} data-mark="undo" onClick={onUndo}>
            {text.undo}
          </button>
        )}
      </div>
    </li>
  );
});

function proxyWords(proxy: ProxyView, text: ReturnType<typeof useRollText>['room']): string {
  const { name } = proxy.substitute;
  switch (proxy.answer.is) {
    case 'pending':
      return text.proxyPending(name);
    case 'approved':
      return text.proxyApproved(name);
    case 'refused':
      return text.proxyRefused(name) + (proxy.answer.reason === '' ? '' : `: ${proxy.answer.reason}`);
  }
}
