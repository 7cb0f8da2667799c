// A refusal as a sentence for people.
import type { Messages } from '../i18n';
import type { Refusal } from './refusal';

export function wordsOf(refusal: Refusal, { trouble }: Pick<Messages, 'trouble'>): string {
  switch (refusal.kind) {
    case 'offline':
    case 'aborted':
      return trouble.offline;
    case 'tooMany':
      return trouble.tooMany(refusal.retryAfterS);
    case 'signedOut':
      return trouble.signedOut;
    case 'problem':
      // The server's own words come in the language of the page.
      return refusal.detail || trouble.server;
  }
}
