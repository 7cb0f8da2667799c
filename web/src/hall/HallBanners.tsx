// What is to be noticed in the hall, the most urgent first.
import { useState, type ReactNode } from 'react';

import type { Turn } from '../api/schema';
import { readText, writeText } from '../app/storage';
import { useHallText } from '../i18n/hall';
import { useConduct } from '../meeting/conduct';
import { useServerTime } from '../meeting/time';
import { Button } from '../ui/Button';
import { Banner } from './Banner';
import styles from './Banner.module.css';
import { openBallots, ownVote } from './ballots';
import { useBoxWords } from './boxWords';
import type { Line } from './line';
import { LineBanner } from './LineBanner';

interface Props {
  line: Line;
  onRetry: () => void;
  /** Null while the browser lets the sound through. */
  onStartAudio: (() => void) | null;
  /** Something that went wrong, in words; null for nothing. */
  complaint: string | null;
  /** Somebody talks here and is not heard: why, or null. */
  unheard: 'muted' | 'offStage' | null;
  microphoneOn: boolean;
  /** On a wall: only what concerns everybody who looks at it. */
  projector: boolean;
  /** The chair asks for the microphone. */
  unmuteAsked: boolean;
  onUnmute: () => void;
  onLater: () => void;
  /** Null for whoever cannot ask for the floor now. */
  onAsk: (() => void) | null;
  onVote: () => void;
}

export function HallBanners(props: Props) {
  const { line, onRetry, onStartAudio, complaint, unheard, microphoneOn, projector, unmuteAsked, onUnmute, onLater, onAsk, onVote } = props;
  const { live, self, places, may } = useConduct();
  const { hall, control, cast } = useHallText();
  const { state } = live;
  const turn = state?.floor.holder;
  const own = state === null ? null : ownVote(state, self, places.outline?.hub ?? null);
  const ballots = may('cast-ballot') ? openBallots(own) : 0;
  return (
    <>
      <LineBanner line={line} onRetry={onRetry} />
      {onStartAudio && (
        <Banner
          name="audio"
          tone="warn"
          icon="sound"
          role="alert"
          actions={
            <Button tone="primary" onClick={onStartAudio}>
              {control.startAudio}
            </Button>
          }
        >
          <p>{control.startAudioHint}</p>
        </Banner>
      )}
      {unmuteAsked && (
        <Banner
          name="unmute"
          tone="act"
          icon="microphone"
          role="alert"
          actions={
            <>
              <Button onClick={onLater}>{hall.later}</Button>
              <Button tone="primary" onClick={onUnmute}>
                {hall.unmuteNow}
              </Button>
            </>
          }
        >
          <p>{hall.unmuteAsked}</p>
        </Banner>
      )}
      {turn && turn.place === self && <OwnTurn turn={turn} onUnmute={microphoneOn || unmuteAsked ? null : onUnmute} />}
      {unheard && !projector && !unmuteAsked && turn?.place !== self && (
        <Banner
          name="unheard"
          tone="warn"
          icon="microphoneOff"
          role="alert"
          actions={
            unheard === 'muted' ? (
              <Button tone="primary" onClick={onUnmute}>
                {hall.unmuteNow}
              </Button>
            ) : (
              onAsk && <Button onClick={onAsk}>{hall.askFirst}</Button>
            )
          }
        >
          <p>{unheard === 'muted' ? hall.mutedTalking : hall.notOnStage}</p>
        </Banner>
      )}
      {own && ballots > 0 && !projector && (
        <Banner
          name="vote"
          tone="act"
          icon="levelGreen"
          role="alert"
          actions={
            <Button tone="primary" onClick={onVote}>
              {cast.open}
            </Button>
          }
        >
          <p>
            <strong>{cast.banner(own.vote.question)}</strong> {own.voters.length > 1 && cast.left(ballots)}
          </p>
        </Banner>
      )}
      <Announced />
      {!projector && <Notice />}
      <div role="status">
        {complaint !== null && (
          <Banner name="complaint" tone="warn" icon="warning">
            <p>{complaint}</p>
          </Banner>
        )}
      </div>
    </>
  );
}

/** Who is called upon sees how long they may speak, and gives the floor back. */
function OwnTurn({ turn, onUnmute }: { turn: Turn; onUnmute: (() => void) | null }) {
  const { live, may, places, give } = useConduct();
  const { floor, hall } = useHallText();
  const { words, isOver } = useBoxWords(turn, useServerTime(live.aheadMs));
  return (
    <Banner
      name="turn"
      tone={isOver ? 'warn' : 'good'}
      icon="hand"
      actions={
        <>
          {onUnmute && (
            <Button tone="primary" onClick={onUnmute}>
              {hall.unmuteNow}
            </Button>
          )}
          <Button disabled={!may('return-floor')} onClick={() => void give({ do: 'return-floor' })}>
            {floor.give}
          </Button>
        </>
      }
    >
      {/* Said once: the seconds are for the eye. */}
      <p role="alert">
        <strong>{floor.yours(turn.speaker.name || places.name(turn.place))}</strong>
      </p>
      <p className={styles.time} role="timer">
        {words}
      </p>
    </Banner>
  );
}

/** The last announcement, until this person has closed it: after a lost line it is still there. */
function Announced() {
  const { live } = useConduct();
  const { chat } = useHallText();
  const [closed, setClosed] = useState<string | null>(null);
  const announcement = live.state?.announcement;
  if (!announcement || announcement.at === closed) return null;
  return (
    <Dismissable name="announcement" tone="act" icon="warning" words={chat.dismiss} onClose={() => setClosed(announcement.at)}>
      <p>
        <strong>{chat.announced}:</strong> {announcement.text}
      </p>
    </Dismissable>
  );
}

/** What is written down here, said once for each meeting. */
function Notice() {
  const { id } = useConduct();
  const { hall } = useHallText();
  const [isRead, setIsRead] = useState(() => readText(NOTICE_KEY) === id);
  if (isRead) return null;
  const close = () => {
    setIsRead(true);
    writeText(NOTICE_KEY, id);
  };
  return (
    <Dismissable name="notice" tone="calm" icon="document" words={hall.noticeClose} onClose={close}>
      <p>{hall.notice}</p>
    </Dismissable>
  );
}

const NOTICE_KEY = 'diemcau.notice';

interface DismissableProps {
  name: string;
  tone: 'act' | 'calm';
  icon: 'warning' | 'document';
  words: string;
  onClose: () => void;
  children: ReactNode;
}

function Dismissable({ name, tone, icon, words, onClose, children }: DismissableProps) {
  return (
    <Banner name={name} tone={tone} icon={icon} role="status" actions={<Button onClick={onClose}>{words}</Button>}>
      {children}
    </Banner>
  );
}
