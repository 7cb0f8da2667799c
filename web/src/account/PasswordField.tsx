import { useState } from 'react';

import { useAccountText } from '../i18n/account';
import { Checkbox, TextField } from '../ui/Field';

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** For password managers. */
  autoComplete: 'current-password' | 'new-password';
  hint?: string;
  error?: string | null;
}

/** A password that may be shown: whoever sees what they type needs no second field to repeat it. */
export function PasswordField({ label, value, onChange, autoComplete, hint, error }: Props) {
  const { password: text } = useAccountText();
  const [shown, setShown] = useState(false);
  return (
    <>
      <TextField
        label={label}
        hint={hint}
        error={error}
        type={shown ? 'text' : 'password'}
        name={autoComplete}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete={autoComplete}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={256}
        required
      />
      <Checkbox label={text.show} checked={shown} onChange={(event) => setShown(event.target.checked)} />
    </>
  );
}
