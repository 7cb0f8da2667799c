// The row of buttons under the hall.
import { useHallText } from '../i18n/hall';
import { Icon, type IconName } from '../ui/Icon';
import styles from './Controls.module.css';
import type { HallLayout } from './useHall';

/** How it stands between this seat and the floor. */
export type Hand =
  /** The seat never speaks, or nobody may ask now. */
  | { is: 'none' }
  | { is: 'free' }
  /** Counted from 1. */
  | { is: 'waits'; position: number }
  | { is: 'speaks' };

export interface ControlState {
  /** Whoever only looks on sends nothing. */
  mayPublish: boolean;
  microphoneOn: boolean;
  cameraOn: boolean;
  sharing: boolean;
  /** The browser can share a screen, and the seat may. */
  canShare: boolean;
  layout: HallLayout;
  /** Nothing can be switched while the line is down. */
  enabled: boolean;
  hand: Hand;
  panelOpen: boolean;
  unread: number;
}

export interface ControlActions {
  toggleMicrophone: () => void;
  toggleCamera: () => void;
  toggleSharing: () => void;
  toggleLayout: () => void;
  raiseHand: () => void;
  togglePanel: () => void;
  openOptions: () => void;
  askToLeave: () => void;
}

export function Controls({ state, actions }: { state: ControlState; actions: ControlActions }) {
  const { control, hall, floor, panel, more } = useHallText();
  const { hand } = state;
  return (
    <div className={styles.controls} role="toolbar" aria-label={hall.controls}>
      <div className={styles.main}>
        {state.mayPublish && (
          <>
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
          </>
        )}
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
        {hand.is !== 'none' && (
          <Control
            name="hand"
            icon="hand"
            label={hand.is === 'waits' ? floor.asked(hand.position) : hand.is === 'speaks' ? floor.now : floor.ask}
            tone={hand.is === 'free' ? 'plain' : 'active'}
            shortcut="H"
            onClick={actions.raiseHand}
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
        <Control
          name="panel"
          icon="panel"
          label={state.panelOpen ? panel.hide : panel.show}
          shortcut="O"
          expanded={state.panelOpen}
          badge={state.unread}
          badgeWords={panel.unread(state.unread)}
          onClick={actions.togglePanel}
        />
        <Control name="more" icon="more" label={more.open} onClick={actions.openOptions} />
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
  expanded?: boolean;
  /** A number on the button; nothing for 0. */
  badge?: number;
  badgeWords?: string;
  onClick: () => void;
}

function Control({ name, icon, label, tone = 'plain', shortcut, disabled = false, expanded, badge = 0, badgeWords, onClick }: ControlProps) {
  return (
    <button
      type="button"
      className={`${styles.control} ${styles[tone]}`}
      data-control={name}
      disabled={disabled}
      aria-keyshortcuts={shortcut}
      aria-expanded={expanded}
      title={shortcut === undefined ? label : `${label} (${shortcut})`}
      onClick={onClick}
    >
      <Icon name={icon} />
      <span>{label}</span>
      {badge > 0 && (
        <>
          <em className={styles.badge} aria-hidden="true">
            {badge}
          </em>
          <span className="visually-hidden">{badgeWords}</span>
        </>
      )}
    </button>
  );
}
