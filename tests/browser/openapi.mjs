// Holds a description of an API against the OpenAPI specification that it names.
//
//   node openapi.mjs FILE
//
// Writes what is wrong with it, one finding a line; the exit code is 0 if nothing is.

import { Validator } from '@seriousme/openapi-schema-validator';

const file = process.argv[2];
const validator = new Validator();
const found = await validator.validate(file);
if (!found.valid) {
  const all = Array.isArray(found.errors) ? found.errors : [{ message: String(found.errors) }];
  for (const { instancePath = '', message } of all) {
    console.error(`${file}${instancePath}: ${message}`);
  }
  process.exit(1);
}
console.log(`OpenAPI ${validator.version}`);
