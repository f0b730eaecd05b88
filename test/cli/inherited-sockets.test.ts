import { describe, expect, it } from 'vitest';
import { InheritedSocketsError, inheritedSockets } from '../../src/cli/inherited-sockets.ts';
import { parseEndpoint } from '../../src/daemon/listeners.ts';

const at = (fd: number) => ({ host: 'fd', port: fd, fd });

describe('sockets that systemd hands over', () => {
  it('IW-02: are told apart by their names, several of one among them', () => {
    const env = { LISTEN_PID: '41', LISTEN_FDS: '3', LISTEN_FDNAMES: 'auth:accounting:auth' };

    expect(inheritedSockets(env, 41)).toEqual({ auth: [at(3), at(5)], accounting: [at(4)] });
  });

  it('are none of ours when they are for another process, or there are none', () => {
    expect(inheritedSockets({ LISTEN_PID: '40', LISTEN_FDS: '1', LISTEN_FDNAMES: 'auth' }, 41)).toEqual({});
    expect(inheritedSockets({}, 41)).toEqual({});
  });

  it('are refused where nothing says what they are for', () => {
    const env = { LISTEN_PID: '41', LISTEN_FDS: '1', LISTEN_FDNAMES: 'lastmile.socket' };

    expect(() => inheritedSockets(env, 41)).toThrow(InheritedSocketsError);
    expect(() => inheritedSockets(env, 41)).toThrow('"lastmile.socket"');
  });
});

describe('an address on the command line', () => {
  it('may be the number of a socket that is open', () => {
    expect(parseEndpoint('fd:3')).toEqual(at(3));
    expect(parseEndpoint('fd:x')).toBeUndefined();
    expect(parseEndpoint('127.0.0.1:1812')).toEqual({ host: '127.0.0.1', port: 1812 });
  });
});
