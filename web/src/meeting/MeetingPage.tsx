// The pages of one meeting, as whoever has a place in it may use them.
import { lazy } from 'react';

import { wordsOf } from '../api/words';
import { navigate } from '../app/navigation';
import type { MeetingPart } from '../app/route';
import { useText } from '../i18n';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { Waiting } from '../ui/Waiting';
import { UnknownPage } from '../app/UnknownPage';
import { StandingProvider, useOpening } from './standing';

const DeskPage = lazy(() => import('../desk/DeskPage'));
const ReadyPage = lazy(() => import('../ready/ReadyPage'));
const ReportPage = lazy(() => import('../report/ReportPage'));
const RollPage = lazy(() => import('../roll/RollPage'));

export default function MeetingPage({ id, part }: { id: string; part: MeetingPart }) {
  const text = useText();
  const [opening, again] = useOpening(id);
  switch (opening.at) {
    case 'opening':
      return <Waiting label={text.app.loading} />;
    case 'closed':
      return opening.refusal ? (
        <Notice title={text.trouble.title} text={wordsOf(opening.refusal, text)} trouble>
          <Button tone="primary" onClick={again}>
            {text.trouble.retry}
          </Button>
        </Notice>
      ) : (
        <Notice title={text.noSeat.title} text={text.noSeat.text}>
          <Button tone="primary" onClick={() => navigate({ page: 'join' })}>
            {text.noSeat.code}
          </Button>
          <Button onClick={() => navigate({ page: 'signIn' })}>{text.noSeat.signIn}</Button>
        </Notice>
      );
    case 'open':
      return (
        <StandingProvider standing={opening.standing}>
          <Part id={id} part={part} />
        </StandingProvider>
      );
  }
}

/** Each part is a chunk of its own: a `lazy` import, and a case here. */
function Part({ id, part }: { id: string; part: MeetingPart }) {
  switch (part) {
    case 'desk':
      return <DeskPage id={id} />;
    case 'ready':
      return <ReadyPage id={id} />;
    case 'roll':
      return <RollPage id={id} />;
    case 'report':
      return <ReportPage id={id} />;
    default:
      return <UnknownPage />;
  }
}
