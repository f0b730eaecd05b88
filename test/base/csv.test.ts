import { describe, expect, it } from 'vitest';
import { csvLine, csvLineAsIs } from '../../src/base/csv.ts';

describe('a line of CSV', () => {
  it('quotes what would end a cell or a line', () => {
    expect(csvLine(['a,b', 'say "hi"', 'two\nlines', 'plain', 7, 8n, undefined, ''])).toBe(
      '"a,b","say ""hi""","two\nlines",plain,7,8,,\r\n',
    );
  });

  it.each(['=1+1', '+49170', '-2', '@SUM(A1)', '\t=1', '\r=1', '＝1+1'])('makes no formula of %j', (text) => {
    expect(csvLine([text]).replaceAll('"', '')).toBe(`'${text}\r\n`);
  });

  it('leaves numbers of ours as they are', () => {
    expect(csvLine([-5, -5n])).toBe('-5,-5\r\n');
  });

  it('for programs has every value as it is, and tells none from empty', () => {
    expect(csvLineAsIs(['=1', '', undefined, 'a,b'])).toBe('=1,"",,"a,b"\n');
  });
});
