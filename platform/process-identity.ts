import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A string that tells this process from a later one that was given the same number: when it was born.
 * @returns undefined when no such process runs
 */
export function processBirth(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return linuxBirth(pid);
    if (process.platform === 'win32') return powershellBirth(pid);
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Boot and clock tick of the start. A zombie counts as gone: it holds no port and no file. */
function linuxBirth(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name in brackets and may hold blanks, so count from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`;
}

function powershellBirth(pid: number): string | undefined {
  const script = `(Get-Process -Id ${pid} -ErrorAction Stop).StartTime.Ticks`;
  return execFileSync('powershell', ['-NoProfile', '-Command', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || undefined;
}

/** True while the very process that was recorded runs. */
export const isSameProcess = (pid: number, birth: string): boolean => processBirth(pid) === birth;
