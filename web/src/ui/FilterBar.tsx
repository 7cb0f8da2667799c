// What is shown of a long list: one of a few choices with their counts, and a search.
import { useText } from '../i18n';
import styles from './FilterBar.module.css';

interface Props<Name extends string> {
  names: readonly Name[];
  words: Record<Name, string>;
  label: string;
  counts: Record<Name, number>;
  filter: Name;
  onFilter: (name: Name) => void;
  search: string;
  searchLabel: string;
  onSearch: (search: string) => void;
}

export function FilterBar<Name extends string>({ names, words, label, counts, filter, onFilter, search, searchLabel, onSearch }: Props<Name>) {
  const { locale } = useText();
  return (
    <div className={styles.bar}>
      <div className={styles.filters} role="group" aria-label={label}>
        {names.map((name) => (
          <button key={name} type="button" aria-pressed={filter === name} data-filter={name} onClick={() => onFilter(name)}>
            {words[name]} <span>{counts[name].toLocaleString(locale)}</span>
          </button>
        ))}
      </div>
      <input type="search" className={styles.search} value={search} aria-label={searchLabel} placeholder={searchLabel} onChange={(event) => onSearch(event.target.value)} />
    </div>
  );
}
