import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { openApiDocument, ROUTES } from './contract.js';

const document = openApiDocument('0.0.0');

test('the document is valid OpenAPI 3.1 by its published JSON schema', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(document)));
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(validator.version).toBe('3.1');
});

test('every operation has an id of its own, a summary, a tag and described answers', () => {
  const operations = Object.values(document.paths ?? {}).flatMap((item) =>
    [item.get, item.post].filter((operation) => operation !== undefined),
  );
  expect(operations.length).toBe(ROUTES.length);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const { summary, tags, responses } of operations) {
    expect(summary).toBeTruthy();
    expect(tags).toHaveLength(1);
    for (const response of Object.values(responses ?? {})) expect(response.description).toBeTruthy();
  }
});

test('docs/openapi.json is this document (vitest -u writes it)', async () => {
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../docs/openapi.json');
});
