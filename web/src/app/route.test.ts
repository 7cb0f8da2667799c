import { expect, it } from 'vitest';

import { MEETING_PARTS, pathOf, PLAN_STEPS, routeOf, type Route, type SetupPlace } from './route';

const places: SetupPlace[] = [
  { at: 'meetings' },
  { at: 'directory' },
  { at: 'administrators' },
  { at: 'account' },
  { at: 'invites', id: 'hn-1' },
  ...PLAN_STEPS.map((step) => ({ at: 'plan' as const, id: 'hội nghị/1', step })),
];
const routes: Route[] = [
  { page: 'join' },
  { page: 'checkIn' },
  { page: 'welcome' },
  { page: 'signIn' },
  ...places.map((place) => ({ page: 'setup' as const, place })),
  ...MEETING_PARTS.map((part) => ({ page: 'meeting' as const, id: 'tuyen-quang', part })),
];

it.each(routes)('%j is read back from its address', (route) => {
  expect(routeOf(pathOf(route))).toEqual(route);
});

it('takes the short addresses', () => {
  expect(routeOf('/j')).toEqual({ page: 'join' });
  expect(routeOf('/setup')).toEqual({ page: 'setup', place: { at: 'meetings' } });
  expect(routeOf('/setup/')).toEqual({ page: 'setup', place: { at: 'meetings' } });
  expect(routeOf('/setup/meetings/x')).toEqual({ page: 'setup', place: { at: 'plan', id: 'x', step: 'facts' } });
});

it.each(['/x', '/m', '/m/x', '/m/x/none', '/m/x/desk/more', '/setup/none', '/setup/directory/x', '/setup/meetings/x/none', '/a/b/c/d/e'])(
  '%s is no page',
  (path) => {
    expect(routeOf(path)).toEqual({ page: 'unknown' });
  },
);

it('bears an address that is badly escaped', () => {
  expect(routeOf('/m/%E0%A4%A/desk')).toEqual({ page: 'meeting', id: '%E0%A4%A', part: 'desk' });
});
