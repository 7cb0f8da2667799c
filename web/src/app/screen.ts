// Which page is shown, as a pure reducer.
import type { Admission, JoinRefusal } from '../api/join';
import type { Setup } from '../join/setup';

/** Why a stay in the hall ended for good. */
export type Farewell = 'left' | 'replaced' | 'removed' | 'closed';

export type Screen =
  | { at: 'code' }
  | { at: 'exchanging'; code: string }
  | { at: 'refused'; code: string; refusal: JoinRefusal }
  | { at: 'lobby'; code: string; admission: Admission }
  | { at: 'hall'; code: string; admission: Admission; setup: Setup }
  | { at: 'over'; code: string; admission: Admission; why: Farewell };

export type Step =
  | { do: 'useCode'; code: string }
  | { do: 'admit'; admission: Admission }
  | { do: 'refuse'; refusal: JoinRefusal }
  | { do: 'enter'; setup: Setup }
  /** From the door back to the preparation. */
  | { do: 'back' }
  | { do: 'end'; why: Farewell }
  | { do: 'again' }
  | { do: 'otherCode' };

export const firstScreen = (code: string | null): Screen =>
  code === null ? { at: 'code' } : { at: 'exchanging', code };

/** A step that does not fit the page shown changes nothing: late answers are harmless. */
export function nextScreen(screen: Screen, step: Step): Screen {
  switch (step.do) {
    case 'useCode':
      return { at: 'exchanging', code: step.code };
    case 'admit':
      return screen.at === 'exchanging' ? { at: 'lobby', code: screen.code, admission: step.admission } : screen;
    case 'refuse':
      return screen.at === 'exchanging' || screen.at === 'hall'
        ? { at: 'refused', code: screen.code, refusal: step.refusal }
        : screen;
    case 'enter':
      return screen.at === 'lobby' ? { ...screen, at: 'hall', setup: step.setup } : screen;
    case 'back':
      return screen.at === 'hall' ? { at: 'lobby', code: screen.code, admission: screen.admission } : screen;
    case 'end':
      return screen.at === 'hall' ? { at: 'over', code: screen.code, admission: screen.admission, why: step.why } : screen;
    case 'again':
      return screen.at === 'code' ? screen : { at: 'exchanging', code: screen.code };
    case 'otherCode':
      return { at: 'code' };
  }
}
