import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

// Docker is not run here: what can be read off the file.

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const { services, volumes } = parse(read('docker-compose.yml'));

it('docker-compose.yml: servers with health checks and volumes, on loopback ports', () => {
  expect(Object.keys(services)).toEqual(['mysql', 'kafka', 'klinemill']);
  for (const name of ['mysql', 'kafka']) {
    const { ports, volumes: mounts, healthcheck } = services[name];
    expect(healthcheck.test[0]).toBe('CMD-SHELL');
    expect(ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:\d+$/)]);
    expect(volumes).toHaveProperty(mounts[0].split(':')[0]);
  }
  expect(services.klinemill).not.toHaveProperty('ports');
  expect(services.klinemill.depends_on.mysql.condition).toBe('service_healthy');
});

it('docker-compose.yml: its secrets and settings are those of .env.example, where no secret stands', () => {
  const text = JSON.stringify(services);
  const used = new Set([...text.matchAll(/[^$]\$\{([A-Z_]+)/g)].map(([, name]) => name));
  const offered = new Map(
    [...read('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  expect([...used].sort()).toEqual([...offered.keys()].sort());
  for (const [name, value] of offered) if (name!.includes('PASSWORD')) expect(value).toBe('');
  for (const [, fallback] of text.matchAll(/\$\{[A-Z_]*PASSWORD([^}]*)\}/g))
    expect(fallback).toBe(':?set it in .env');
});

it('docker-compose.yml: klinemill reaches both servers by their names', () => {
  const { KLINEMILL_WAREHOUSE, KLINEMILL_KAFKA_BROKERS } = services.klinemill.environment;
  expect(KLINEMILL_WAREHOUSE).toMatch(/@mysql:3306\/klinemill$/);
  expect(services.kafka.environment.KAFKA_ADVERTISED_LISTENERS).toContain(
    `INSIDE://${KLINEMILL_KAFKA_BROKERS},`,
  );
});
