// From one page of a long list to the next.
import { useReportText } from '../i18n/report';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import styles from './report.module.css';

interface Props {
  /** What there are pages of. */
  label: string;
  /** Counted from 0. */
  page: number;
  last: number;
  /** The rows in sight, counted from 1. */
  from: number;
  to: number;
  all: number;
  onPage: (page: number) => void;
}

/** Nothing where everything is on one page. */
export function Pager({ label, page, last, from, to, all, onPage }: Props) {
  const { table: text } = useReportText();
  if (last === 0) return null;
  return (
    <nav className={styles.pager} aria-label={text.pages(label)}>
      <Button aria-label={text.previous} disabled={page === 0} onClick={() => onPage(page - 1)}>
        <Icon name="previous" size={18} />
      </Button>
      <span role="status">{text.range(from, to, all)}</span>
      <Button aria-label={text.next} disabled={page === last} onClick={() => onPage(page + 1)}>
        <Icon name="next" size={18} />
      </Button>
    </nav>
  );
}
