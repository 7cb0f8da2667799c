// The roll call: of the whole meeting for those who run it, of the own room for its clerk.
import { Banners } from '../meeting/Banners';
import { useRollText } from '../i18n/roll';
import { ConductProvider, useConduct } from '../meeting/conduct';
import { NotYet } from '../meeting/NotYet';
import { PageBar } from '../meeting/PageBar';
import { pointOf } from '../meeting/places';
import styles from './RollPage.module.css';
import { RoomRoll } from './RoomRoll';
import { WholeRoll } from './WholeRoll';

export default function RollPage({ id }: { id: string }) {
  return (
    <ConductProvider id={id}>
      <RollInMeeting />
    </ConductProvider>
  );
}

function RollInMeeting() {
  const { live } = useConduct();
  const { whole, room } = useRollText();
  const { state } = live;
  const point = state?.view === 'own' ? pointOf(state.place) : null;
  if (state?.view === 'host') {
    return (
      <div className={styles.page}>
        <PageBar title={whole.title} part="roll" />
        <Banners />
        <WholeRoll seen={state} />
      </div>
    );
  }
  if (state?.view === 'own' && point !== null && state.roll) {
    return (
      <div className={styles.scrolling}>
        <PageBar title={room.title} part="roll" />
        <main className={styles.room}>
          <RoomRoll point={point} roll={state.roll} isFresh={live.line.at === 'up'} />
        </main>
      </div>
    );
  }
  return <NotYet />;
}
