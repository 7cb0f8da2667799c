// The agenda as everybody sees it: what is under way and for how long, and the documents to each item.
import type { AgendaEntry, Document } from '../../api/schema';
import { useHallText } from '../../i18n/hall';
import { useConduct } from '../../meeting/conduct';
import { duration, useServerTime } from '../../meeting/time';
import { Icon } from '../../ui/Icon';
import { isHere } from '../documents';
import styles from './Panel.module.css';

interface Props {
  agenda: readonly AgendaEntry[];
  onOpen: (document: Document) => void;
}

export function AgendaTab({ agenda, onOpen }: Props) {
  const { live } = useConduct();
  const { agenda: text } = useHallText();
  const running = agenda.some(({ course }) => course && !course.finished);
  const now = useServerTime(live.aheadMs, running);
  if (agenda.length === 0) return <p className={styles.soft}>{text.none}</p>;
  return (
    <ol className={styles.agenda}>
      {agenda.map((entry) => {
        const { course, minutes = 0 } = entry;
        const runs = course != null && !course.finished;
        const planned = minutes > 0 ? text.planned(minutes) : '';
        const state = runs ? text.running(duration(now - Date.parse(course.started))) : course ? text.done : '';
        return (
          <li key={entry.id} data-state={runs ? 'runs' : course ? 'done' : 'waits'} aria-current={runs ? 'step' : undefined}>
            <p className={styles.title}>{entry.title}</p>
            <p className={styles.soft}>{[entry.presenter, state, planned].filter(Boolean).join(' · ')}</p>
            <Documents documents={entry.documents ?? []} onOpen={onOpen} />
          </li>
        );
      })}
    </ol>
  );
}

/** What stands on this site opens in the page; what stands elsewhere opens beside it. */
export function Documents({ documents, onOpen }: { documents: readonly Document[]; onOpen: Props['onOpen'] }) {
  const { agenda: text } = useHallText();
  if (documents.length === 0) return null;
  return (
    <ul className={styles.documents} aria-label={text.documents}>
      {documents.map((document, index) => (
        <li key={index}>
          {isHere(document) ? (
            <button type="button" onClick={() => onOpen(document)}>
              <Icon name="document" size={18} />
              {document.title}
            </button>
          ) : document.link ? (
            <a href={document.link} target="_blank" rel="noopener noreferrer" title={text.elsewhere}>
              <Icon name="document" size={18} />
              {document.title}
              <span className="visually-hidden"> ({text.elsewhere})</span>
            </a>
          ) : (
            <span>
              <Icon name="document" size={18} />
              {document.title}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
