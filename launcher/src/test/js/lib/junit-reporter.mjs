// Reports each finished test as a line of JSON, for JsSdkInteropTest to name it in JUnit; what tests print goes to stderr.
import { basename } from 'node:path';

const reason = (error) => (error ? String(error.cause?.stack ?? error.cause ?? error.stack ?? error) : '');

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') {
      process.stderr.write(data.message);
    } else if (type === 'test:pass' || type === 'test:fail') {
      const skipped = data.skip !== undefined || data.todo !== undefined;
      yield `${JSON.stringify({
        file: basename(data.file ?? '', '.test.mjs'),
        name: data.name,
        passed: type === 'test:pass' && !skipped,
        failure: skipped ? 'skipped' : reason(data.details.error),
      })}\n`;
    }
  }
}
