import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markerReader, readMarker, writeMarker } from '../../src/reconcile/marker.ts';

const names = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,12}$/);
const owners = fc.tuple(fc.constantFrom('Subscriber', 'Router', 'Service'), names).map((parts) => parts.join('/'));

describe('the marker at the end of a comment', () => {
  it('comes back as written, with the text in front of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), names, owners, (text, operator, owner) => {
        const { ownText, marker } = readMarker(writeMarker(text, { operator, owner }));

        expect(marker).toEqual({ operator, owner });
        expect(ownText).toBe(text.trimEnd());
      }),
    );
  });

  it('is read the same where most are of one operator', () => {
    const word = fc.constantFrom(
      'lm:isp/Subscriber/anna',
      'lm:isp/',
      'lm:isp//',
      'lm:isp',
      'lm:is/x',
      ' ',
      '\u00a0',
      'roof',
    );
    const comment = fc
      .array(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 3 })))
      .map((words) => words.join(''));
    fc.assert(
      fc.property(
        comment,
        fc.constantFrom(undefined, 'isp', 'other', '', 'a b', 'isp/Subscriber'),
        (text, operator) => {
          expect(markerReader(operator)(text)).toEqual(readMarker(text));
        },
      ),
    );
  });

  it('is written once, however often a comment is read and written', () => {
    const marker = { operator: 'isp', owner: 'Subscriber/anna' };
    const once = writeMarker('roof, ladder needed', marker);

    expect(writeMarker(readMarker(once).ownText, marker)).toBe(once);
    expect(once).toBe('roof, ladder needed lm:isp/Subscriber/anna');
  });

  it.each([
    ['lm:isp/Subscriber/anna', 'Subscriber/anna', ''],
    ['two\nlines lm:isp/Router/core-1#pool-home', 'Router/core-1#pool-home', 'two\nlines'],
    ['lm:other/Subscriber/x lm:isp/Subscriber/anna', 'Subscriber/anna', 'lm:other/Subscriber/x'],
    ['ديوان 🙂 lm:isp/Subscriber/anna', 'Subscriber/anna', 'ديوان 🙂'],
  ])('is read from %j', (comment, owner, ownText) => {
    expect(readMarker(comment)).toEqual({ ownText, marker: { operator: 'isp', owner } });
  });

  it.each([
    '',
    'a note',
    'lm:isp',
    'film:isp/Subscriber/anna',
    'lm:isp/Subscriber/anna and more',
    'lm:/Subscriber/anna',
  ])('is not seen in %j', (comment) => {
    expect(readMarker(comment)).toEqual({ ownText: comment });
  });
});
