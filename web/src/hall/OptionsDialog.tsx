// What is set seldom: the line, the screen, how it looks; and what a technician asks for.
import { useHallText } from '../i18n/hall';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { LanguageSwitch, ThemeSwitch } from '../ui/Frame';
import styles from './dialogs.module.css';
import { SAVINGS, type Saving } from './stage';

interface Props {
  saving: Saving;
  onSaving: (saving: Saving) => void;
  /** Null where the browser has none, or there is no picture. */
  onPictureInPicture: (() => void) | null;
  onFullScreen: (() => void) | null;
  onProjector: () => void;
  onKeys: () => void;
  onDiagnostics: () => void;
  /** Only those who run the meeting get the list. */
  onAttendance: (() => void) | null;
  onDone: () => void;
}

export function OptionsDialog(props: Props) {
  const { saving, onSaving, onPictureInPicture, onFullScreen, onProjector, onKeys, onDiagnostics, onAttendance, onDone } = props;
  const { more } = useHallText();
  const words = { off: more.savingOff, small: more.savingSmall, sound: more.savingSound };
  const closing = (act: () => void) => () => {
    onDone();
    act();
  };
  return (
    <Dialog title={more.title} onClose={onDone}>
      <div className={styles.fields}>
        <fieldset>
          <legend>{more.saving}</legend>
          {SAVINGS.map((one) => (
            <label key={one}>
              <input type="radio" name="saving" value={one} checked={saving === one} onChange={() => onSaving(one)} />
              {words[one]}
            </label>
          ))}
        </fieldset>
        <fieldset>
          <legend>{more.screen}</legend>
          <div className={styles.buttons}>
            {onFullScreen && (
              <Button onClick={closing(onFullScreen)} aria-keyshortcuts="F">
                {more.fullScreen}
              </Button>
            )}
            <Button onClick={closing(onProjector)} aria-keyshortcuts="J" data-control="projector">
              {more.projector}
            </Button>
            {onPictureInPicture && <Button onClick={closing(onPictureInPicture)}>{more.pictureInPicture}</Button>}
          </div>
        </fieldset>
        <fieldset>
          <legend>{more.looks}</legend>
          <div className={styles.buttons}>
            <ThemeSwitch />
            <LanguageSwitch />
          </div>
        </fieldset>
        <fieldset>
          <legend>{more.help}</legend>
          <div className={styles.buttons}>
            <Button onClick={closing(onKeys)} aria-keyshortcuts="?">
              {more.keys}
            </Button>
            <Button onClick={closing(onDiagnostics)} data-control="diagnostics">
              {more.diagnostics}
            </Button>
            {onAttendance && (
              <Button onClick={closing(onAttendance)} data-control="attendance">
                {more.attendance}
              </Button>
            )}
          </div>
        </fieldset>
      </div>
      <div className={styles.actions}>
        <Button data-first onClick={onDone}>
          {more.close}
        </Button>
      </div>
    </Dialog>
  );
}
