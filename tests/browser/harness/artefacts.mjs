// Where screenshots and logs of a run are kept.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ARTEFACTS = fileURLToPath(new URL('../../../artefacts/', import.meta.url));
mkdirSync(ARTEFACTS, { recursive: true });
