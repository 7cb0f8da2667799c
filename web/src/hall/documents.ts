// Which documents open in the page; pure.
import type { Document } from '../api/schema';

/** On this very site: the page's policy lets nothing else in. `//host/` is another site. */
export const isHere = ({ link = '' }: Document): boolean => link.startsWith('/') && !/^\/[/\\]/.test(link);
