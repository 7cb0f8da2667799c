// One of many, found by typing a few letters of it.
import { useRef, type ReactNode } from 'react';
import { ComboBox, Input, Label, ListBox, ListBoxItem, Popover, Text } from 'react-aria-components';
import { UNSAFE_PortalProvider } from 'react-aria/PortalProvider';

import styles from './ComboField.module.css';
import field from './Field.module.css';

export interface Choice {
  id: string;
  name: string;
  /** What tells it from others of the same name. */
  detail?: string;
}

interface Props {
  label: string;
  hint?: ReactNode;
  /** What fits what is typed; whoever gives it does the finding. */
  choices: readonly Choice[];
  typed: string;
  onType: (typed: string) => void;
  chosen: string | null;
  onChoose: (id: string | null) => void;
  placeholder?: string;
}

export function ComboField({ label, hint, choices, typed, onType, chosen, onChoose, placeholder }: Props) {
  const place = useRef<HTMLDivElement>(null);
  return (
    // Beside the field: the page behind an open dialog takes no clicks.
    <UNSAFE_PortalProvider getContainer={() => place.current?.closest('dialog') ?? null}>
      <ComboBox
        ref={place}
        className={field.field}
        items={choices}
        inputValue={typed}
        onInputChange={onType}
        selectedKey={chosen}
        onSelectionChange={(key) => onChoose(key === null ? null : String(key))}
        menuTrigger="focus"
        allowsEmptyCollection={false}
      >
        <Label>{label}</Label>
        <Input className={field.input} placeholder={placeholder} />
        {hint && (
          <Text slot="description" className={field.hint}>
            {hint}
          </Text>
        )}
        <Popover className={styles.popover} offset={4}>
          <ListBox className={styles.list}>
            {({ id, name, detail }: Choice) => (
              <ListBoxItem id={id} textValue={name} className={styles.item}>
                <span>{name}</span>
                {detail && <small>{detail}</small>}
              </ListBoxItem>
            )}
          </ListBox>
        </Popover>
      </ComboBox>
    </UNSAFE_PortalProvider>
  );
}
