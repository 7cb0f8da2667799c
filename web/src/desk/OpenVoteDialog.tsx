// Putting a question to the vote.
import { useState } from 'react';

import type { Voters } from '../api/schema';
import { useDeskText } from '../i18n/desk';
import { useConduct } from '../meeting/conduct';
import { Button } from '../ui/Button';
import { Checkbox, SelectField, TextArea } from '../ui/Field';
import { FormDialog } from '../ui/FormDialog';
import styles from './desk.module.css';

/** The server takes 2 to 20. */
const MOST_OPTIONS = 20;

export function OpenVoteDialog({ quorum, onDone }: { quorum: boolean; onDone: () => void }) {
  const { give } = useConduct();
  const { vote, done } = useDeskText();
  const text = vote.openDialog;
  const [question, setQuestion] = useState('');
  const [options, setOptions] = useState([text.yes, text.no, text.abstain]);
  const [by, setBy] = useState<Voters>('delegates');
  const [secret, setSecret] = useState(false);
  const [needsQuorum, setNeedsQuorum] = useState(false);
  const [wrong, setWrong] = useState(false);

  const submit = () => {
    const said = options.map((option) => option.trim()).filter((option) => option !== '');
    const isMissing = question.trim() === '' || said.length < 2 || new Set(said).size < said.length;
    setWrong(isMissing);
    if (isMissing) return;
    onDone();
    void give({ do: 'open-vote', question: question.trim(), options: said, by, secret, needsQuorum }, { done: done.voteOpened });
  };
  return (
    <FormDialog title={text.title} confirm={text.confirm} onSubmit={submit} onDone={onDone}>
      <TextArea
        label={text.question}
        value={question}
        rows={2}
        maxLength={300}
        data-first
        error={wrong ? text.missing : null}
        onChange={(event) => setQuestion(event.target.value)}
      />
      <fieldset className={styles.options}>
        <legend>{text.options}</legend>
        {options.map((option, index) => (
          // Options have nothing else to go by.
          <div key={index}>
            <input
              type="text"
              value={option}
              maxLength={200}
              aria-label={text.option(index + 1)}
              onChange={(event) => setOptions(options.map((one, at) => (at === index ? event.target.value : one)))}
            />
            <button
              type="button"
              disabled={options.length <= 2}
              aria-label={text.drop(index + 1)}
              title={text.drop(index + 1)}
              onClick={() => setOptions(options.filter((_, at) => at !== index))}
            >
              ×
            </button>
          </div>
        ))}
        {options.length < MOST_OPTIONS && (
          <Button tone="quiet" onClick={() => setOptions([...options, ''])}>
            {text.add}
          </Button>
        )}
      </fieldset>
      <SelectField label={text.who} value={by} onChange={(event) => setBy(event.target.value as Voters)}>
        <option value="delegates">{text.delegates}</option>
        <option value="points">{text.points}</option>
      </SelectField>
      <Checkbox label={text.secret} checked={secret} onChange={(event) => setSecret(event.target.checked)} />
      {quorum && <Checkbox label={text.quorum} checked={needsQuorum} onChange={(event) => setNeedsQuorum(event.target.checked)} />}
    </FormDialog>
  );
}
