import { type Fields, fields, text } from './shape.ts';

const URL_PATH = /^[a-z]+:\/\/[^/?#]+([^?#]*)/i;

/**
 * What a segment or subsegment does: `POST /checkout` for a request it answered, `S3.PutObject` for a call (as CloudWatch names the
 * same span in `aws/spans`), `GET api.example.com` for one over HTTP, else its name.
 */
export function operationOf(said: Fields, name: string, isSegment: boolean): string {
  const call = text(fields(said['aws'])['operation']);
  const request = fields(fields(said['http'])['request']);
  const method = text(request['method'])?.toUpperCase();
  if (isSegment && method !== undefined) return `${method} ${servedPath(said, text(request['url']) ?? '')}`;
  if (isSegment) return said['inferred'] === true && call !== undefined ? call : name;
  if (said['namespace'] === 'aws') return call === undefined ? name : `${name}.${call}`;
  return said['namespace'] === 'remote' && method !== undefined ? `${method} ${name}` : name;
}

/** API Gateway's addresses begin with the stage, which no caller thinks of. */
function servedPath(said: Fields, url: string): string {
  const path = URL_PATH.exec(url)?.[1] || '/';
  const stage = text(fields(fields(said['aws'])['api_gateway'])['stage']);
  if (stage === undefined || (path !== `/${stage}` && !path.startsWith(`/${stage}/`))) return path;
  return path.slice(stage.length + 1) || '/';
}
