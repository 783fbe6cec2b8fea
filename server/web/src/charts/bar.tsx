/** A share of a whole as a bar, with a mark at a threshold. */
export function Bar(props: {
  readonly value: number;
  readonly max: number;
  readonly mark?: number;
  readonly tone?: 'good' | 'bad' | '';
  readonly label: string;
}) {
  const { value, max, mark, tone = '', label } = props;
  const part = (of: number): number => (max <= 0 ? 0 : Math.min(100, Math.max(0, (of / max) * 100)));
  return (
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={label}>
      <rect class="back" width="100" height="10" rx="2" />
      <rect class={`fill ${tone}`} width={part(value)} height="10" rx="2" />
      {mark !== undefined && <line x1={part(mark)} x2={part(mark)} y1="0" y2="10" />}
    </svg>
  );
}
