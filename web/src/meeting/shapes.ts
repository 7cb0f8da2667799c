// Each level has a shape of its own, beside its colour.
import type { IconName } from '../ui/Icon';
import type { Level } from './readiness';

export const SHAPES: Record<Level, IconName> = { red: 'levelRed', amber: 'levelAmber', green: 'levelGreen', quiet: 'levelQuiet' };
