import { useEffect, useState } from 'preact/hooks';
import { getJobs } from '../../data/api.js';
import { onLive } from '../../data/live.js';
import type { JobRow } from '../../data/types.js';
import { useQuery } from '../../data/use-query.js';
import { count, time } from '../../format.js';
import { Card } from '../../ui/card.js';
import { Failed } from '../../ui/states.js';

/** Jobs that this server was asked for; they move by themselves. Nothing when there are none. */
export function Jobs() {
  const { data, error, retry } = useQuery('jobs', getJobs);
  const [moved, setMoved] = useState<ReadonlyMap<number, JobRow>>(new Map());
  useEffect(() => onLive('job', (job) => setMoved((old) => new Map(old).set(job.job_id, job))), []);
  if (error !== null) return <Failed error={error} retry={retry} />;
  const jobs = new Map((data ?? []).map((job) => [job.job_id, job]));
  for (const [id, job] of moved) jobs.set(id, job);
  if (jobs.size === 0) return null;
  return (
    <Card title="Jobs" note="Started through the API; they end with the server.">
      <ul class="rules">
        {[...jobs.values()].reverse().map((job) => (
          <li key={job.job_id} data-job={job.job_id}>
            <span class="line">
              <strong>
                {job.kind}{' '}
                <span class={`tag ${job.status === 'FAILED' ? 'bad' : 'muted'}`}>{job.status}</span>
              </strong>
              <span class="muted">{time(job.started_at)}</span>
            </span>
            {job.status === 'RUNNING' && <Progress job={job} />}
            <span class="muted">{job.detail}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Progress({ job }: { readonly job: JobRow }) {
  const { bars_done, bars_planned } = job;
  return (
    <span>
      {bars_planned === null ? (
        <progress aria-label={`Progress of ${job.kind}`} />
      ) : (
        <progress aria-label={`Progress of ${job.kind}`} value={bars_done} max={Math.max(1, bars_planned)} />
      )}{' '}
      {count(bars_done)}
      {bars_planned !== null && ` of ${count(bars_planned)}`} bars
    </span>
  );
}
