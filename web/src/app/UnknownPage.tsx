import { useText } from '../i18n';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { navigate } from './navigation';

/** At an address where there is no page. */
export function UnknownPage() {
  const { unknown } = useText();
  return (
    <Notice title={unknown.title} text={unknown.text}>
      <Button tone="primary" onClick={() => navigate({ page: 'join' })}>
        {unknown.home}
      </Button>
    </Notice>
  );
}
