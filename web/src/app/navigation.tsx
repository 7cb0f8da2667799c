// Going from page to page without loading anew: the address bar is the store.
import { useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent } from 'react';

import { pathOf, routeOf, type Route } from './route';

const listeners = new Set<() => void>();
/** Asked before a page is left; whoever says no keeps it. */
let mayLeave: (() => boolean) | null = null;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, () => window.location.pathname));
}

export function navigate(route: Route, how: 'push' | 'replace' = 'push'): void {
  if (mayLeave && !mayLeave()) return;
  const path = pathOf(route);
  if (how === 'replace') window.history.replaceState(null, '', path);
  else window.history.pushState(null, '', path);
  window.scrollTo(0, 0);
  for (const listener of listeners) listener();
}

/** Has `ask` asked before this page is left by a link; undone by what is returned. */
export function guardLeaving(ask: () => boolean): () => void {
  mayLeave = ask;
  return () => {
    if (mayLeave === ask) mayLeave = null;
  };
}

interface Props extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  to: Route;
}

export function Link({ to, onClick, ...rest }: Props) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    // Another tab, another window, a download: the browser's own ways.
    if (event.defaultPrevented || !plain || (rest.target && rest.target !== '_self')) return;
    event.preventDefault();
    navigate(to);
  };
  return <a href={pathOf(to)} onClick={follow} {...rest} />;
}
