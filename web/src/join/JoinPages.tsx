// From an invitation to the hall: one page at a time.
import { lazy, useEffect, useReducer, useState, useTransition } from 'react';

import { exchangeCode, type Admission, type JoinRefusal } from '../api/join';
import { keepCode, takeCode } from '../app/code';
import { navigate } from '../app/navigation';
import { firstScreen, nextScreen, type Farewell } from '../app/screen';
import { useText, type Messages } from '../i18n';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { Waiting } from '../ui/Waiting';
import { CodePage } from './CodePage';

// Fetched while the code is being looked at.
const loadDoor = () => import('./DoorPage');
const DoorPage = lazy(loadDoor);

export function JoinPages() {
  const text = useText();
  const [screen, dispatch] = useReducer(nextScreen, null, () => firstScreen(takeCode()));
  const [entering, startEntering] = useTransition();
  const exchanging = screen.at === 'exchanging' ? screen.code : null;

  useEffect(() => {
    if (exchanging === null) return;
    void loadDoor().catch(() => {});
    const abort = new AbortController();
    void exchangeCode(exchanging, abort.signal).then((exchange) => {
      if (abort.signal.aborted) return;
      if (exchange.ok) dispatch({ do: 'admit', admission: exchange.admission });
      else dispatch({ do: 'refuse', refusal: exchange.refusal });
    });
    return () => abort.abort();
  }, [exchanging]);

  // The same tab may be given another invitation: only the fragment changes then, and nothing reloads.
  useEffect(() => {
    const onHash = () => {
      if (window.location.hash === '') return;
      const code = takeCode();
      if (code !== null) dispatch({ do: 'useCode', code });
    };
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, []);

  const meetingTitle = screen.at === 'lobby' || screen.at === 'hall' ? screen.admission.meeting.title : null;
  useEffect(() => {
    document.title = meetingTitle === null ? text.app.name : `${meetingTitle} · ${text.app.name}`;
  }, [meetingTitle, text]);

  switch (screen.at) {
    case 'code':
      return (
        <CodePage
          onCode={(code) => {
            keepCode(code);
            dispatch({ do: 'useCode', code });
          }}
        />
      );
    case 'exchanging':
      return <Waiting label={text.code.checking} />;
    case 'refused':
      return (
        <RefusedPage
          refusal={screen.refusal}
          onRetry={() => dispatch({ do: 'again' })}
          onOtherCode={() => {
            keepCode(null);
            dispatch({ do: 'otherCode' });
          }}
        />
      );
    case 'lobby':
    case 'hall':
      return (
        <DoorPage
          code={screen.code}
          admission={screen.admission}
          setup={screen.at === 'hall' ? screen.setup : null}
          // As a transition, and with the boundary around all pages: else React shows the fallback for 0.3 s, even when
          // the code is already there.
          entering={entering}
          onEnter={(setup) => startEntering(() => dispatch({ do: 'enter', setup }))}
          onBack={() => dispatch({ do: 'back' })}
          onOver={(why) => dispatch({ do: 'end', why })}
          onRefused={(refusal) => dispatch({ do: 'refuse', refusal })}
        />
      );
    case 'over':
      return <OverPage why={screen.why} admission={screen.admission} onAgain={() => dispatch({ do: 'again' })} />;
  }
}

interface RefusedProps {
  refusal: JoinRefusal;
  onRetry: () => void;
  onOtherCode: () => void;
}

function RefusedPage({ refusal, onRetry, onOtherCode }: RefusedProps) {
  const { refusal: text } = useText();
  const wait = refusal.kind === 'tooMany' ? refusal.retryAfterS : 0;
  const [ready, setReady] = useState(wait === 0);
  useEffect(() => {
    if (wait === 0) return;
    const timer = setTimeout(() => setReady(true), wait * 1000);
    return () => clearTimeout(timer);
  }, [wait]);
  const { title, words } = describe(text, refusal);
  return (
    <Notice title={title} text={words} trouble>
      {refusal.kind !== 'unknown' && (
        <Button tone="primary" disabled={!ready} onClick={onRetry}>
          {text.retry}
        </Button>
      )}
      <Button tone={refusal.kind === 'unknown' ? 'primary' : 'plain'} onClick={onOtherCode}>
        {text.otherCode}
      </Button>
    </Notice>
  );
}

function describe(text: Messages['refusal'], refusal: JoinRefusal): { title: string; words: string } {
  return refusal.kind === 'tooMany'
    ? { title: text.tooMany.title, words: text.tooMany.text(refusal.retryAfterS) }
    : { title: text[refusal.kind].title, words: text[refusal.kind].text };
}

function OverPage({ why, admission, onAgain }: { why: Farewell; admission: Admission; onAgain: () => void }) {
  const { over } = useText();
  if (why === 'closed') {
    return (
      <Notice title={over.closed.title} text={over.closed.text}>
        {admission.role !== 'observer' && (
          <Button tone="primary" onClick={() => navigate({ page: 'meeting', id: admission.meeting.id, part: 'report' })}>
            {over.report}
          </Button>
        )}
      </Notice>
    );
  }
  return (
    <Notice title={over[why].title} text={over[why].text} trouble={why === 'replaced' || why === 'removed'}>
      <Button tone="primary" onClick={onAgain}>
        {why === 'replaced' ? over.useHere : over.comeBack}
      </Button>
    </Notice>
  );
}
