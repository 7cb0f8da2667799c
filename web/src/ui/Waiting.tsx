import { Frame } from './Frame';

/** A whole page while something is on its way. */
export function Waiting({ label }: { label: string }) {
  return (
    <Frame centred>
      <p role="status">{label}</p>
    </Frame>
  );
}
