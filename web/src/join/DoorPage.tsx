// From the preparation to the hall: the devices, the wait at the door, and in by itself when it opens.
import { lazy, useEffect, useMemo, useState } from 'react';

import { connect } from '../api/client';
import type { Admission, JoinRefusal } from '../api/join';
import type { Farewell } from '../app/screen';
import { ConductProvider, useConduct } from '../meeting/conduct';
import { seatAccess, StandingProvider } from '../meeting/standing';
import { doorOf } from './door';
import { LobbyPage } from './LobbyPage';
import type { Setup } from './setup';
import { WaitingRoom } from './WaitingRoom';

// The conference code is most of the weight: it comes while the person looks at the preparation page.
const loadHall = () => import('../hall/HallPage');
const HallPage = lazy(loadHall);

interface Props {
  code: string;
  admission: Admission;
  /** What the person brings into the hall; null while it is being chosen. */
  setup: Setup | null;
  entering: boolean;
  onEnter: (setup: Setup) => void;
  onBack: () => void;
  onOver: (why: Farewell) => void;
  onRefused: (refusal: JoinRefusal) => void;
}

export default function DoorPage(props: Props) {
  const { code, admission } = props;
  const standing = useMemo(() => ({ api: connect(seatAccess(code, admission)), admission }), [code, admission]);
  // A failure to fetch ahead shows itself, if it lasts, when the hall is entered.
  useEffect(() => void loadHall().catch(() => {}), []);
  return (
    <StandingProvider standing={standing}>
      <ConductProvider id={admission.meeting.id}>
        <AtTheDoor {...props} />
      </ConductProvider>
    </StandingProvider>
  );
}

/** Whoever cannot hear how the meeting stands tries the hall all the same: it has words of its own for every trouble. */
const UNKNOWN_MS = 5_000;

function AtTheDoor({ code, admission, setup, entering, onEnter, onBack, onOver, onRefused }: Props) {
  const { live } = useConduct();
  const door = doorOf(live.state);
  const [isIn, setIsIn] = useState(false);
  const wanted = setup !== null;
  useEffect(() => {
    if (!wanted) return setIsIn(false);
    if (door.is === 'open') return setIsIn(true);
    if (door.is !== 'unknown') return;
    const timer = setTimeout(() => setIsIn(true), UNKNOWN_MS);
    return () => clearTimeout(timer);
  }, [wanted, door.is]);
  useEffect(() => {
    if (wanted && !isIn && door.is === 'closed') onOver('closed');
  }, [wanted, isIn, door.is, onOver]);

  if (setup === null) return <LobbyPage admission={admission} entering={entering} onEnter={onEnter} />;
  if (!isIn && door.is !== 'open') return <WaitingRoom admission={admission} door={door} onBack={onBack} />;
  return <HallPage code={code} admission={admission} setup={setup} onOver={onOver} onRefused={onRefused} />;
}
