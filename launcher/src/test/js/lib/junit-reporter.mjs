// Reports each finished test as one line of JSON on a file descriptor of its own, for JsSdkInteropTest to name it in JUnit.
import { basename } from 'node:path';

export default async function* report(events) {
  for await (const { type, data } of events) {
    const finished = type === 'test:pass' || type === 'test:fail';
    if (finished && data.details?.type !== 'suite') {
      const { error } = data.details;
      yield JSON.stringify({
        file: basename(data.file ?? 'unknown'),
        name: data.name,
        passed: type === 'test:pass',
        skipped: data.skip !== undefined || data.todo !== undefined,
        millis: Math.round(data.details.duration_ms),
        failure: error ? String((error.cause ?? error).stack ?? error.cause ?? error) : '',
      }) + '\n';
    }
  }
}
