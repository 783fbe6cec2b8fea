const SIDES: Readonly<Record<string, string>> = { BUY: 'good', SELL: 'bad' };
const OUTCOMES: Readonly<Record<string, string>> = { WIN: 'good', LOSS: 'bad' };

/** BUY, SELL, SIDEWAY, FILTER. */
export function SideTag({ side }: { readonly side: string }) {
  return <span class={`tag ${SIDES[side] ?? 'muted'}`}>{side}</span>;
}

/** WIN, LOSS, EXPIRED, PENDING, UNFILLED. */
export function Outcome({ status }: { readonly status: string }) {
  return <span class={`tag ${OUTCOMES[status] ?? 'muted'}`}>{status}</span>;
}

/** Items of a structure. */
export function Items({ items }: { readonly items: readonly string[] }) {
  return (
    <span class="tags">
      {items.map((item) => (
        <span key={item} class="item">
          {item}
        </span>
      ))}
    </span>
  );
}
