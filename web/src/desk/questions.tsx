// What the desk asks before it does something: one dialog at a time, each with its own words.
import { useEffect, useState } from 'react';

import type { FloorRequest, ProxyView } from '../api/schema';
import { useDeskText } from '../i18n/desk';
import { useConduct } from '../meeting/conduct';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { SelectField, TextArea, TextField } from '../ui/Field';
import { FormDialog } from '../ui/FormDialog';
import { speakerName, type Acts, type HostState } from './acts';
import styles from './desk.module.css';
import { GiveDialog } from './GiveDialog';
import { OpenVoteDialog } from './OpenVoteDialog';
import { electorate } from './votes';

export type Question =
  | { is: 'open' | 'pause' | 'close' | 'mute-all' | 'take-over' | 'announce' | 'vote' | 'close-vote' | 'cancel-vote' }
  | { is: 'remove'; place: string }
  | { is: 'hand-over'; to: string | null }
  | { is: 'give'; place: string | null }
  /** Somebody has the floor, who would lose it. */
  | { is: 'pass'; request: FloorRequest }
  | { is: 'skip'; request: FloorRequest }
  | { is: 'approve' | 'refuse'; proxy: ProxyView };

interface Props {
  question: Question;
  seen: HostState;
  acts: Acts;
  /** Seconds that are given with the floor; 0 for no limit. */
  box: number;
  /** What a delegate is called. */
  delegateName: (id: string) => string;
  onDone: () => void;
}

export function QuestionDialog(props: Props) {
  const { question, seen, acts, box, delegateName, onDone } = props;
  const { give, places } = useConduct();
  const { ask, done, vote, proxies } = useDeskText();
  const running = seen.votes.find(({ state }) => state.is === 'under-way');
  const doing = (work: () => Promise<unknown>) => () => {
    onDone();
    void work();
  };

  switch (question.is) {
    case 'open': {
      const missing = places.outline ? places.outline.points.length - seen.connected : 0;
      const text = places.outline?.microphones === 'free' ? ask.open.free : ask.open.text;
      return (
        <ConfirmDialog title={ask.open.title} confirm={ask.open.confirm} onConfirm={doing(() => give({ do: 'open' }))} onCancel={onDone}>
          <p>{text}</p>
          {missing > 0 && <p className={styles.caution}>{ask.open.missing(missing)}</p>}
        </ConfirmDialog>
      );
    }
    case 'pause':
      return (
        <ReasonDialog
          title={ask.pause.title}
          text={ask.pause.text}
          confirm={ask.pause.confirm}
          onConfirm={(reason) => void give({ do: 'pause', reason }, { done: done.paused, undo: { do: 'resume' } })}
          onDone={onDone}
        />
      );
    case 'close':
      return <CloseDialog onClose={doing(() => give({ do: 'close' }))} onDone={onDone} />;
    case 'mute-all':
      return (
        <ConfirmDialog
          title={ask.muteAll.title}
          confirm={ask.muteAll.confirm}
          onConfirm={doing(() => give({ do: 'mute-all' }, { done: done.mutedAll }))}
          onCancel={onDone}
        >
          <p>{ask.muteAll.text}</p>
        </ConfirmDialog>
      );
    case 'take-over':
      return (
        <ConfirmDialog
          title={ask.takeOver.title}
          confirm={ask.takeOver.confirm}
          onConfirm={doing(() => give({ do: 'take-over' }, { done: done.takenOver }))}
          onCancel={onDone}
        >
          <p>{ask.takeOver.text(places.name(seen.presiding))}</p>
        </ConfirmDialog>
      );
    case 'announce':
      return <AnnounceDialog last={seen.announcement?.text ?? null} onDone={onDone} />;
    case 'vote':
      return <OpenVoteDialog quorum={seen.quorum != null} onDone={onDone} />;
    case 'close-vote':
      return running ? (
        <ConfirmDialog
          title={vote.closeDialog.title}
          confirm={vote.closeDialog.confirm}
          onConfirm={doing(() => give({ do: 'close-vote', vote: running.id }, { done: done.voteClosed }))}
          onCancel={onDone}
        >
          <p>{vote.closeDialog.text(running.voted, electorate(running, seen))}</p>
        </ConfirmDialog>
      ) : null;
    case 'cancel-vote':
      return running ? (
        <ReasonDialog
          title={vote.cancelDialog.title}
          text={vote.cancelDialog.text}
          confirm={vote.cancelDialog.confirm}
          danger
          onConfirm={(reason) => void give({ do: 'cancel-vote', vote: running.id, reason }, { done: done.voteCancelled })}
          onDone={onDone}
        />
      ) : null;
    case 'remove':
      return (
        <ReasonDialog
          title={ask.remove.title(places.name(question.place))}
          text={ask.remove.text}
          confirm={ask.remove.confirm}
          danger
          onConfirm={(reason) => void acts.remove(question.place, reason)}
          onDone={onDone}
        />
      );
    case 'hand-over':
      return <HandOverDialog to={question.to} seen={seen} onDone={onDone} />;
    case 'give':
      return <GiveDialog place={question.place} seen={seen} box={box} acts={acts} onDone={onDone} />;
    case 'pass': {
      const { holder } = seen.floor;
      const name = speakerName(question.request.place, question.request.speaker, places);
      return (
        <ConfirmDialog
          title={ask.pass.title(name)}
          confirm={ask.pass.confirm}
          onConfirm={doing(() => acts.grant(question.request, box))}
          onCancel={onDone}
        >
          {holder && <p>{ask.pass.text(speakerName(holder.place, holder.speaker, places))}</p>}
        </ConfirmDialog>
      );
    }
    case 'skip': {
      const { request, place, speaker } = question.request;
      return (
        <ReasonDialog
          title={ask.skip.title(speakerName(place, speaker, places))}
          text={ask.skip.text}
          confirm={ask.skip.confirm}
          onConfirm={(reason) => void give({ do: 'skip-request', request, reason })}
          onDone={onDone}
        />
      );
    }
    case 'approve':
    case 'refuse': {
      const { id, substitute, delegate, reason } = question.proxy;
      const line = proxies.line(titled(substitute), delegateName(delegate));
      return question.is === 'approve' ? (
        <ConfirmDialog
          title={proxies.approveDialog.title}
          confirm={proxies.approveDialog.confirm}
          onConfirm={doing(() => give({ do: 'approve-proxy', proxy: id }, { done: done.approved }))}
          onCancel={onDone}
        >
          <p>{line}</p>
          {reason !== '' && <p>{reason}</p>}
        </ConfirmDialog>
      ) : (
        <ReasonDialog
          title={proxies.refuseDialog.title}
          text={line}
          confirm={proxies.refuseDialog.confirm}
          onConfirm={(why) => void give({ do: 'refuse-proxy', proxy: id, reason: why }, { done: done.refused })}
          onDone={onDone}
        />
      );
    }
  }
}

export const titled = ({ name, title }: { name: string; title?: string }): string => (title ? `${name}, ${title}` : name);

interface ReasonProps {
  title: string;
  text: string;
  confirm: string;
  danger?: boolean;
  onConfirm: (reason: string) => void;
  onDone: () => void;
}

function ReasonDialog({ title, text, confirm, danger, onConfirm, onDone }: ReasonProps) {
  const { ask } = useDeskText();
  const [reason, setReason] = useState('');
  const submit = () => {
    onDone();
    onConfirm(reason.trim());
  };
  return (
    <FormDialog title={title} confirm={confirm} danger={danger} onSubmit={submit} onDone={onDone}>
      <p>{text}</p>
      <TextField
        label={ask.reasonOptional}
        value={reason}
        maxLength={300}
        data-first
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}

const THINK_S = 5;

/** It ends the meeting for everybody and for good: the button comes after a pause to think. */
function CloseDialog({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { ask } = useDeskText();
  const [left, setLeft] = useState(THINK_S);
  useEffect(() => {
    if (left === 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return (
    <ConfirmDialog
      title={ask.close.title}
      confirm={left > 0 ? ask.close.wait(left) : ask.close.confirm}
      danger
      busy={left > 0}
      onConfirm={onClose}
      onCancel={onDone}
    >
      <p>{ask.close.text}</p>
    </ConfirmDialog>
  );
}

function AnnounceDialog({ last, onDone }: { last: string | null; onDone: () => void }) {
  const { give } = useConduct();
  const { ask, done } = useDeskText();
  const [text, setText] = useState('');
  const submit = () => {
    onDone();
    void give({ do: 'announce', text: text.trim() }, { done: done.announced });
  };
  return (
    <FormDialog title={ask.announce.title} confirm={ask.announce.confirm} disabled={text.trim() === ''} onSubmit={submit} onDone={onDone}>
      <TextArea label={ask.announce.label} value={text} maxLength={300} data-first onChange={(event) => setText(event.target.value)} />
      {last !== null && <p className={styles.soft}>{ask.announce.last(last)}</p>}
    </FormDialog>
  );
}

function HandOverDialog({ to, seen, onDone }: { to: string | null; seen: HostState; onDone: () => void }) {
  const { give, places } = useConduct();
  const { ask, done } = useDeskText();
  const able = seen.lines.filter(({ place, connected }) => connected && place !== seen.presiding && !/^(observer|delegate):/.test(place));
  const [chosen, setChosen] = useState(to ?? able[0]?.place ?? '');
  const submit = () => {
    onDone();
    void give({ do: 'hand-over', to: chosen }, { done: done.handedOver(places.name(chosen)) });
  };
  return (
    <FormDialog title={ask.handOver.title} confirm={ask.handOver.confirm} disabled={chosen === ''} onSubmit={submit} onDone={onDone}>
      <p>{able.length === 0 ? ask.handOver.none : ask.handOver.text}</p>
      {able.length > 0 && (
        <SelectField label={ask.handOver.to} value={chosen} data-first onChange={(event) => setChosen(event.target.value)}>
          {able.map(({ place }) => (
            <option key={place} value={place}>
              {places.name(place)}
            </option>
          ))}
        </SelectField>
      )}
    </FormDialog>
  );
}
