import { describe, expect, it } from 'vitest';

import { chooseStage, nextSpeaker, onStage, wantedTracks, type Saving, type Speaker, type Wish } from './stage';
import { seat, sharing } from './testSeats';

const hub = seat('hub');
const lamBinh = seat('point:071');
const naHang = seat('point:072');
const own = seat('point:073', { self: true });
const nobody: Wish = { pinned: null, speaker: null };
const staged = (seats: ReturnType<typeof seat>[], wish = nobody) => onStage(chooseStage(seats, wish));

describe('the stage', () => {
  it('belongs to the hub', () => {
    expect(staged([hub, lamBinh, own])).toEqual(['hub']);
  });

  it('stays with the hub whoever speaks', () => {
    expect(staged([hub, lamBinh, own], { pinned: null, speaker: 'point:071' })).toEqual(['hub']);
  });

  it('shows what the person pinned, while it is there', () => {
    expect(staged([hub, lamBinh, own], { pinned: 'point:071', speaker: null })).toEqual(['point:071']);
    expect(staged([hub, own], { pinned: 'point:071', speaker: null })).toEqual(['hub']);
  });

  it('shows a point nobody while the hub is away', () => {
    expect(chooseStage([lamBinh, own], nobody)).toEqual({ shows: 'nobody' });
  });

  it('shows the hub who speaks, else the first point', () => {
    const atHub = [seat('hub', { self: true }), lamBinh, naHang];
    expect(staged(atHub)).toEqual(['point:071']);
    expect(staged(atHub, { pinned: null, speaker: 'point:072' })).toEqual(['point:072']);
    expect(staged([seat('hub', { self: true })])).toEqual([]);
  });

  it('shows what the chair directs: the spotlight before the floor, the floor before who presides', () => {
    const lit = seat('point:071', { spotlit: true });
    const speaks = seat('point:072', { hasFloor: true });
    expect(staged([hub, lit, speaks, own])).toEqual(['point:071']);
    expect(staged([hub, lamBinh, speaks, own])).toEqual(['point:072']);
    expect(staged([hub, lit, speaks, own], { pinned: 'hub', speaker: null })).toEqual(['hub']);
    const chair = seat('chair', { host: true, presides: true });
    expect(staged([{ ...hub, presides: false }, chair, own])).toEqual(['chair']);
    // Whoever is on stage looks at the others.
    expect(staged([hub, lamBinh, seat('point:073', { self: true, hasFloor: true, spotlit: true })])).toEqual(['hub']);
  });

  it('gives way to a presentation, with the hub beside it', () => {
    const presenter = seat('point:071', sharing('point:071'));
    expect(chooseStage([hub, presenter, own], nobody)).toEqual({ shows: 'screen', seat: presenter, beside: hub });
  });

  it('has the speaker beside the presentation of another', () => {
    const presenter = seat('hub', sharing('hub'));
    const speaks = seat('point:072', { hasFloor: true });
    expect(chooseStage([presenter, speaks, own], nobody)).toMatchObject({ shows: 'screen', seat: presenter, beside: speaks });
  });

  it('shows the presenter beside the presentation when there is no hub to see', () => {
    const presenter = seat('point:071', sharing('point:071'));
    expect(chooseStage([seat('hub', { self: true }), presenter], nobody)).toMatchObject({ beside: presenter });
  });

  it('prefers the presentation of another to our own', () => {
    const presenter = seat('point:071', sharing('point:071'));
    const also = seat('hub', { self: true, ...sharing('hub') });
    expect(chooseStage([also, presenter], nobody)).toMatchObject({ shows: 'screen', seat: presenter });
    expect(chooseStage([also, lamBinh], nobody)).toEqual({ shows: 'screen', seat: also, beside: null });
  });
});

describe('what is received', () => {
  it('is less where the line is to be saved', () => {
    const seats = [hub, lamBinh, naHang, own];
    const wanted = (saving: Saving) => [...wantedTracks(seats, chooseStage(seats, nobody), ['point:071'], saving)].sort();
    expect(wanted('small')).toEqual(['hub/camera', 'hub/mic', 'point:071/mic', 'point:072/mic']);
    expect(wanted('sound')).toEqual(['hub/mic', 'point:071/mic', 'point:072/mic']);
  });

  it('is every sound, the stage, and the cameras of the visible page', () => {
    const seats = [hub, lamBinh, naHang, own];
    const wanted = wantedTracks(seats, chooseStage(seats, nobody), ['point:073', 'point:071']);
    expect([...wanted].sort()).toEqual(['hub/camera', 'hub/mic', 'point:071/camera', 'point:071/mic', 'point:072/mic']);
  });

  it('takes a presentation only while it is on the stage', () => {
    const first = seat('point:071', sharing('point:071'));
    const second = seat('point:072', sharing('point:072'));
    const seats = [hub, first, second];
    const wanted = wantedTracks(seats, chooseStage(seats, nobody), []);
    expect(wanted).toContain('point:071/screen');
    expect(wanted).not.toContain('point:072/screen');
    expect(wantedTracks(seats, { shows: 'nobody' }, [])).not.toContain('point:071/screen');
  });
});

describe('the speaker', () => {
  const at = (identity: string | null, sinceMs = 0): Speaker => ({ identity, sinceMs });

  it('is whoever is heard first', () => {
    expect(nextSpeaker(at(null), ['a', 'b'], 1)).toEqual(at('a', 1));
  });

  it('stays while heard, and when all are silent', () => {
    expect(nextSpeaker(at('b'), ['a', 'b'], 9_000)).toEqual(at('b'));
    expect(nextSpeaker(at('b'), [], 9_000)).toEqual(at('b'));
  });

  it('changes after two seconds at the earliest', () => {
    expect(nextSpeaker(at('b', 1_000), ['a'], 2_500)).toEqual(at('b', 1_000));
    expect(nextSpeaker(at('b', 1_000), ['a'], 3_000)).toEqual(at('a', 3_000));
  });
});
