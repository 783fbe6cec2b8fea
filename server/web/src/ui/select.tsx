/** A labelled choice; the empty value is `all`, when there is one. */
export function Select(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly all?: string;
  readonly onChange: (value: string) => void;
}) {
  const { label, value, options, all, onChange } = props;
  // A shared URL may name what is not there (yet): it stays visible instead of silently being something else.
  const known = value === '' || options.includes(value) ? options : [value, ...options];
  return (
    <label class="field">
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {all !== undefined && <option value="">{all}</option>}
        {known.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}
