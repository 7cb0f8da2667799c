// Whatever the hall asks or shows over itself: one thing at a time.
import { downloadAttendance } from '../api/attendance';
import type { Admission } from '../api/join';
import type { Document } from '../api/schema';
import { useHallText } from '../i18n/hall';
import { useConduct } from '../meeting/conduct';
import { ShortcutsDialog, type ShortcutLine } from '../meeting/Shortcuts';
import { tell } from '../ui/toasts';
import { AskDialog } from './AskDialog';
import { diagnosticsOf } from './diagnostics';
import { LeaveDialog } from './dialogs';
import { DocumentDialog } from './DocumentDialog';
import { gatherStats, serverOf } from './gather';
import { OptionsDialog } from './OptionsDialog';
import { canFullScreen, openPicture, stagePicture, toggleFullScreen } from './screen';
import type { Session } from './session';
import type { Saving } from './stage';
import type { Hall } from './useHall';

export type Asking = { is: 'leave' | 'keys' | 'options' | 'ask' } | { is: 'document'; document: Document };

interface Props {
  asking: Asking;
  onAsk: (asking: Asking | null) => void;
  code: string;
  admission: Admission;
  session: Session;
  hall: Hall;
  cameraOn: boolean;
  /** Keys of what is open beside the pictures. */
  lines: readonly ShortcutLine[];
  keysOn: boolean;
  onKeysOn: (on: boolean) => void;
}

export function HallDialogs({ asking, onAsk, code, admission, session, hall, cameraOn, lines, keysOn, onKeysOn }: Props) {
  const { live } = useConduct();
  const { keys, more, control } = useHallText();
  const done = () => onAsk(null);

  const setSaving = (saving: Saving) => {
    hall.setSaving(saving);
    // Only sound goes both ways.
    if (saving === 'sound' && cameraOn) void session.setCamera(false);
  };
  const copyDiagnostics = async () => {
    const { room } = session;
    const text = diagnosticsOf({
      meeting: admission.meeting.id,
      identity: admission.identity,
      atMs: Date.now(),
      userAgent: navigator.userAgent,
      line: session.line().at,
      live: live.line.at,
      serverAheadMs: live.aheadMs,
      server: serverOf(room),
      stats: await gatherStats(room),
    });
    await navigator.clipboard.writeText(text).then(
      () => tell(more.copied),
      () => tell(more.notCopied, { tone: 'bad' }),
    );
  };
  const saveAttendance = async () => {
    if (!(await downloadAttendance(code))) tell(control.attendanceFailed, { tone: 'bad' });
  };
  const picture = stagePicture();
  const showPicture = () => {
    if (picture) openPicture(picture).catch(() => tell(more.pictureFailed, { tone: 'bad' }));
  };

  switch (asking.is) {
    case 'leave':
      return <LeaveDialog role={admission.role} onStay={done} onLeave={() => void session.leave()} />;
    case 'ask':
      return <AskDialog onDone={done} />;
    case 'document':
      return <DocumentDialog document={asking.document} onClose={done} />;
    case 'options':
      return (
        <OptionsDialog
          saving={hall.saving}
          onSaving={setSaving}
          onPictureInPicture={picture ? showPicture : null}
          onFullScreen={canFullScreen() ? toggleFullScreen : null}
          onProjector={() => hall.setProjector(true)}
          onKeys={() => onAsk({ is: 'keys' })}
          onDiagnostics={() => void copyDiagnostics()}
          onAttendance={admission.role === 'host' ? () => void saveAttendance() : null}
          onDone={done}
        />
      );
    case 'keys':
      return (
        <ShortcutsDialog
          lines={[
            { keys: ['M'], does: keys.microphone },
            { keys: ['V'], does: keys.camera },
            { keys: ['S'], does: keys.share },
            { keys: ['H'], does: keys.hand },
            { keys: ['G'], does: keys.view },
            { keys: ['Page Up', 'Page Down'], does: keys.pages },
            { keys: ['O'], does: keys.panel },
            { keys: ['C'], does: keys.chat },
            { keys: ['J'], does: keys.projector },
            { keys: ['F'], does: keys.fullScreen },
            ...lines,
          ]}
          enabled={keysOn}
          onEnable={onKeysOn}
          onClose={done}
        />
      );
  }
}
