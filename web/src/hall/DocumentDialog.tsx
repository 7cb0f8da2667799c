// A document of the agenda, opened in the page: the pictures go on behind it.
import type { Document } from '../api/schema';
import { useHallText } from '../i18n/hall';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import styles from './dialogs.module.css';

export function DocumentDialog({ document, onClose }: { document: Document; onClose: () => void }) {
  const { agenda, more } = useHallText();
  return (
    <Dialog title={document.title} onClose={onClose} wide>
      <iframe className={styles.document} src={document.link} title={document.title} />
      <div className={styles.actions}>
        <a className={styles.aside} href={document.link} target="_blank" rel="noopener noreferrer">
          {agenda.ownWindow}
        </a>
        <Button data-first onClick={onClose}>
          {more.close}
        </Button>
      </div>
    </Dialog>
  );
}
