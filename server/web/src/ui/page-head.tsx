import type { ComponentChildren } from 'preact';

/** A page's title, what it answers, and its filters. */
export function PageHead(props: {
  readonly title: string;
  readonly about: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="head">
      <div>
        <h1>{props.title}</h1>
        <p>{props.about}</p>
      </div>
      {props.children}
    </div>
  );
}
