import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { choosePort, isPortFree } from './ports.ts';
import { processBirth } from './process-identity.ts';
import { openStateFile } from './state-file.ts';
import { createSupervisor, type ProcessSpec, type Supervisor } from './supervise.ts';
import { waitUntil } from './wait-until.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

function house(folder = mkdtempSync(join(tmpdir(), 'supervise-'))) {
  const state = openStateFile(join(folder, 'state.json'));
  const told: string[] = [];
  const supervisor = createSupervisor({ logsDir: join(folder, 'logs'), state, onRestart: (name, why) => told.push(`${name}: ${why}`), backOff: { firstMs: 20, mostMs: 100, forgottenAfterMs: 60_000 } });
  cleanUps.push(() => supervisor.stopAll());
  return { folder, state, told, supervisor };
}

const script = (name: string, code: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({ name, command: process.execPath, args: ['-e', code], env: { PATH: process.env['PATH'] }, ...more });

const server = (port: number): string => `require('node:http').createServer((q, s) => s.end('up')).listen(${port}, '127.0.0.1')`;

async function freePort(): Promise<number> {
  return choosePort({ use: 'test', variable: 'NONE', environment: {}, state: openStateFile(join(mkdtempSync(join(tmpdir(), 'port-')), 's.json')) });
}

async function runServer(supervisor: Supervisor) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  return { url, process: await supervisor.start(script('server', server(port), { readyUrl: url })) };
}

describe('a supervised process', () => {
  it('comes back after kill -9, each time, and its group goes with it', async () => {
    const { supervisor, told } = house();
    const { url, process: supervised } = await runServer(supervisor);
    for (let round = 1; round <= 3; round += 1) {
      process.kill(supervised.pid() ?? 0, 'SIGKILL');
      expect(await waitUntil(async () => supervised.restarts() === round && (await fetch(url)).ok, 10_000)).toBe(true);
    }
    expect(told).toEqual(Array(3).fill('server: signal SIGKILL'));
    await supervised.stop();
    await expect(fetch(url)).rejects.toThrow();
    await wait(200);
    expect(supervised.restarts()).toBe(3);
  });

  it('that ends before it was ready is named with its last words, once', async () => {
    const { supervisor, told } = house();
    const failing = supervisor.start(script('broken', `console.log('the disk is full'); process.exit(3)`, { readyUrl: 'http://127.0.0.1:1/' }));
    await expect(failing).rejects.toMatchObject({ code: 'SETUP_FAILED', message: expect.stringMatching(/^broken ended with code 3 before it was ready: .*the disk is full/) });
    expect(told).toEqual([]);
    await expect(supervisor.start({ ...script('absent', ''), command: '/no/such/program' })).rejects.toThrow(/absent ended with .*ENOENT/);
  });

  it('that does not listen to the request to end is killed, with its children', async () => {
    const { supervisor, folder } = house();
    const stubborn = `process.on('SIGTERM', () => {}); const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']); console.log(c.pid); setInterval(() => {}, 1e6)`;
    const supervised = await supervisor.start(script('stubborn', stubborn, { stopWithinMs: 200 }));
    const grandchild = Number(readFileSync(join(folder, 'logs', 'stubborn.log'), 'utf8'));
    expect(processBirth(grandchild)).toBeTruthy();
    await supervised.stop();
    expect(await waitUntil(async () => processBirth(grandchild) === undefined, 2_000)).toBe(true);
  });

  it('of the product ends before the services, the last started first', async () => {
    const { supervisor, folder } = house();
    const order = join(folder, 'order.txt');
    const code = (name: string): string => `process.on('SIGTERM', () => { require('node:fs').appendFileSync(${JSON.stringify(order)}, '${name} '); process.exit() }); setInterval(() => {}, 1e6)`;
    for (const [name, kind] of [['database', 'service'], ['serve', 'product'], ['api', 'product']] as const) await supervisor.start(script(name, code(name), { kind }));
    await supervisor.stopAll();
    expect(readFileSync(order, 'utf8')).toBe('api serve database ');
    await expect(supervisor.start(script('late', ''))).rejects.toThrow(/everything is being stopped/);
  });
});

describe('after a kill -9 of the supervisor itself', () => {
  it('the next one stops what was left, and nothing that only has the same number', async () => {
    const first = house();
    const { url } = await runServer(first.supervisor);
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
    cleanUps.push(() => stranger.kill('SIGKILL'));
    first.state.change((state) => void (state.processes['impostor'] = { pid: stranger.pid ?? 0, birth: 'another', stopSignal: 'SIGTERM' }));

    const second = house(first.folder);
    expect((await second.supervisor.stopLeftovers()).sort()).toEqual(['impostor', 'server']);
    expect(processBirth(stranger.pid ?? 0)).toBeTruthy();
    expect(second.state.read().processes).toEqual({});
    await first.supervisor.stopAll();
    await expect(fetch(url)).rejects.toThrow();
  });
});

describe('ports', () => {
  it('are remembered, changed when busy, and refused in one sentence when a person fixed them', async () => {
    const state = openStateFile(join(mkdtempSync(join(tmpdir(), 'ports-')), 'state.json'));
    const wish = { use: 'api', variable: 'API_PORT', environment: {}, state };
    const port = await choosePort(wish);
    expect(await choosePort(wish)).toBe(port);
    const holder = createServer().listen(port, '127.0.0.1');
    cleanUps.push(() => holder.close());
    await waitUntil(async () => holder.listening, 1_000);
    expect(await isPortFree(port)).toBe(false);
    await expect(choosePort({ ...wish, environment: { API_PORT: String(port) } })).rejects.toThrow(`Port ${port} is in use: stop what listens there, set API_PORT to another port`);
    await expect(choosePort({ ...wish, environment: { API_PORT: '70000' } })).rejects.toThrow('API_PORT is not a port number');
    expect(await choosePort(wish)).not.toBe(port);
  });
});
