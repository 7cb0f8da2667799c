import type { Admission, Refusal } from '../api/join';
import type { Farewell } from '../app/screen';
import type { Setup } from '../join/setup';

interface Props {
  code: string;
  admission: Admission;
  setup: Setup;
  onOver: (why: Farewell) => void;
  onRefused: (refusal: Refusal) => void;
}

export default function HallPage({ admission }: Props) {
  return <p>{admission.meeting.title}</p>;
}
