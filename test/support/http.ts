import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Of a JSON body. */
  readonly body: Record<string, unknown>;
}

export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON, a string or bytes as they are. */
  readonly body?: unknown;
}

/** Exactly the request that is asked for: fetch would add headers of its own and follow redirects. */
export function send(
  url: string,
  { method = 'GET', headers = {}, body }: HttpRequest = {},
): Promise<HttpAnswer> {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  const payload = body === undefined ? undefined : isRaw ? (body as string | Buffer) : JSON.stringify(body);
  const type: Record<string, string> =
    body === undefined || isRaw ? {} : { 'Content-Type': 'application/json' };
  // Node's client would send the body of a DELETE without saying that there is one.
  if (payload !== undefined) type['Content-Length'] = String(Buffer.byteLength(payload));
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method, headers: { ...type, ...headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            get body() {
              return JSON.parse(text) as Record<string, unknown>;
            },
          });
        });
      },
    );
    request.on('error', reject);
    request.end(payload);
  });
}
