// Going from page to page without loading anew: the address bar is the store.
import { useMemo, useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent } from 'react';

import { pathOf, routeOf, type Route } from './route';

/** Whether a page may be left for another. Who says no may ask the person, and call `go` later. */
export type LeavingGuard = (to: Route, go: () => void) => boolean;

const listeners = new Set<() => void>();
let guard: LeavingGuard | null = null;
/** Where the page is: the browser's own back button has moved on before it says so. */
let shown = '';

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    shown = window.location.pathname;
    window.addEventListener('popstate', onPopState);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('popstate', onPopState);
  };
}

export function useRoute(): Route {
  const path = useSyncExternalStore(subscribe, () => (guard === null ? window.location.pathname : shown || window.location.pathname));
  return useMemo(() => routeOf(path), [path]);
}

export function navigate(route: Route, how: 'push' | 'replace' = 'push'): void {
  const go = () => {
    const path = pathOf(route);
    if (how === 'replace') window.history.replaceState(null, '', path);
    else window.history.pushState(null, '', path);
    window.scrollTo(0, 0);
    arrive();
  };
  if (guard === null || guard(route, go)) go();
}

/** Has `ask` asked before this page is left; undone by what is returned. */
export function guardLeaving(ask: LeavingGuard): () => void {
  guard = ask;
  shown = window.location.pathname;
  return () => {
    if (guard === ask) guard = null;
  };
}

function onPopState(): void {
  const path = window.location.pathname;
  const to = routeOf(path);
  const go = () => {
    guard = null;
    if (window.location.pathname !== path) window.history.pushState(null, '', path);
    arrive();
  };
  if (guard === null || path === shown || guard(to, go)) arrive();
  // It has gone already: back to where the page still is.
  else window.history.pushState(null, '', shown);
}

function arrive(): void {
  shown = window.location.pathname;
  for (const listener of listeners) listener();
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
