import type { oas31 } from 'zod-openapi';
import { problems } from '../problems.js';
import { docsStyle } from './docs-style.js';
import { schemaView, typeOf, type Schema } from './docs-schema.js';
import type { OpenApiDocument } from './document.js';
import { html, prose, type Html } from './html.js';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operation: oas31.OperationObject;
}

/**
 * The API reference as one page of plain HTML: no script, nothing from elsewhere, every operation an anchor. `q` keeps
 * the operations that have all of its words.
 */
export function docsPage(document: OpenApiDocument, q = ''): string {
  const operations = operationsOf(document).filter((entry) => matches(entry, q));
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? ''))];
  const byTag = tags.map((tag) => ({
    tag,
    entries: operations.filter(({ operation }) => operation.tags?.[0] === tag),
  }));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${document.info.title}: API reference</title>
        <style>${docsStyle}</style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the reference</a>
        <nav aria-label="Reference">
          <p class="brand"><a href="/docs">Sluice API</a></p>
          <form action="/docs" role="search">
            <input
              type="search"
              name="q"
              value="${q}"
              placeholder="Search"
              aria-label="Search the reference"
            />
          </form>
          ${byTag.map(({ tag, entries }) => navGroup(tag, entries))}
          <p>
            <a href="#problems">Problems</a> · <a href="#schemas">Schemas</a> ·
            <a href="/openapi.json">OpenAPI</a>
          </p>
        </nav>
        <main id="main">
          <header>
            <h1>${document.info.title}</h1>
            ${prose(document.info.description ?? '')}
          </header>
          ${operations.length === 0 && html`<p>Nothing here has the words “${q}”. <a href="/docs">Show all.</a></p>`}
          ${byTag.map(
            ({ tag, entries }) =>
              html`<h2 id="tag-${tag}">${tag}</h2>
                ${entries.map(operationView)}`,
          )}
          ${problemList()} ${schemaList(document)}
        </main>
      </body>
    </html>`;
  return page.text;
}

function operationsOf(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    (['get', 'post', 'put', 'patch', 'delete'] as const).flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
}

function matches({ method, path, operation }: Operation, q: string): boolean {
  const text = `${method} ${path} ${operation.operationId} ${operation.summary} ${operation.tags?.join(' ')}`;
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word));
}

function navGroup(tag: string, entries: readonly Operation[]): Html {
  return html`<details open>
    <summary>${tag}</summary>
    <ul>
      ${entries.map(
        ({ method, path, operation }) =>
          html`<li>
            <a href="#${operation.operationId ?? ''}"><b class="${method}">${method}</b> ${path}</a>
          </li>`,
      )}
    </ul>
  </details>`;
}

function operationView({ method, path, operation }: Operation): Html {
  const id = operation.operationId ?? '';
  const parameters = (operation.parameters ?? []) as oas31.ParameterObject[];
  const body = (operation.requestBody as oas31.RequestBodyObject | undefined)?.content['application/json']
    ?.schema;
  return html`<section id="${id}" class="operation">
    <h3>
      <b class="${method}">${method}</b> <code>${path}</code>
      <a class="anchor" href="#${id}" aria-label="Link">#</a>
    </h3>
    <p>${operation.summary} ${operation.security?.length === 0 && html`<i>Needs no token.</i>`}</p>
    ${operation.description !== undefined && prose(operation.description)}
    ${parameters.length > 0 && parametersView(parameters)}
    ${
      body !== undefined &&
      html`<h4>Body</h4>
        ${bodyView(body as Schema)}`
    }
    <h4>Answers</h4>
    <dl>
      ${Object.entries(operation.responses ?? {}).map(([status, answer]) => answerView(status, answer as oas31.ResponseObject))}
    </dl>
  </section>`;
}

function parametersView(parameters: readonly oas31.ParameterObject[]): Html {
  return html`<h4>Parameters</h4>
    <ul class="members">
      ${parameters.map(
        ({ name, in: place, required, schema, description }) =>
          html`<li>
            <code>${name}</code> <span class="type">${typeOf((schema ?? {}) as Schema)}</span>
            <i>${place}${required === true ? '' : ', optional'}</i>
            ${description !== undefined && prose(description)}
          </li>`,
      )}
    </ul>`;
}

function bodyView(schema: Schema): Html {
  return '$ref' in schema ? html`<p>${typeOf(schema)}</p>` : schemaView(schema);
}

function answerView(status: string, { description, headers, content }: oas31.ResponseObject): Html {
  const [type, media] = Object.entries(content ?? {})[0] ?? [];
  const schema = media?.schema as Schema | undefined;
  return html`<dt class="status-${status[0]}">${status}</dt>
    <dd>
      ${prose(description ?? '')}
      ${Object.entries(headers ?? {}).map(
        ([name, header]) =>
          html`<p><code>${name}</code> ${'description' in header ? (header.description ?? '') : ''}</p>`,
      )}
      ${type !== undefined && type !== 'application/json' && html`<p><code>${type}</code></p>`}
      ${schema !== undefined && type === 'application/json' && bodyView(schema)}
    </dd>`;
}

function problemList(): Html {
  return html`<h2 id="problems">Problems</h2>
    <p>Errors are <code>application/problem+json</code> (RFC 9457). Branch on <code>code</code>.</p>
    <dl>
      ${Object.entries(problems).map(
        ([code, { status, title }]) =>
          html`<dt id="problem-${code}"><code>${code}</code> ${status}</dt>
            <dd><p>${title}.</p></dd>`,
      )}
    </dl>`;
}

function schemaList(document: OpenApiDocument): Html {
  return html`<h2 id="schemas">Schemas</h2>
    ${Object.entries(document.components?.schemas ?? {}).map(
      ([name, schema]) =>
        html`<section id="schema-${name}" class="operation">
          <h3><code>${name}</code></h3>
          ${'description' in schema && schema.description !== undefined && prose(schema.description)}
          ${schemaView(schema as Schema)}
        </section>`,
    )}`;
}
