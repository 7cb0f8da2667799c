// The row of buttons under the hall.
import { useHallText } from '../i18n/hall';
import { Icon, type IconName } from '../ui/Icon';
import styles from './Controls.module.css';
import type { HallLayout } from './useHall';

export interface ControlState {
  microphoneOn: boolean;
  cameraOn: boolean;
  sharing: boolean;
  /** The browser can share a screen at all. */
  canShare: boolean;
  layout: HallLayout;
  /** Nothing can be switched while the line is down. */
  enabled: boolean;
  /** Only the host gets the list. */
  attendance: 'none' | 'ready' | 'busy';
}

export interface ControlActions {
  toggleMicrophone: () => void;
  toggleCamera: () => void;
  toggleSharing: () => void;
  toggleLayout: () => void;
  openShortcuts: () => void;
  downloadAttendance: () => void;
  askToLeave: () => void;
}

export function Controls({ state, actions }: { state: ControlState; actions: ControlActions }) {
  const { control, hall } = useHallText();
  return (
    <div className={styles.controls} role="toolbar" aria-label={hall.controls}>
      <div className={styles.main}>
        <Control
          name="microphone"
          icon={state.microphoneOn ? 'microphone' : 'microphoneOff'}
          label={state.microphoneOn ? control.mute : control.unmute}
          tone={state.microphoneOn ? 'plain' : 'off'}
          shortcut="M"
          disabled={!state.enabled}
          onClick={actions.toggleMicrophone}
        />
        <Control
          name="camera"
          icon={state.cameraOn ? 'camera' : 'cameraOff'}
          label={state.cameraOn ? control.cameraOff : control.cameraOn}
          tone={state.cameraOn ? 'plain' : 'off'}
          shortcut="V"
          disabled={!state.enabled}
          onClick={actions.toggleCamera}
        />
        {state.canShare && (
          <Control
            name="share"
            icon="share"
            label={state.sharing ? control.stopShare : control.share}
            tone={state.sharing ? 'active' : 'plain'}
            shortcut="S"
            disabled={!state.enabled}
            onClick={actions.toggleSharing}
          />
        )}
      </div>
      <div className={styles.rest}>
        <Control
          name="layout"
          icon={state.layout === 'stage' ? 'grid' : 'stage'}
          label={state.layout === 'stage' ? control.gridView : control.stageView}
          shortcut="G"
          onClick={actions.toggleLayout}
        />
        <Control name="shortcuts" icon="keyboard" label={control.shortcuts} shortcut="?" onClick={actions.openShortcuts} />
        {state.attendance !== 'none' && (
          <Control
            name="attendance"
            icon="download"
            label={state.attendance === 'busy' ? control.attendanceBusy : control.attendance}
            disabled={state.attendance === 'busy'}
            onClick={actions.downloadAttendance}
          />
        )}
      </div>
      <Control name="leave" icon="leave" label={control.leave} tone="leave" onClick={actions.askToLeave} />
    </div>
  );
}

interface ControlProps {
  /** For tests: texts change with the language. */
  name: string;
  icon: IconName;
  label: string;
  tone?: 'plain' | 'off' | 'active' | 'leave';
  shortcut?: string;
  disabled?: boolean;
  onClick: () => void;
}

function Control({ name, icon, label, tone = 'plain', shortcut, disabled = false, onClick }: ControlProps) {
  return (
    <button
      type="button"
      className={`${styles.control} ${styles[tone]}`}
      data-control={name}
      disabled={disabled}
      aria-keyshortcuts={shortcut}
      title={shortcut === undefined ? label : `${label} (${shortcut})`}
      onClick={onClick}
    >
      <Icon name={icon} />
      <span>{label}</span>
    </button>
  );
}
