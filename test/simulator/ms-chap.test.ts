import { describe, expect, it } from 'vitest';
import { msChap2Answer, ntChallengeResponse, ntPasswordHash } from '../../src/simulator/nas/ms-chap.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

describe('the client half of MS-CHAP', () => {
  it('answers the challenge of RFC 2433 B.2', () => {
    expect(ntPasswordHash('MyPw').toString('hex')).toBe('fc156af7edcd6c0edde3337d427f4eac');
    expect(ntChallengeResponse(hex('102db5df085d3041'), 'MyPw').toString('hex')).toBe(
      '4e9d3c8f9cfd385d5bf4d3246791956ca4c351ab409a3d61',
    );
  });

  it('answers the challenge of RFC 2759 9.2, and knows what the server must prove', () => {
    const answer = msChap2Answer(
      'User',
      'clientPass',
      hex('5B 5D 7C 7D 7B 3F 2F 3E 3C 2C 60 21 32 26 26 28'),
      hex('21 40 23 24 25 5E 26 2A 28 29 5F 2B 3A 33 7C 7E'),
    );

    expect(answer.ntResponse).toEqual(hex('82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF'));
    expect(answer.expectedSuccess).toBe('S=407A5589115FD0D6209F510FE9C04566932CDA56');
  });

  it('leaves the domain out of the challenge', () => {
    const [challenge, peer] = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)];

    expect(msChap2Answer('ISP\\User', 'pw', challenge, peer)).toEqual(msChap2Answer('User', 'pw', challenge, peer));
  });
});
