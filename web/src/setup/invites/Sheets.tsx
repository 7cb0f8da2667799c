// Invitations as they are printed: a page for each place, with the link, the code, the QR code and whom to call.
import { useEffect } from 'react';

import type { Issued } from '../../api/schema';
import { useText } from '../../i18n';
import { useInvitesText } from '../../i18n/invites';
import { whenOf } from '../../join/when';
import { Button } from '../../ui/Button';
import { PageHead } from '../../ui/PageHead';
import type { Plan } from '../plan/plan';
import { entryOf, type Codes, type InviteRow } from './invites';
import styles from './Sheets.module.css';

interface Props {
  plan: Plan;
  rows: readonly InviteRow[];
  codes: Codes;
  onBack: () => void;
}

export function Sheets({ plan, rows, codes, onBack }: Props) {
  const { sheets: words } = useInvitesText();
  const printed = rows.flatMap((row) => {
    const issued = codes.seats.get(row.id);
    return issued ? [{ row, issued, checkIn: codes.checkIns.get(row.id) }] : [];
  });
  useEffect(() => {
    window.scrollTo(0, 0);
  }, []);
  return (
    <>
      <PageHead title={words.title} lead={words.lead(printed.length)}>
        <Button onClick={onBack}>{words.back}</Button>
        <Button tone="primary" onClick={() => window.print()}>
          {words.print}
        </Button>
      </PageHead>
      <div className={styles.sheets}>
        {printed.map(({ row, issued, checkIn }) => (
          <Sheet key={row.id} plan={plan} row={row} issued={issued} checkIn={checkIn} />
        ))}
      </div>
    </>
  );
}

function Sheet({ plan, row, issued, checkIn }: { plan: Plan; row: InviteRow; issued: Issued; checkIn: Issued | undefined }) {
  const text = useText();
  const { sheets: words } = useInvitesText();
  const when = whenOf(new Date(plan.startsAt), plan.zone, text.locale);
  const { chair, technician } = plan.officers;
  const isRoom = row.id.startsWith('point:');
  return (
    <article className={styles.sheet} aria-label={row.name}>
      <header className={styles.head}>
        <p>{words.heading}</p>
        <h2>{plan.title}</h2>
        {plan.number && <p>{words.number(plan.number)}</p>}
      </header>
      <dl className={styles.facts}>
        <dt>{words.place}</dt>
        <dd className={styles.place}>{isRoom || !row.detail ? row.name : `${row.name}, ${row.detail}`}</dd>
        {isRoom && row.detail && (
          <>
            <dt>{words.room}</dt>
            <dd>{row.detail}</dd>
          </>
        )}
        <dt>{words.time}</dt>
        <dd>{`${when.time}, ${when.date} (${words.zone(when.offset)})`}</dd>
        {chair && (
          <>
            <dt>{words.chair}</dt>
            <dd>{chair.title ? `${chair.name}, ${chair.title}` : chair.name}</dd>
          </>
        )}
      </dl>
      <section className={styles.entry}>
        <Qr svg={issued.qr} label={words.qr(row.name)} />
        <div>
          <h3>{words.how}</h3>
          <p>{words.scan}</p>
          <p>{words.open(entryOf(issued.link))}</p>
          <p className={styles.code} translate="no">
            {issued.code}
          </p>
          <p>{words.orLink}</p>
          <p className={styles.link} translate="no">
            {issued.link}
          </p>
        </div>
      </section>
      {checkIn && (
        <section className={styles.entry}>
          <Qr svg={checkIn.qr} label={words.checkInQr(row.name)} />
          <div>
            <h3>{words.checkIn}</h3>
            <p>{words.checkInText}</p>
            <p className={styles.link} translate="no">
              {checkIn.link}
            </p>
          </div>
        </section>
      )}
      <footer className={styles.foot}>
        <p>{words.early}</p>
        <p className={styles.help}>
          {technician?.phone ? (
            <>
              {words.help}: {technician.name}, <strong>{technician.phone}</strong>
            </>
          ) : (
            words.noHelp
          )}
        </p>
        <p>{words.secret}</p>
      </footer>
    </article>
  );
}

/** As a picture: what came from elsewhere is not put into the page as markup. */
function Qr({ svg, label }: { svg: string | null | undefined; label: string }) {
  return svg ? <img className={styles.qr} src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`} alt={label} /> : null;
}
