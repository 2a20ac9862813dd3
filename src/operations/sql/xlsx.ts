import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Field } from '../../domain/sql/result-csv.js';
import { jsonValueOf, type JsonValue, type ResultColumn } from '../../domain/sql/result-values.js';

/** A sheet has no more rows than this, one of them for the titles. */
export const SHEET_ROWS = 1_048_576;
/** A cell takes no more characters. */
const CELL_CHARACTERS = 32_767;

const fixed: Readonly<Record<string, string>> = {
  '[Content_Types].xml':
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
  '_rels/.rels':
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
  'xl/workbook.xml':
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Result" sheetId="1" r:id="rId1"/></sheets></workbook>',
  'xl/_rels/workbook.xml.rels':
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
};

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** A workbook of one sheet, a row at a time. Texts stay texts: nothing in it is a formula. */
export function xlsxFile(columns: readonly ResultColumn[], rows: AsyncIterable<readonly Field[]>): Readable {
  const zip = new ZipFile();
  for (const [path, xml] of Object.entries(fixed)) zip.addBuffer(Buffer.from(DECLARATION + xml), path);
  const sheet = Readable.from(sheetXml(columns, rows));
  // A source that fails ends the download; the file is then visibly broken, and never short without a sign.
  sheet.on('error', (error) => (zip.outputStream as Readable).destroy(error));
  zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml');
  zip.end();
  return zip.outputStream as Readable;
}

async function* sheetXml(
  columns: readonly ResultColumn[],
  rows: AsyncIterable<readonly Field[]>,
): AsyncGenerator<string> {
  const values = columns.map(({ type }) => jsonValueOf(type));
  let text = `${DECLARATION}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`;
  text += rowXml(columns.map(({ name }) => name));
  for await (const fields of rows) {
    text += rowXml(fields.map((field, index) => values[index]?.(field) ?? null));
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  yield `${text}</sheetData></worksheet>`;
}

function rowXml(values: readonly JsonValue[]): string {
  return `<row>${values.map(cellXml).join('')}</row>`;
}

function cellXml(value: JsonValue): string {
  if (value === null) return '<c/>';
  if (typeof value === 'number') return `<c><v>${value}</v></c>`;
  if (typeof value === 'boolean') return `<c t="b"><v>${value ? 1 : 0}</v></c>`;
  return `<c t="inlineStr"><is><t xml:space="preserve">${xmlText(value)}</t></is></c>`;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** XML 1.0 has no word for most control characters and for lone surrogates. */
const ILLEGAL = /(?![\t\n\r])\p{Cc}|\p{Surrogate}|[\ufffe\uffff]/gu;

function xmlText(text: string): string {
  const legal = text.slice(0, CELL_CHARACTERS).replace(ILLEGAL, '\ufffd');
  return legal.replace(/[&<>]/g, (character) => escapes[character] ?? '');
}
