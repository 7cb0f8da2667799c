import type { Refusal } from '../api/refusal';
import { wordsOf } from '../api/words';
import { useText } from '../i18n';
import { Button } from '../ui/Button';

/** In the place of what is still to be read, or could not be. */
export function Pending({ refusal, onRetry }: { refusal: Refusal | null; onRetry: () => void }) {
  const text = useText();
  if (refusal === null) return <p role="status">{text.app.loading}</p>;
  return (
    <p role="alert">
      {wordsOf(refusal, text)}{' '}
      <Button size="small" onClick={onRetry}>
        {text.trouble.retry}
      </Button>
    </p>
  );
}
